// Which deliveries the list shows.

import { byId, debounce, h } from "./dom.js";
import { get } from "./api.js";
import { hasWords, wordsOf } from "./mark.js";

const STATUSES = [
  ["", "Any status", () => true],
  ["accepted", "Accepted", (d) => d.state === "delivered"],
  ["refused", "Not accepted", (d) => d.state === "given up" || (d.state === "waiting" && d.attempts > 0)],
  ["wrong", "Wrong response", (d) => (d.forgery ? d.state === "delivered" || (d.state === "given up" && !d.status) : d.state === "given up")],
  ["retrying", "To be retried", (d) => d.state === "waiting" && d.attempts > 0],
  ["given up", "Given up", (d) => d.state === "given up"],
  ["under way", "Under way", (d) => d.state === "sending" || (d.state === "waiting" && d.attempts === 0)],
  ["dropped", "Dropped", (d) => d.state === "dropped"],
  ["2xx", "2xx", (d) => d.status >= 200 && d.status < 300],
  ["3xx", "3xx", (d) => d.status >= 300 && d.status < 400],
  ["4xx", "4xx", (d) => d.status >= 400 && d.status < 500],
  ["5xx", "5xx", (d) => d.status >= 500],
  ["no response", "No response", (d) => d.attempts > 0 && !d.status],
];

// listed is what the list itself has of a delivery; listed in search.go is the same.
const listed = (d) => [
  d.id, d.type, d.event_id, d.account, d.url, d.state, d.status, d.error, d.replay_of,
  d.trigger?.name, d.edited?.delivery, d.edited?.event_id, ...(d.mutations ?? []),
].join(" ");

export class Filter extends EventTarget {
  #text = byId("filter-text");
  #status = byId("filter-status");
  #type = byId("filter-type");
  inside = new Set(); // ids of deliveries with words in their event or response
  #asked;
  #searched = ""; // the words that inside is about
  #types; // those that are offered

  constructor() {
    super();
    this.#status.append(...STATUSES.map(([value, label]) => h("option", { value }, label)));
    const changed = () => this.dispatchEvent(new Event("change"));
    this.#status.addEventListener("change", changed);
    this.#type.addEventListener("change", changed);
    const look = debounce(200, () => this.search());
    this.#text.addEventListener("input", () => {
      this.inside.clear();
      changed();
      look();
    });
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
  }

  get words() {
    return wordsOf(this.#text.value);
  }

  // pending says that the server has not been heard about these words.
  get pending() {
    return this.searching && this.#searched !== this.words.join(" ");
  }

  get active() {
    return Boolean(this.#text.value.trim() || this.#status.value || this.#type.value);
  }

  get searching() {
    return this.#text.value.trim().length > 1;
  }

  clear() {
    this.#text.value = this.#status.value = this.#type.value = "";
    this.inside.clear();
    this.dispatchEvent(new Event("change"));
  }

  // search asks the server what has the text inside, where the list cannot look.
  async search() {
    this.#asked?.abort();
    if (!this.searching) return;
    this.#asked = new AbortController();
    try {
      const { ids } = await get(`/inspect/search?text=${encodeURIComponent(this.#text.value.trim())}`, this.#asked.signal);
      const { words } = this;
      this.inside = new Set(ids);
      this.#searched = words.join(" ");
      this.dispatchEvent(new Event("change"));
    } catch {
      // The text has changed meanwhile, or the connection is lost, which the page says.
    }
  }

  // apply returns the events of which a delivery fits.
  apply(events, rows) {
    this.#offer(rows);
    if (!this.active) return events;
    const { words } = this;
    const status = STATUSES.find(([value]) => value === this.#status.value)[2];
    const type = this.#type.value;
    const ofType = (d) => !type || d.type === type || (type.endsWith(".*") && d.type.startsWith(type.slice(0, -1)));
    const fits = (d) => ofType(d) && status(d) && (this.inside.has(d.id) || hasWords(listed(d), words));
    return events.filter(({ deliveries }) => deliveries.some(fits));
  }

  // offer lists the types that there are, and families of them: customer.*
  #offer(rows) {
    const types = new Set(rows.map((d) => d.type));
    if (types.size === this.#types?.size && types.isSubsetOf(this.#types)) return;
    this.#types = types;
    const families = [...types].map((type) => type.split(".")[0] + ".*");
    const several = families.filter((family, i) => families.indexOf(family) < i);
    const names = [...new Set([...types, ...several])].filter(Boolean).sort();
    const chosen = this.#type.value;
    this.#type.replaceChildren(h("option", { value: "" }, "Any type"), ...names.map((name) => h("option", { value: name }, name)));
    this.#type.value = names.includes(chosen) ? chosen : "";
  }
}
