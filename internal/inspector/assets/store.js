// The deliveries that the page knows, oldest first. There are never more than LIMIT:
// the oldest go.

export const LIMIT = 20000;

export class Store extends EventTarget {
  rows = [];
  #byId = new Map();

  // replace forgets what there was.
  replace(deliveries) {
    this.rows = [];
    this.#byId.clear();
    this.put(deliveries);
  }

  get(id) {
    return this.#byId.get(id);
  }

  // put takes deliveries in, each in the place of the one with its id.
  put(deliveries) {
    for (const delivery of deliveries) {
      const known = this.#byId.get(delivery.id);
      if (known) {
        for (const key of Object.keys(known)) delete known[key];
        Object.assign(known, delivery);
      } else {
        this.#byId.set(delivery.id, delivery);
        this.rows.push(delivery);
      }
    }
    if (this.rows.length > LIMIT) {
      for (const old of this.rows.splice(0, this.rows.length - LIMIT)) this.#byId.delete(old.id);
    }
    this.dispatchEvent(new CustomEvent("change", { detail: deliveries }));
  }
}
