// What a search looks for, and where it is on the page.

const MOST = 1000; // marks in one part of the page

// wordsOf are the words of a search, in lower case; all are to be found, in any order.
export const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

export const hasWords = (text, words) => words.every((word) => text.toLowerCase().includes(word));

const pattern = (words) => {
  const longest = words.toSorted((a, b) => b.length - a.length);
  return new RegExp(`(${longest.map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|")})`, "gi");
};

// marked is a text as nodes, with the words in mark elements.
export function marked(text, words) {
  if (words.length === 0 || !text) return [text];
  return text.split(pattern(words)).map((part, i) => {
    if (i % 2 === 0) return part;
    const mark = document.createElement("mark");
    mark.textContent = part;
    return mark;
  });
}

// setMarked changes a text only when it, or what is marked in it, is another one.
export function setMarked(element, text, words) {
  const key = words.join(" ");
  if (element.textContent === text && (element.dataset.marked ?? "") === key) return;
  element.dataset.marked = key;
  element.replaceChildren(...marked(text, words));
}

// markIn marks the words in all texts of a part of the page, and nothing else.
export function markIn(root, words) {
  for (const mark of root.querySelectorAll("mark")) {
    const { parentNode } = mark;
    mark.replaceWith(mark.textContent);
    parentNode.normalize();
  }
  if (words.length === 0) return;
  const find = pattern(words);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (nodes.length < MOST && walker.nextNode()) {
    find.lastIndex = 0;
    if (find.test(walker.currentNode.data) && !walker.currentNode.parentElement.closest(".actions, .tools, select")) nodes.push(walker.currentNode);
  }
  for (const node of nodes) node.replaceWith(...marked(node.data, words));
}
