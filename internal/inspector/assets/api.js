// The server's JSON.

export class Refusal extends Error {
  constructor(message, { place, lost = false } = {}) {
    super(message);
    this.place = place; // {line, column} in a text that was sent, if the server said
    this.lost = lost; // there was no response
  }
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Refusal("fakestripe does not answer: is it still running?", { lost: true });
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  throw new Refusal(said.error ?? `${response.status} ${response.statusText}`, { place: said.line ? said : undefined });
}

export const get = async (path, signal) => (await ask(path, { signal })).json();
export const getText = async (path) => (await ask(path)).text();

export async function post(path, value) {
  const headers = { "Content-Type": "application/json" };
  return (await ask(path, { method: "POST", headers, body: JSON.stringify(value) })).json();
}

export const pathOf = (id, what = "") => `/inspect/deliveries/${encodeURIComponent(id)}${what}`;

let choices;

// types are the event types, flows and mutations; they are asked for once.
export function types() {
  choices ??= get("/inspect/types").catch((error) => {
    choices = undefined;
    throw error;
  });
  return choices;
}
