// What the page is built with. Text becomes text nodes: nothing here, or anywhere
// on the page, turns text into markup.

export const byId = (id) => document.getElementById(id);

// h makes an element: h("p", {class: "note"}, "text", otherElement).
// A function as a value listens to the event of that name; false and undefined leave out.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter(Boolean));
  return element;
}

// setText changes a text only when it is another one: less for the browser to lay out.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// debounce calls f once the calls have stopped for a while.
export function debounce(milliseconds, f) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(f, milliseconds, ...values);
  };
}

let toastTimer;

// toast says for a moment what was done, or why not.
export function toast(text, failed = false) {
  const place = byId("toast");
  place.textContent = text;
  place.dataset.state = failed ? "failed" : "done";
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (place.textContent = ""), failed ? 8000 : 4000);
}
