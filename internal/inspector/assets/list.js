// The list. Only the rows that can be seen are in the document, however many
// deliveries there are.

import { byId, h, setText } from "./dom.js";
import { address, duration, plural, standing, time } from "./format.js";

const ROW = 46; // pixels, as in the style
const SPARE = 6; // rows kept ready above and below

export class List extends EventTarget {
  chosen = ""; // the id of a delivery
  #box = byId("list");
  #area = byId("rows");
  #newer = byId("newer");
  #slots = [];
  #shown = []; // deliveries, oldest first; the first row is the last of them
  #newest; // the id of that one, when it was shown: the array itself may have grown
  #unseen = 0;
  #frame = 0;

  constructor() {
    super();
    this.#box.addEventListener("scroll", () => this.#later(), { passive: true });
    new ResizeObserver(() => this.#later()).observe(this.#box);
    this.#area.addEventListener("click", (event) => {
      const row = event.target.closest(".row");
      if (row) this.choose(row.dataset.id, "click");
    });
    this.#newer.addEventListener("click", () => this.edge(0));
  }

  // show takes other deliveries. Those in sight stay there while newer ones come in
  // above; with another filter the list begins anew.
  show(deliveries, another = false) {
    const fresh = this.#indexOf(this.#newest, deliveries);
    this.#shown = deliveries;
    this.#newest = deliveries.at(-1)?.id;
    this.#area.style.height = `${deliveries.length * ROW}px`;
    if (another) this.#box.scrollTop = this.#unseen = 0;
    else if (fresh > 0 && this.#box.scrollTop > 0) {
      this.#box.scrollTop += fresh * ROW;
      this.#unseen += fresh;
    }
    this.#later();
  }

  choose(id, how) {
    this.chosen = id;
    this.#later();
    this.dispatchEvent(new CustomEvent("choose", { detail: { id, how } }));
  }

  // step chooses the delivery so many rows below.
  step(by) {
    const at = this.#indexOf(this.chosen);
    this.edge(at < 0 ? 0 : at + by);
  }

  // edge chooses the row at an index, or the nearest there is.
  edge(index) {
    const at = Math.max(0, Math.min(index, this.#shown.length - 1));
    const delivery = this.#at(at);
    if (!delivery) return;
    this.#reveal(at);
    this.choose(delivery.id, "key");
  }

  reveal(id) {
    const at = this.#indexOf(id);
    if (at >= 0) this.#reveal(at);
  }

  focus() {
    this.#box.focus();
  }

  #at(index) {
    return this.#shown[this.#shown.length - 1 - index];
  }

  #indexOf(id, among = this.#shown) {
    const at = among.findLastIndex((delivery) => delivery.id === id);
    return at < 0 ? -1 : among.length - 1 - at;
  }

  #reveal(index) {
    const top = index * ROW;
    const bottom = top + ROW - this.#box.clientHeight;
    if (this.#box.scrollTop > top) this.#box.scrollTop = top;
    else if (this.#box.scrollTop < bottom) this.#box.scrollTop = bottom;
  }

  #later() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const first = Math.max(0, Math.floor(this.#box.scrollTop / ROW) - SPARE);
    const wanted = Math.min(this.#shown.length - first, Math.ceil(this.#box.clientHeight / ROW) + 2 * SPARE);
    while (this.#slots.length < wanted) this.#slots.push(new Row(this.#area));
    for (const slot of this.#slots.splice(Math.max(0, wanted))) slot.remove();
    let active = "";
    this.#slots.forEach((slot, i) => {
      const delivery = this.#at(first + i);
      const chosen = delivery.id === this.chosen;
      slot.show(delivery, first + i, this.#shown.length, chosen);
      if (chosen) active = slot.id;
    });
    if (active) this.#box.setAttribute("aria-activedescendant", active);
    else this.#box.removeAttribute("aria-activedescendant");
    if (this.#box.scrollTop < ROW) this.#unseen = 0;
    this.#newer.hidden = this.#unseen === 0;
    setText(this.#newer, `↑ ${plural(this.#unseen, "newer delivery", "newer deliveries")}`);
  }
}

let rows = 0;

// A Row is used for one delivery after another.
class Row {
  id = `row-${rows++}`;
  #status = h("span", { class: "status" });
  #type = h("b", { class: "type" });
  #tags = h("span", { class: "tags" });
  #time = h("time");
  #event = h("code");
  #url = h("span", { class: "url" });
  #last = h("span", { class: "last" });
  #element = h("div", { id: this.id, class: "row", role: "option" },
    h("p", {}, this.#status), h("p", {}, this.#type, this.#tags, this.#time),
    h("p", {}, this.#last), h("p", {}, this.#event, this.#url));

  constructor(area) {
    area.append(this.#element);
  }

  remove() {
    this.#element.remove();
  }

  show(d, index, total, chosen) {
    const { label, tone, phrase } = standing(d);
    const element = this.#element;
    element.dataset.id = d.id;
    element.style.transform = `translateY(${index * ROW}px)`;
    element.setAttribute("aria-selected", chosen);
    element.setAttribute("aria-posinset", index + 1);
    element.setAttribute("aria-setsize", total);
    this.#status.dataset.tone = tone;
    this.#status.title = d.error || phrase;
    setText(this.#status, label);
    setText(this.#type, d.type || "(no type)");
    this.#type.title = d.type;
    setText(this.#tags, [d.replay_of ? "replay" : "", ...(d.mutations ?? [])].filter(Boolean).join(" · "));
    setText(this.#time, time(d.created));
    setText(this.#event, d.event_id || "(no id)");
    setText(this.#url, address(d.url));
    this.#url.title = d.url;
    setText(this.#last, d.attempts > 1 ? `attempt ${d.attempts}` : d.attempts ? duration(d.duration_ms ?? 0) : "");
  }
}
