// The list. Only the rows that can be seen are in the document, however many
// deliveries there are.

import { byId, setText } from "./dom.js";
import { plural } from "./format.js";
import { ROW, Row } from "./rows.js";

const SPARE = 6; // rows kept ready above and below

export class List extends EventTarget {
  chosen = ""; // the id of a delivery, or "" with a trigger or nothing chosen
  #active = ""; // the key of the item that the keyboard is at
  #box = byId("list");
  #area = byId("rows");
  #newer = byId("newer");
  #slots = [];
  #items = []; // newest first
  #look = { names: new Map(), words: [], inside: new Set() };
  #unseen = 0;
  #frame = 0;

  constructor() {
    super();
    this.#box.addEventListener("scroll", () => this.#later(), { passive: true });
    new ResizeObserver(() => this.#later()).observe(this.#box);
    this.#area.addEventListener("click", (event) => this.#clicked(event.target));
    this.#newer.addEventListener("click", () => this.edge(0));
  }

  // show takes other items. Those in sight stay there while newer ones come in above; with
  // another filter the list begins anew.
  show(items, look, another = false) {
    const top = this.#items[Math.floor(this.#box.scrollTop / ROW)]?.key;
    const before = this.#indexOf(top);
    this.#items = items;
    this.#look = look;
    this.#area.style.height = `${items.length * ROW}px`;
    const moved = top ? this.#indexOf(top) - before : 0;
    if (another) this.#box.scrollTop = this.#unseen = 0;
    else if (moved > 0 && this.#box.scrollTop > 0) {
      this.#box.scrollTop += moved * ROW;
      this.#unseen += moved;
    }
    this.#later();
  }

  // choose chooses a delivery.
  choose(id, how) {
    this.#active = this.#items[this.#holding(id)]?.key ?? this.#active;
    this.chosen = id;
    this.#later();
    this.dispatchEvent(new CustomEvent("choose", { detail: { id, how } }));
  }

  clear() {
    this.chosen = this.#active = "";
    this.#later();
  }

  // step chooses the item so many rows below.
  step(by) {
    const at = this.#indexOf(this.#active);
    this.edge(at < 0 ? 0 : at + by);
  }

  // edge chooses the item at an index, or the nearest there is.
  edge(index) {
    const at = Math.max(0, Math.min(index, this.#items.length - 1));
    if (!this.#items[at]) return;
    this.#reveal(at);
    this.#go(this.#items[at]);
  }

  // side goes to the response beside the chosen one, as a tree does from and to a group.
  side(by) {
    const item = this.#items[this.#indexOf(this.#active)];
    if (!item) return;
    if (!item.event) {
      if (item.group.open !== by > 0) this.#fold(item.group);
      else if (by > 0) this.step(1);
      return;
    }
    const next = item.event.deliveries[item.event.deliveries.findIndex((d) => d.id === this.chosen) + by];
    if (next) this.choose(next.id, "key");
    else if (by < 0 && item.group) this.edge(this.#indexOf(item.group.key));
  }

  // toggle folds or unfolds the trigger that is chosen, and reports whether one is.
  toggle() {
    const item = this.#items[this.#indexOf(this.#active)];
    if (!item || item.event) return false;
    this.#fold(item.group);
    return true;
  }

  reveal(id) {
    const at = this.#holding(id);
    if (at >= 0) this.#reveal(at);
  }

  focus() {
    this.#box.focus();
  }

  #clicked(target) {
    const key = target.closest("[data-key]")?.dataset.key;
    const item = this.#items[this.#indexOf(key)];
    if (!item) return;
    if (!item.event) {
      this.#go(item);
      this.#fold(item.group);
      return;
    }
    this.choose(target.closest("[data-delivery]")?.dataset.delivery ?? item.event.deliveries[0].id, "click");
  }

  #go({ key, event, group }) {
    this.#active = key;
    if (event) return this.choose(event.deliveries[0].id, "key");
    this.chosen = "";
    this.#later();
    this.dispatchEvent(new CustomEvent("group", { detail: group }));
  }

  #fold(group) {
    this.dispatchEvent(new CustomEvent("fold", { detail: group.key }));
  }

  #indexOf(key) {
    return this.#items.findIndex((item) => item.key === key);
  }

  // holding is the index of the event that has a delivery.
  #holding(id) {
    return this.#items.findIndex(({ event }) => event?.deliveries.some((d) => d.id === id));
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
    const wanted = Math.min(this.#items.length - first, Math.ceil(this.#box.clientHeight / ROW) + 2 * SPARE);
    while (this.#slots.length < wanted) this.#slots.push(new Row(this.#area));
    for (const slot of this.#slots.splice(Math.max(0, wanted))) slot.remove();
    const look = { ...this.#look, chosen: this.chosen, active: this.#active };
    let active = "";
    this.#slots.forEach((slot, i) => {
      const item = this.#items[first + i];
      slot.show(item, first + i, look);
      if (item.key === this.#active) active = slot.id;
    });
    if (active) this.#box.setAttribute("aria-activedescendant", active);
    else this.#box.removeAttribute("aria-activedescendant");
    if (this.#box.scrollTop < ROW) this.#unseen = 0;
    this.#newer.hidden = this.#unseen === 0;
    setText(this.#newer, `↑ ${plural(this.#unseen, "newer delivery", "newer deliveries")}`);
  }
}
