// The clipboard.

import { byId, toast } from "./dom.js";

// copy puts a text on the clipboard. Browsers allow it on this machine and over
// https; elsewhere the text is shown, to be copied by hand.
export async function copy(text, said = "Copied.") {
  try {
    await navigator.clipboard.writeText(text);
    toast(said);
  } catch {
    byId("copy-text").value = text;
    byId("copy-dialog").showModal();
    byId("copy-text").select();
  }
}
