// The page: what the parts do together.

import { byId, debounce, h, setText, toast } from "./dom.js";
import { address, number, plural } from "./format.js";
import { getText, pathOf, post } from "./api.js";
import { copy } from "./copy.js";
import { Detail } from "./detail.js";
import { endpointsDialog, offerEndpoints } from "./endpoints.js";
import { callsDialog, editDialog, helpDialog, replayDialog, triggerDialog } from "./dialogs.js";
import { Filter } from "./filter.js";
import { eventsOf, itemsOf } from "./groups.js";
import { List } from "./list.js";
import { Live } from "./live.js";
import { markIn } from "./mark.js";
import { namesOf } from "./names.js";
import { Store } from "./store.js";

const store = new Store();
const filter = new Filter();
const list = new List();
const detail = new Detail();
const live = new Live();
const narrow = matchMedia("(max-width: 54rem)");

let endpoints = [];
let hello = { version: "", trigger: "" };
let started = false; // all that there was has come
let coming = []; // until then
let names = new Map(); // of endpoints, by URL
let awaited = ""; // a delivery that was asked for here, to be chosen when it comes
const folds = [new Set(), new Set()]; // triggers that are folded: without a filter, and with one

// The list.

function refresh(another = false) {
  names = namesOf([...endpoints.map((e) => e.url), ...store.rows.map((d) => d.url)]);
  const all = eventsOf(store.rows);
  const shown = filter.apply(all, store.rows);
  if (another) folds[1].clear();
  list.show(itemsOf(shown, all, folds[Number(filter.active)]), { names, words: filter.words, inside: filter.inside }, another);
  detail.endpoints(endpoints, names, all);
  setText(byId("count"), shown.length === all.length ? total(all.length) : `${number(shown.length)} of ${number(all.length)}`);
  empty(shown.length > 0);
}

// total counts deliveries, and events where these are fewer.
function total(events) {
  const deliveries = plural(store.rows.length, "delivery", "deliveries");
  return store.rows.length === events ? deliveries : `${plural(events, "event")}, ${deliveries}`;
}

let due = 0;
const refreshSoon = () => (due ||= requestAnimationFrame(() => {
  due = 0;
  refresh();
}));

function empty(some) {
  const place = byId("empty");
  place.hidden = some || !started;
  if (place.hidden) return;
  if (store.rows.length > 0) {
    const clear = h("button", { type: "button", click: () => filter.clear() }, "Clear the filter");
    place.replaceChildren(h("h2", {}, nothing()), h("p", {}, clear));
    return;
  }
  const [to, ...more] = endpoints.map((e) => address(e.url));
  const others = more.length > 0 && ` and ${plural(more.length, "other endpoint")}`;
  const next = to
    ? h("p", {}, "Events go to ", h("code", {}, to), others, ". Make the first one in another terminal:")
    : h("p", {}, "No endpoint is known, so events would go nowhere. Start again with your handler's address:");
  const command = to ? hello.trigger : "fakestripe listen --forward-to localhost:4242/webhook";
  place.replaceChildren(
    h("h2", {}, "No deliveries yet"),
    next,
    h("p", { class: "command" }, h("code", {}, command), h("button", { type: "button", click: () => copy(command) }, "Copy")),
    h("p", {}, "or here: ", h("button", { type: "button", click: openTrigger }, "Trigger an event")),
  );
}

function nothing() {
  if (filter.pending) return "Searching events and responses…";
  return filter.words.length ? `Nothing matches ${filter.words.map((word) => `“${word}”`).join(" and ")}` : "Nothing matches the filter";
}

filter.addEventListener("change", () => {
  refresh(true);
  markIn(byId("detail"), filter.words);
});
detail.addEventListener("drawn", () => markIn(byId("detail"), filter.words));
const searchAgain = debounce(1000, () => filter.search());
const reload = debounce(60, (id) => id === list.chosen && detail.load(id));

store.addEventListener("change", ({ detail: changed }) => {
  refreshSoon();
  if (filter.searching) searchAgain();
  if (changed.some((d) => d.id === detail.delivery?.id)) reload(detail.delivery.id);
  if (awaited && store.get(awaited)) choose(awaited);
});

// Choosing.

function choose(id) {
  awaited = "";
  for (const folded of folds) folded.delete(store.get(id)?.trigger?.id);
  refresh();
  list.reveal(id);
  list.choose(id, "asked");
}

list.addEventListener("choose", ({ detail: { id, how } }) => {
  history.replaceState(null, "", `#${id}`);
  if (how === "key" && narrow.matches) return; // Enter opens
  reload(id);
  if (how !== "key") document.body.classList.add("opened");
  if (how === "click" && narrow.matches) detail.focus();
});

list.addEventListener("group", ({ detail: group }) => {
  detail.none(`${group.name}: ${plural(group.size, "event")} of one trigger. Choose one to see all of it.`);
});

list.addEventListener("fold", ({ detail: id }) => {
  const folded = folds[Number(filter.active)];
  if (!folded.delete(id)) folded.add(id);
  refresh();
});

function open() {
  if (list.toggle() || !list.chosen) return;
  document.body.classList.add("opened");
  detail.load(list.chosen).then(() => detail.focus());
}

function back() {
  document.body.classList.remove("opened");
  list.focus();
}

addEventListener("hashchange", () => store.get(location.hash.slice(1)) && choose(location.hash.slice(1)));

// What can be done.

// sent says what is under way and chooses the last of it.
function sent(deliveries) {
  if (deliveries.length === 0) {
    toast("No endpoint takes this type of event: nothing was sent.", true);
    return;
  }
  toast(`${plural(deliveries.length, "delivery", "deliveries")} on the way.`);
  const { id } = deliveries.findLast((d) => !d.first) ?? deliveries.at(-1);
  if (store.get(id)) choose(id);
  else awaited = id;
}

const failing = (f) => async (...values) => {
  try {
    await f(...values);
  } catch (error) {
    toast(error.message, true);
  }
};

// offerTo fills a dialog's choice of an endpoint, beginning with the one chosen beside it.
const offerTo = (id, others) => offerEndpoints(byId(id), endpoints, names, detail.to, others);

const replay = async (mutations, endpoint = detail.to) => sent((await post(pathOf(list.chosen, "/replay"), { mutations, endpoint })).deliveries);
const copyAs = (what, said) => failing(async () => copy(await getText(pathOf(list.chosen, `/${what}`)), said));
const replayWith = failing(replayDialog(replay, offerTo));
const edit = failing(editDialog(sent, offerTo));
const openTrigger = failing(triggerDialog(sent));
const openCalls = failing(callsDialog(failing));
const openEndpoints = endpointsDialog(() => endpoints, failing);

// Each is about the delivery that is chosen in the list.
const acts = {
  back,
  replay: failing(() => replay([])),
  mutate: replayWith,
  edit: () => edit(list.chosen),
  curl: copyAs("curl", "Copied. The signature goes stale in five minutes; the secret is not in it."),
  gotest: copyAs("gotest", "Copied, a file of its own: webhook_test.go."),
};

detail.addEventListener("act", ({ detail: name }) => acts[name]());
detail.addEventListener("answer", ({ detail: id }) => choose(id));
byId("endpoints-open").addEventListener("click", openEndpoints);
byId("trigger-open").addEventListener("click", openTrigger);
byId("calls-open").addEventListener("click", openCalls);

// Keys.

const help = helpDialog([
  [["j", "↓"], "older delivery"], [["k", "↑"], "newer delivery"], [["g"], "newest"], [["G"], "oldest"],
  [["←", "→"], "fold, unfold; other endpoint"], [["Enter"], "go to the chosen delivery"], [["Esc"], "back to the list; clears the filter there"], [["/"], "filter"],
  [["r"], "replay"], [["m"], "replay with a mutation"], [["e"], "edit and resend"], [["c"], "copy as curl"],
  [["t"], "trigger"], [["a"], "calls to the API"], [["s"], "endpoints and secrets"], [["?"], "this list"],
]);
byId("help-open").addEventListener("click", help);

const act = (name) => () => list.chosen && acts[name]();
const keys = {
  j: () => list.step(1), k: () => list.step(-1), g: () => list.edge(0), G: () => list.edge(Infinity),
  r: act("replay"), m: act("mutate"), e: act("edit"), c: act("curl"),
  t: openTrigger, a: openCalls, s: openEndpoints, "?": help, "/": () => byId("filter-text").select(),
};
const listKeys = {
  ArrowDown: keys.j, ArrowUp: keys.k, Home: keys.g, End: keys.G, Enter: open,
  ArrowLeft: () => list.side(-1), ArrowRight: () => list.side(1),
  PageDown: () => list.step(10), PageUp: () => list.step(-10),
};

addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  const inList = target === byId("list") || target === document.body;
  if (target === byId("filter-text")) {
    if (key === "Escape") filter.clear();
    if (key !== "Escape" && key !== "Enter" && key !== "ArrowDown") return;
    list.focus();
    if (!list.chosen && key !== "Escape") keys.g();
  } else if (key === "Escape") {
    if (inList) filter.clear();
    back();
  } else if (target.closest("input, textarea, select")) {
    return;
  } else {
    const pressed = (inList && listKeys[key]) || keys[key];
    if (!pressed) return;
    pressed();
    if (pressed !== open && (inList ? listKeys[key] : key === "j" || key === "k")) list.focus();
  }
  event.preventDefault();
});

// The connection.

function connection(state, text) {
  byId("connection").dataset.state = state;
  setText(byId("connection"), text);
  byId("lost").hidden = state !== "lost";
}

live.addEventListener("reset", ({ detail: data }) => {
  if (hello.version && hello.version !== data.version) return location.reload(); // another fakestripe: its page, too
  hello = data;
  started = false;
  coming = [];
  setText(byId("version"), data.version.replace(/^fakestripe /, "")); // beside the name
});
live.addEventListener("endpoints", ({ detail: data }) => {
  endpoints = data;
  names = namesOf(data.map((e) => e.url));
  const [first] = data;
  setText(byId("endpoints"), data.length === 1 ? `→ ${address(first.url)}` : first ? `→ ${data.map((e) => names.get(e.url)).join(", ")}` : "no endpoint");
  byId("endpoints-open").disabled = !first;
  byId("endpoints").title = data.map((e) => `${e.id} ${e.url} ${(e.enabled_events ?? []).join(", ")}`).join("\n");
  refreshSoon();
});
live.addEventListener("deliveries", ({ detail: data }) => (started ? store.put(data) : coming.push(...data)));
live.addEventListener("ready", () => {
  started = true;
  store.replace(coming);
  coming = [];
  connection("live", "live");
  refresh();
  const id = location.hash.slice(1);
  if (list.chosen && store.get(list.chosen)) reload(list.chosen);
  else if (store.get(id)) choose(id);
  else if (list.chosen) {
    list.clear();
    detail.none();
  }
});
live.addEventListener("lost", ({ detail: { wait } }) => {
  connection("lost", "not connected");
  setText(byId("lost-text"), `Is fakestripe listen still running? Trying again in ${Math.ceil(wait / 1000)} s. What you see may be old.`);
});
byId("lost-retry").addEventListener("click", () => live.connect());
live.start();
