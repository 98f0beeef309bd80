// The page: what the parts do together.

import { byId, debounce, h, setText, toast } from "./dom.js";
import { address, number, plural } from "./format.js";
import { getText, pathOf, post } from "./api.js";
import { copy, Detail } from "./detail.js";
import { callsDialog, editDialog, helpDialog, replayDialog, triggerDialog } from "./dialogs.js";
import { Filter } from "./filter.js";
import { List } from "./list.js";
import { Live } from "./live.js";
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
let shown = [];
let awaited = ""; // a delivery that was asked for here, to be chosen when it comes

// The list.

function refresh(another = false) {
  shown = filter.apply(store.rows);
  list.show(shown, another);
  const all = store.rows.length;
  setText(byId("count"), shown.length === all ? plural(all, "delivery", "deliveries") : `${number(shown.length)} of ${number(all)}`);
  empty();
}

let due = 0;
const refreshSoon = () => (due ||= requestAnimationFrame(() => {
  due = 0;
  refresh();
}));

function empty() {
  const place = byId("empty");
  place.hidden = shown.length > 0 || !started;
  if (place.hidden) return;
  if (store.rows.length > 0) {
    const clear = h("button", { type: "button", click: () => filter.clear() }, "Clear the filter");
    place.replaceChildren(h("h2", {}, "Nothing matches the filter"), h("p", {}, clear));
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

filter.addEventListener("change", () => refresh(true));
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

function open() {
  if (!list.chosen) return;
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
  const { id } = deliveries.at(-1);
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

const replay = async (mutations) => sent((await post(pathOf(list.chosen, "/replay"), { mutations })).deliveries);
const copyAs = (what, said) => failing(async () => copy(await getText(pathOf(list.chosen, `/${what}`)), said));
const replayWith = failing(replayDialog(replay));
const edit = failing(editDialog(sent));
const openTrigger = failing(triggerDialog(sent));
const openCalls = failing(callsDialog(failing));

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
byId("trigger-open").addEventListener("click", openTrigger);
byId("calls-open").addEventListener("click", openCalls);

// Keys.

const help = helpDialog([
  [["j", "↓"], "older delivery"], [["k", "↑"], "newer delivery"], [["g"], "newest"], [["G"], "oldest"],
  [["Enter"], "go to the chosen delivery"], [["Esc"], "back to the list; clears the filter there"], [["/"], "filter"],
  [["r"], "replay"], [["m"], "replay with a mutation"], [["e"], "edit and resend"], [["c"], "copy as curl"],
  [["t"], "trigger"], [["a"], "calls to the API"], [["?"], "this list"],
]);
byId("help-open").addEventListener("click", help);

const act = (name) => () => list.chosen && acts[name]();
const keys = {
  j: () => list.step(1), k: () => list.step(-1), g: () => list.edge(0), G: () => list.edge(Infinity),
  r: act("replay"), m: act("mutate"), e: act("edit"), c: act("curl"),
  t: openTrigger, a: openCalls, "?": help, "/": () => byId("filter-text").select(),
};
const listKeys = {
  ArrowDown: keys.j, ArrowUp: keys.k, Home: keys.g, End: keys.G, Enter: open,
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
  const [first, ...more] = data.map((e) => address(e.url));
  setText(byId("endpoints"), first ? `→ ${first}${more.length ? ` and ${more.length} more` : ""}` : "no endpoint");
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
    list.chosen = "";
    detail.none();
  }
});
live.addEventListener("lost", ({ detail: { wait } }) => {
  connection("lost", "not connected");
  setText(byId("lost-text"), `Is fakestripe listen still running? Trying again in ${Math.ceil(wait / 1000)} s. What you see may be old.`);
});
byId("lost-retry").addEventListener("click", () => live.connect());
live.start();
