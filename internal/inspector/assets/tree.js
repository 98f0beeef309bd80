// An event as a tree that folds. What is folded is not in the document.

import { h } from "./dom.js";
import { child, parse } from "./json.js";
import { fullTime, number, plural } from "./format.js";

const OPEN = new Set(["/data", "/data/object", "/data/previous_attributes", "/request"]);
const PORTION = 200; // members shown at a time
const MOST = 3000; // nodes that "unfold all" opens
const TIME = /^(created|date|start|end|exp)$|_(at|start|end|date|by|from|until|on|anchor|time)$/;

export function tree(text) {
  const root = parse(text);
  compare(child(child(root, "data"), "object"), child(child(root, "data"), "previous_attributes"));
  const element = h("div", { class: "tree" });
  if (root.members) portion(element, root, "", 0);
  else element.append(leaf(root));
  return element;
}

// unfold opens all of a tree, or closes all.
export function unfold(element, all) {
  let left = MOST;
  const walk = (members) => {
    for (const details of members.children) {
      if (details.localName !== "details" || left-- <= 0) continue;
      details.open = all;
      if (all) fill(details);
      walk(details.lastElementChild);
    }
  };
  walk(element);
}

// compare notes beside each value what it was before, as an update's
// previous_attributes tell.
function compare(now, before) {
  for (const old of before?.members ?? []) {
    const node = child(now, old.key);
    if (!node) continue;
    if (node.kind === "object" && old.kind === "object") compare(node, old);
    else node.was = old.text ?? (old.members.length ? plural(old.members.length, "value") : "empty");
  }
}

const contents = new WeakMap(); // of details: [node, path], until they are filled

function branch(node, path) {
  if (!node.members?.length) return leaf(node);
  const summary = h("summary", {}, ...label(node), preview(node), ...was(node));
  const details = h("details", { toggle: () => details.open && fill(details) }, summary, h("div", { class: "members" }));
  contents.set(details, [node, path]);
  if (OPEN.has(path)) {
    details.open = true;
    fill(details);
  }
  return details;
}

function fill(details) {
  const [node, path] = contents.get(details) ?? [];
  if (!node) return;
  contents.delete(details);
  portion(details.lastElementChild, node, path, 0);
}

function portion(place, node, path, from) {
  const members = node.members.slice(from, from + PORTION);
  place.append(...members.map((member, i) => branch({ ...member, key: member.key ?? from + i }, `${path}/${member.key ?? from + i}`)));
  const rest = node.members.length - from - members.length;
  if (rest === 0) return;
  const more = h("button", { type: "button", click: () => {
    more.remove();
    portion(place, node, path, from + PORTION);
  } }, `${number(rest)} more`);
  place.append(more);
}

const leaf = (node) => h("div", { class: "leaf" }, ...label(node), value(node), ...note(node), ...was(node));

const label = (node) => (node.key === undefined ? [] : [h("span", { class: "key" }, String(node.key)), ": "]);

function value(node) {
  if (node.members) return h("span", { class: "word" }, node.kind === "object" ? "{}" : "[]");
  return h("span", { class: node.kind }, node.text);
}

const was = (node) => (node.was === undefined ? [] : [" ", h("span", { class: "was" }, `was ${node.was}`)]);

// note says what a number of seconds is as a time.
function note(node) {
  const seconds = Number(node.text);
  if (node.kind !== "number" || !TIME.test(node.key) || !(seconds > 1e8 && seconds < 1e10)) return [];
  return [" ", h("span", { class: "note" }, fullTime(new Date(seconds * 1000)))];
}

// preview is what a folded value shows of itself.
function preview(node) {
  const n = node.members.length;
  if (node.kind === "array") return h("span", { class: "preview" }, `[${n}]`);
  const name = child(node, "id") ?? child(node, "object");
  return h("span", { class: "preview" }, `{${n}}`, name?.text ? ` ${name.text}` : "");
}
