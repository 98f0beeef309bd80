// The rows of the list: a trigger, or an event with its answers. Each is used for one after
// another.

import { h, setText } from "./dom.js";
import { duration, plural, standing, time } from "./format.js";
import { tally } from "./groups.js";
import { setMarked } from "./mark.js";

export const ROW = 46; // pixels, as in the style
const LONG = 28; // letters of a type that needs two lines on a narrow page
const VERY_LONG = 38; // and on any
const CHIPS = 12; // answers in a row

let made = 0;

// tags say what an event is besides its type.
const tags = (d) => [
  d.replay_of && `replay of ${d.replay_of}`,
  d.edited && `resent from ${d.edited.event_id || d.edited.delivery} by hand`,
  ...(d.mutations ?? []),
].filter(Boolean).join(" · ");

export class Row {
  id = `row-${made++}`;
  #status = h("span", { class: "status" });
  #type = h("b", { class: "type" });
  #tags = h("span", { class: "tags" });
  #time = h("time");
  #early = h("time", { class: "early" }); // where the line above has no room for it
  #event = h("code");
  #url = h("span", { class: "url" });
  #inside = h("span", { class: "inside" }, h("mark", {}, "found inside"));
  #last = h("span", { class: "last" });
  #chips = h("p", { class: "chips" });
  #single = h("p", {}, this.#event, this.#inside, this.#url);
  #element = h("div", { id: this.id, role: "treeitem" },
    h("p", {}, this.#status), h("p", {}, this.#type, this.#tags, this.#time),
    h("p", {}, this.#last, this.#early), this.#single, this.#chips);

  constructor(area) {
    area.append(this.#element);
  }

  remove() {
    this.#element.remove();
  }

  // show draws an item at an index; look has names of endpoints, words to mark, the chosen
  // delivery and the key of the active item.
  show(item, index, look) {
    const e = this.#element;
    e.style.transform = `translateY(${index * ROW}px)`;
    e.setAttribute("aria-level", item.level);
    e.setAttribute("aria-posinset", item.at);
    e.setAttribute("aria-setsize", item.of);
    e.setAttribute("aria-selected", item.key === look.active);
    e.dataset.key = item.key;
    if (item.event) this.#showEvent(item.event, look);
    else this.#showGroup(item.group, look);
  }

  #showGroup(group, { words }) {
    const e = this.#element;
    const deliveries = group.events.flatMap((event) => event.deliveries);
    const { right, wrong, open } = tally(deliveries);
    e.className = "group";
    e.setAttribute("aria-expanded", group.open);
    delete e.dataset.id;
    this.#status.removeAttribute("data-tone");
    this.#status.removeAttribute("title");
    setText(this.#status, group.open ? "▾" : "▸");
    this.#name(group.name, words);
    setText(this.#tags, "");
    this.#times(deliveries[0].created);
    setText(this.#last, "");
    const some = group.events.length < group.size ? `${group.events.length} of ` : "";
    const counts = [[right, "right", "pass"], [wrong, "wrong", "fail"], [open, "under way", "busy"]];
    this.#several(h("span", { class: "n" }, `${some}${plural(group.size, "event")}`),
      ...counts.filter(([n]) => n > 0).map(([n, word, tone]) => h("span", { class: "status", "data-tone": tone }, `${n} ${word}`)));
  }

  #showEvent({ key, deliveries }, { names, words, inside, chosen }) {
    const e = this.#element;
    const [d] = deliveries;
    e.className = "row";
    e.removeAttribute("aria-expanded");
    e.dataset.id = key;
    this.#name(d.type || "(no type)", words);
    setMarked(this.#tags, tags(d), words);
    this.#tags.title = tags(d);
    this.#times(d.created);
    if (deliveries.length === 1) return this.#one(d, names, words, inside);
    const { right, wrong, open } = tally(deliveries);
    this.#status.dataset.tone = wrong ? "fail" : open ? "busy" : right ? "pass" : "idle";
    this.#status.title = `${right} of ${deliveries.length} responses right`;
    setText(this.#status, `${right}/${deliveries.length}`);
    setText(this.#last, right === deliveries.length ? "all right" : "right");
    const more = deliveries.length - CHIPS;
    this.#several(...deliveries.slice(0, CHIPS).map((each) => chip(each, names, words, each.id === chosen)), more > 0 && `+${more}`);
  }

  #one(d, names, words, inside) {
    const { label, tone, phrase } = standing(d);
    this.#chips.hidden = true;
    this.#single.hidden = false;
    this.#status.dataset.tone = tone;
    this.#status.title = d.error || phrase;
    setMarked(this.#status, label, words);
    setMarked(this.#event, d.event_id || "(no id)", words);
    setMarked(this.#url, names.get(d.url) ?? d.url, words);
    this.#url.title = d.url;
    setText(this.#last, d.attempts > 1 ? `attempt ${d.attempts}` : d.attempts ? duration(d.duration_ms ?? 0) : "");
    this.#inside.hidden = !inside.has(d.id);
  }

  #several(...content) {
    this.#single.hidden = true;
    this.#chips.hidden = false;
    this.#chips.replaceChildren(...content.filter(Boolean));
  }

  #name(text, words) {
    setMarked(this.#type, text, words);
    this.#type.title = text;
    this.#type.dataset.long = text.length > VERY_LONG ? "very" : text.length > LONG ? "yes" : "no";
  }

  #times(created) {
    for (const place of [this.#time, this.#early]) setText(place, time(created));
  }
}

// chip is the response of one endpoint.
function chip(d, names, words, chosen) {
  const { label, tone, phrase } = standing(d);
  const name = h("span", { class: "name" });
  setMarked(name, names.get(d.url) ?? d.url, words);
  const again = d.attempts > 1 && ` ×${d.attempts}`;
  return h("span", { class: chosen ? "chip chosen" : "chip", "data-delivery": d.id, title: `${d.url}: ${d.error || phrase}` },
    h("span", { class: "status", "data-tone": tone }, label, again), name, h("span", { class: "said" }, `, ${phrase}`));
}
