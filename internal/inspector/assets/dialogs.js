// The dialogs: replay with mutations, edit and resend, trigger, calls to the API, help.

import { byId, debounce, h, toast } from "./dom.js";
import { get, pathOf, post, types } from "./api.js";
import { callList } from "./calls.js";
import { hasWords, markIn, wordsOf } from "./mark.js";

for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}

// onSubmit keeps a dialog open until what was asked for is done.
function onSubmit(dialog, problem, f) {
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = dialog.querySelector("[type=submit]");
    if (button.disabled) return;
    button.disabled = true;
    problem("");
    try {
      await f();
      dialog.close();
    } catch (error) {
      problem(error.message, error.place);
    } finally {
      button.disabled = false;
    }
  });
}

const saying = (id) => (text) => (byId(id).textContent = text);

// replayDialog offers all mutations, and calls back with those that were chosen.
export function replayDialog(replay, offerTo) {
  const dialog = byId("replay-dialog");
  const list = byId("replay-list");
  const chosen = () => [...list.querySelectorAll("input[type=checkbox]:checked")].map((box) => {
    const value = box.closest("li").querySelector("input[type=text]");
    return value ? `${box.value}=${value.value}` : box.value;
  });
  const changed = () => (byId("replay-chosen").textContent = chosen().join(", "));
  list.addEventListener("input", changed);
  byId("replay-filter").addEventListener("input", (event) => {
    const words = wordsOf(event.target.value);
    let found = 0;
    for (const item of list.querySelectorAll("li")) {
      const fits = hasWords(item.textContent, words);
      found += Number(fits);
      item.hidden = !fits && !item.querySelector(":checked");
    }
    markIn(list, words);
    byId("replay-none").textContent = found ? "" : "No mutation has all of these words.";
  });
  onSubmit(dialog, saying("replay-problem"), () => replay(chosen(), byId("replay-to").value));
  return async () => {
    const { mutations } = await types();
    byId("replay-filter").value = byId("replay-problem").textContent = byId("replay-none").textContent = "";
    offerTo("replay-to");
    list.replaceChildren(h("ul", {}, mutations.map(offer)));
    changed();
    dialog.showModal();
  };
}

function offer({ name, example, doc }) {
  const box = h("input", { type: "checkbox", value: name });
  const value = example && h("input", {
    type: "text", value: example, "aria-label": `Value of ${name}`, spellcheck: "false", autocomplete: "off",
    input: () => (box.checked = true),
  });
  return h("li", {}, h("label", {}, box, h("code", {}, name)), value, h("span", { class: "note" }, doc));
}

// editDialog offers a delivery's payload, says while one types whether it is JSON,
// and calls back with what was sent.
export function editDialog(sent, offerTo) {
  const dialog = byId("edit-dialog");
  const text = byId("edit-text");
  const state = byId("edit-state");
  const there = byId("edit-goto");
  let original = "";
  let from = ""; // the delivery that it is about
  let wrong; // {line, column}

  const show = (message, place) => {
    wrong = place;
    state.textContent = message;
    state.className = place || message.startsWith("fakestripe") ? "problem" : "";
    there.hidden = !place;
  };
  const check = async () => {
    const payload = text.value;
    try {
      const { type } = await post("/inspect/check", { payload });
      if (payload === text.value) show(type ? `Valid JSON, an event of type ${type}.` : "Valid JSON, but without a type.");
    } catch (error) {
      if (payload === text.value) show(error.message, error.place);
    }
  };
  text.addEventListener("input", debounce(150, check));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) dialog.querySelector("form").requestSubmit();
  });
  there.addEventListener("click", () => {
    const at = text.value.split("\n").slice(0, wrong.line - 1).reduce((sum, line) => sum + line.length + 1, wrong.column - 1);
    text.focus();
    text.setSelectionRange(at, at + 1);
  });
  dialog.addEventListener("cancel", (event) => {
    if (text.value !== original && !confirm("Discard what you changed?")) event.preventDefault();
  });
  onSubmit(dialog, show, async () => {
    const { deliveries } = await post("/inspect/send", {
      payload: text.value, new_id: byId("edit-new-id").checked, endpoint: byId("edit-to").value, from,
    });
    sent(deliveries);
  });
  return async (id) => {
    original = text.value = (await get(pathOf(id))).body;
    from = id;
    offerTo("edit-to", [["", "every endpoint that takes its type"]]);
    dialog.showModal();
    text.focus();
    text.setSelectionRange(0, 0);
    text.scrollTop = 0;
    check();
  };
}

// triggerDialog offers all event types and flows, and calls back with what was sent.
export function triggerDialog(sent) {
  const dialog = byId("trigger-dialog");
  const filter = byId("trigger-filter");
  const names = byId("trigger-name");
  const alone = byId("trigger-alone");
  let known = { types: [], flows: [] };

  const flowTo = (type) => known.flows.find((flow) => flow.triggers?.includes(type));
  const about = () => {
    const [kind, name] = names.value.split(" ");
    const flow = kind === "flow" ? known.flows.find((f) => f.flow === name) : flowTo(name);
    const type = known.types.find((t) => t.type === name);
    byId("trigger-alone-line").hidden = kind !== "type" || !flow;
    const events = flow && !(kind === "type" && alone.checked) ? `${flow.title}: ${flow.types.join(", ")}.` : "";
    byId("trigger-about").textContent = !names.length ? "No event type or flow has all of these words." : [kind === "type" && type?.description, events].filter(Boolean).join(" ");
  };
  const draw = () => {
    const words = wordsOf(filter.value);
    const before = names.value;
    const group = (label, kind, all) => {
      const fitting = all.filter((name) => hasWords(name, words));
      return fitting.length ? [h("optgroup", { label }, fitting.map((name) => h("option", { value: `${kind} ${name}` }, name)))] : [];
    };
    const typesThat = (fit) => known.types.filter(fit).map((t) => t.type);
    names.replaceChildren(
      ...group("Event types", "type", typesThat((t) => !t.thin)),
      ...group("Flows", "flow", known.flows.map((f) => f.flow)),
      ...group("Thin events", "type", typesThat((t) => t.thin)),
    );
    names.value = before;
    if (names.selectedIndex < 0) names.selectedIndex = 0;
    about();
  };
  filter.addEventListener("input", draw);
  filter.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    names.selectedIndex = Math.max(0, Math.min(names.length - 1, names.selectedIndex + step));
    about();
  });
  names.addEventListener("change", about);
  names.addEventListener("keydown", (event) => event.key === "Enter" && dialog.querySelector("form").requestSubmit());
  names.addEventListener("dblclick", () => dialog.querySelector("form").requestSubmit());
  alone.addEventListener("change", about);
  onSubmit(dialog, saying("trigger-problem"), async () => {
    const [kind, name] = names.value.split(" ");
    if (!name) throw new Error("no event type or flow has all of these words");
    const set = byId("trigger-set").value.split("\n").filter((line) => line.trim());
    const { deliveries } = await post("/inspect/trigger", { name, alone: kind === "type" && alone.checked, set });
    sent(deliveries);
  });
  return async () => {
    known = await types();
    byId("trigger-problem").textContent = "";
    draw();
    if (!names.dataset.opened) names.value = "type payment_intent.succeeded";
    names.dataset.opened = "yes";
    dialog.showModal();
    filter.select();
    about();
    names.selectedOptions[0]?.scrollIntoView({ block: "center" });
  };
}

// callsDialog lists what was asked of the API, whenever that was. What an app created there
// can be paid or declined; failing says why it could not be.
export function callsDialog(failing) {
  const complete = failing(async (object, action) => {
    await post("/inspect/complete", { object, action });
    toast(action === "pay" ? "Paid: its events are in the list." : "Declined: its events are in the list.");
    byId("calls-dialog").close();
  });
  const button = (call, action, text) => h("button", { type: "button", "data-complete": action, click: () => complete(call.id, action) }, text);
  const offer = (call) => call.payable && h("p", { class: "offer" }, button(call, "pay", "Pay"), " ", button(call, "decline", "Decline"));
  return async () => {
    const { calls } = await get("/inspect/calls");
    const none = h("p", { class: "note" }, "Nobody has called the API yet. Point your SDK's API base here: ", h("code", {}, location.origin));
    byId("calls-list").replaceChildren(calls.length ? callList(calls, offer) : none);
    if (!byId("calls-dialog").open) byId("calls-dialog").showModal();
  };
}

// helpDialog lists the keys.
export function helpDialog(keys) {
  byId("help-keys").append(...keys.map(([names, what]) => h("div", {}, h("dt", {}, ...names.map((name) => h("kbd", {}, name))), h("dd", {}, what))));
  return () => byId("help-dialog").showModal();
}
