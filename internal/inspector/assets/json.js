// JSON as it was written. JSON.parse loses how numbers are spelled, keys that come
// twice, and the order of keys that look like numbers.

// parse reads text that is valid JSON, without recursion: it may be nested deeply.
// A node is {key, kind, text} or, for objects and arrays, {key, kind, members}.
export function parse(text) {
  const token = /\s*(?:([[{])|([\]}])|([:,])|("[^"\\]*(?:\\.[^"\\]*)*")|([^\s[\]{}:,"]+))/y;
  const root = { kind: "array", members: [] };
  const open = [root];
  const keys = []; // the key that is read but has no value yet, by depth
  const add = (node) => {
    const parent = open.at(-1);
    if (parent.kind === "object") {
      node.key = keys[open.length];
      keys[open.length] = undefined;
    }
    parent.members.push(node);
  };
  for (let match; (match = token.exec(text)); ) {
    const [, opening, closing, , string, other] = match;
    if (opening) {
      const node = { kind: opening === "{" ? "object" : "array", members: [] };
      add(node);
      open.push(node);
    } else if (closing) {
      open.pop();
    } else if (string !== undefined) {
      if (open.at(-1).kind === "object" && keys[open.length] === undefined) keys[open.length] = JSON.parse(string);
      else add({ kind: "string", text: string });
    } else if (other !== undefined) {
      add({ kind: /^[tfn]/.test(other) ? "word" : "number", text: other });
    }
  }
  return root.members[0];
}

// child finds a member of an object.
export const child = (node, key) => node?.members?.findLast((member) => member.key === key);
