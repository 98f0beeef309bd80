// One delivery in full.

import { byId, h } from "./dom.js";
import { get, pathOf } from "./api.js";
import { callList, headers } from "./calls.js";
import { copy } from "./copy.js";
import { offerEndpoints } from "./endpoints.js";
import { duration, fullTime, plural, standing, time } from "./format.js";
import { tree, unfold } from "./tree.js";

export class Detail extends EventTarget {
  #place = byId("detail");
  #delivery; // as the server told it, or undefined
  #wanted = "";
  #loading;
  #known = { all: [], names: new Map(), events: [] };
  #drawn = ""; // the endpoints and answers that are shown
  #attempt = 0; // the chosen one; 0: the last
  #open = new Set(["calls"]); // names of the unfolded parts, kept from delivery to delivery
  #raw = false;
  #id = h("code");
  #title = h("h2");
  #facts = h("dl", { class: "facts" });
  #answers = h("div", { class: "choice answers", role: "group", "aria-label": "Responses of the endpoints to this event" });
  #to = h("select", { id: "to", "aria-label": "Endpoint to replay and resend to" });
  #toLine = h("label", { class: "to" }, "to ", this.#to);
  #save = h("a", { class: "button", download: "", "data-do": "save" }, "Save as fixture");
  #head = h("header", {},
    h("p", { class: "over" }, this.#button("back", "← Deliveries"), this.#id), this.#title, this.#answers, this.#facts,
    h("div", { class: "actions", role: "toolbar", "aria-label": "What to do with it" },
      this.#button("replay", "Replay", "r"), this.#button("mutate", "Replay with…", "m"), this.#button("edit", "Edit and resend", "e"), this.#toLine,
      h("span", { class: "note" }, "Copy as"), this.#button("curl", "curl", "c"), this.#button("gotest", "Go test"), this.#save));
  #exchange = h("div", { class: "exchange" });
  #event = h("section", { class: "event" });

  constructor() {
    super();
    this.none();
    this.#place.addEventListener("toggle", () => this.dispatchEvent(new Event("drawn")), true); // what it unfolds is new
  }

  get delivery() {
    return this.#delivery;
  }

  // to is the id of the endpoint that a replay goes to.
  get to() {
    return this.#to.value;
  }

  // endpoints takes what there is to choose from, and the events with their answers.
  endpoints(all, names, events) {
    this.#known = { all, names, events };
    if (this.#delivery) this.#drawEndpoints();
  }

  // none says what the place is for, while no delivery is chosen.
  none(text = "Choose a delivery to see all of it.") {
    this.#loading?.abort();
    this.#wanted = "";
    this.#delivery = undefined;
    const keys = [h("kbd", {}, "j"), " and ", h("kbd", {}, "k"), " move, ", h("kbd", {}, "?"), " lists all keys."];
    this.#place.replaceChildren(h("p", { class: "hint" }, text, h("br"), ...keys));
  }

  // load fetches a delivery, or fetches the same again after it has changed.
  async load(id) {
    if (id !== this.#wanted) this.#attempt = 0;
    this.#wanted = id;
    this.#loading?.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    try {
      const delivery = await get(pathOf(id), signal);
      if (!signal.aborted) this.#show(delivery);
    } catch (error) {
      if (signal.aborted || (error.lost && this.#delivery?.id === id)) return; // what is shown stays
      this.none(error.message);
    }
  }

  focus() {
    this.#place.focus();
  }

  #show(delivery) {
    const before = this.#delivery;
    this.#delivery = delivery;
    if (before?.id !== delivery.id || !this.#head.isConnected) {
      this.#place.replaceChildren(this.#head, this.#exchange, this.#event);
      this.#place.scrollTop = 0;
    }
    this.#drawHead();
    if (before?.id !== delivery.id) this.#drawn = "";
    this.#drawEndpoints();
    const changed = (part) => before?.id !== delivery.id || JSON.stringify(before[part]) !== JSON.stringify(delivery[part]);
    if (changed("attempts") || changed("state")) this.#drawExchange();
    if (changed("sent")) this.#drawEvent();
    this.dispatchEvent(new Event("drawn"));
  }

  // drawEndpoints offers the responses of other endpoints to the event, and where to send it
  // again: to the endpoint of the delivery, unless another one is chosen.
  #drawEndpoints() {
    const { all, names, events } = this.#known;
    const d = this.#delivery;
    const { deliveries } = events.find((event) => event.deliveries.some(({ id }) => id === d.id)) ?? { deliveries: [] };
    const drawn = JSON.stringify([all.map((e) => [e.id, names.get(e.url)]), deliveries.map((each) => [each.id, standing(each).label])]);
    if (drawn === this.#drawn) return;
    const fresh = this.#drawn === "";
    this.#drawn = drawn;
    const focused = this.#answers.contains(document.activeElement);
    this.#answers.hidden = deliveries.length < 2;
    this.#answers.replaceChildren(...deliveries.map((each) => h("button", {
      type: "button", "aria-pressed": String(each.id === d.id), title: each.url, "data-answer": each.id,
      click: () => this.dispatchEvent(new CustomEvent("answer", { detail: each.id })),
    }, h("span", { class: "status", "data-tone": standing(each).tone }, standing(each).label), names.get(each.url) ?? each.url)));
    if (focused) this.#answers.querySelector("[aria-pressed=true]")?.focus();
    const gone = !all.some((e) => e.id === d.endpoint);
    this.#toLine.hidden = all.length < 2 && !gone;
    offerEndpoints(this.#to, all, names, fresh ? (gone ? "" : d.endpoint) : undefined, gone ? [["", "its endpoint is gone: choose one"]] : []);
  }

  // The buttons stay while the rest changes: one may be about to be clicked.
  #button(name, text, key) {
    return h("button", {
      type: "button", "data-do": name, "aria-keyshortcuts": key,
      click: () => this.dispatchEvent(new CustomEvent("act", { detail: name })),
    }, text, key && h("kbd", { "aria-hidden": "true" }, key));
  }

  #drawHead() {
    const d = this.#delivery;
    const { label, tone, phrase } = standing({ ...d, status: d.attempts.at(-1)?.status });
    const facts = [
      ["Event", [copyable(d.event_id || "(no id)")]],
      ["To", [h("code", {}, d.url)]],
      ["Made", [h("time", { datetime: d.created }, fullTime(new Date(d.created)))]],
      d.account && ["Account", [copyable(d.account)]],
      d.replay_of && ["Replay of", [h("a", { href: `#${d.replay_of}` }, d.replay_of)]],
      d.edited && ["Origin", ["resent from ", h("a", { href: `#${d.edited.delivery}` }, d.edited.event_id || d.edited.delivery), " by hand"]],
      d.trigger && ["Trigger", [d.trigger.name]],
      d.mutations && ["Mutations", d.mutations.flatMap((text, i) => [i ? " " : "", h("code", { class: "mutation" }, text)])],
      d.reason && ["Because", [d.reason]],
      d.state === "waiting" && d.next && ["Next attempt", [h("time", { datetime: d.next }, time(d.next))]],
    ];
    this.#id.textContent = d.id;
    this.#title.replaceChildren(d.type || "(no type)", " ", h("span", { class: "status", "data-tone": tone }, label), " ", h("span", { class: "phrase" }, phrase));
    this.#facts.replaceChildren(...facts.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, ...value))));
    this.#save.href = pathOf(d.id, "/body");
  }

  #drawExchange() {
    const { attempts } = this.#delivery;
    if (attempts.length === 0) {
      const none = this.#delivery.state === "dropped" ? "It was never sent." : "No attempt has ended yet.";
      this.#exchange.replaceChildren(h("p", { class: "hint" }, none));
      return;
    }
    const chosen = attempts.find((a) => a.number === this.#attempt) ?? attempts.at(-1);
    this.#exchange.replaceChildren(...[
      attempts.length > 1 && this.#choice(attempts, chosen),
      this.#answer(chosen),
      this.#signature(chosen.signature),
      this.#calls(chosen.calls ?? []),
      this.#fold("request", `Request headers`, chosen.request_header.length, headers(chosen.request_header)),
    ].filter(Boolean));
  }

  #choice(attempts, chosen) {
    const buttons = attempts.map((a) => h("button", {
      type: "button", "aria-pressed": String(a === chosen), "data-attempt": a.number,
      click: () => {
        this.#attempt = a.number;
        this.#drawExchange();
        this.#exchange.querySelector(`[data-attempt="${a.number}"]`).focus();
      },
    }, `${a.number} `, h("span", { class: "status", "data-tone": toneOf(a, this.#delivery.forgery) }, a.error ? "no response" : String(a.status)), ` ${time(a.at)}`));
    return h("section", { class: "attempts" }, h("h3", {}, plural(attempts.length, "attempt")), h("div", { class: "choice" }, ...buttons));
  }

  #answer(a) {
    const line = a.status
      ? [h("span", { class: "status", "data-tone": toneOf(a, this.#delivery.forgery) }, String(a.status)), ` ${a.status_text ?? ""} `]
      : [h("span", { class: "status", "data-tone": "fail" }, "no response"), " "];
    return h("section", { class: "answer" },
      h("h3", {}, "Response"),
      h("p", {}, ...line, h("span", { class: "note" }, `after ${duration(a.duration_ms)}, sent ${time(a.at)}`)),
      a.error && h("p", { class: "problem" }, a.error),
      a.response_body
        ? h("pre", { tabindex: "0", "aria-label": "Body of the response" }, a.response_body)
        : a.status && h("p", { class: "note" }, "The response has no body."),
      a.response_header.length > 0 && this.#fold("response", "Response headers", a.response_header.length, headers(a.response_header)));
  }

  #signature(s) {
    const tone = { genuine: "pass", refused: "fail", unknown: "idle" }[s.verdict];
    const word = { genuine: "genuine", refused: "to be refused", unknown: "not known" }[s.verdict];
    const parts = (s.parts ?? []).map((p) => h("tr", {},
      h("th", { scope: "row" }, h("code", {}, p.name)),
      h("td", {}, h("code", { class: p.right && "right" }, p.value)),
      h("td", {}, p.note ?? "")));
    return h("section", { class: "signature", "data-verdict": s.verdict },
      h("h3", {}, "Signature"),
      h("p", {}, h("span", { class: "status", "data-tone": tone }, word), " ", s.why),
      parts.length > 0 && this.#fold("signature", "Parts of the header", parts.length, h("table", {}, h("tbody", {}, parts))));
  }

  #calls(calls) {
    if (calls.length === 0) return undefined;
    return this.#fold("calls", "Calls to the API meanwhile", calls.length, callList(calls));
  }

  #drawEvent() {
    const d = this.#delivery;
    const text = d.sent ?? d.body;
    const shape = h("div", { class: "shape" });
    const draw = () => {
      let shown;
      try {
        shown = this.#raw ? undefined : tree(text);
      } catch {
        shown = undefined; // what a mutation made of it is no JSON any more
      }
      shape.replaceChildren(shown ?? h("pre", { class: "raw", tabindex: "0", "aria-label": "Event, raw" }, text));
      for (const button of tools.querySelectorAll("[data-tree]")) button.disabled = !shown;
      tools.querySelector("[data-do=raw]").setAttribute("aria-pressed", String(!shown));
    };
    const tool = (name, label, click, isTree = true) => h("button", { type: "button", "data-do": name, "data-tree": isTree, click }, label);
    const tools = h("div", { class: "tools" },
      tool("unfold", "Unfold all", () => unfold(shape.firstElementChild, true)),
      tool("fold", "Fold all", () => unfold(shape.firstElementChild, false)),
      tool("raw", "Raw", () => {
        this.#raw = !this.#raw;
        draw();
      }, false),
      tool("copy", "Copy", () => copy(text), false));
    this.#event.replaceChildren(h("header", {}, h("h3", {}, d.sent ? "Event, as the mutations left it" : "Event"), tools), shape);
    draw();
  }

  // fold is a part that opens; whether it is open stays so for other deliveries.
  #fold(name, title, n, content) {
    const details = h("details", {
      class: "fold", "data-part": name,
      toggle: () => (details.open ? this.#open.add(name) : this.#open.delete(name)),
    }, h("summary", {}, title, h("span", { class: "n" }, String(n))), content);
    details.open = this.#open.has(name);
    return details;
  }

}

const toneOf = (a, forgery) => (!a.error && (a.status >= 200 && a.status < 300) !== Boolean(forgery) ? "pass" : "fail");

const copyable = (text) => h("button", { type: "button", class: "copyable", title: "Copy", click: () => copy(text) }, text);
