// Calls to the API, and headers: what has a name and a value.

import { h } from "./dom.js";
import { time } from "./format.js";

export const headers = (fields) => h("dl", { class: "headers" }, fields.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));

// callList shows calls to the API, each with what may be offered to do about it.
export const callList = (calls, offer = () => undefined) => h("ol", { class: "calls" }, calls.map((c) => {
  const more = [time(c.at), c.id, c.replayed && "replayed", c.idempotency_key && `idempotency key ${c.idempotency_key}`, c.account && `for ${c.account}`];
  return h("li", {},
    h("p", {}, h("b", {}, c.method), " ", h("code", {}, c.path + (c.query ? `?${c.query}` : "")), " ",
      h("span", { class: "status", "data-tone": c.status < 400 ? "pass" : "fail" }, String(c.status)), " ",
      h("span", { class: "note" }, more.filter(Boolean).join(", "))),
    c.error && h("p", { class: "problem" }, c.error),
    offer(c),
    c.method !== "GET" && c.params && headers(Object.entries(c.params).map(([name, values]) => [name, values.join(", ")])));
}));
