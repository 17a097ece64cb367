// @ts-check
/** Copies text. */

import { el } from "./dom.js";

/**
 * Put text into the clipboard.
 * @param {import("./main.js").App | undefined} app  to say that it is done
 * @param {string} text
 */
export function copy(app, text) {
  const done = () => app?.announce("copied");
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => copyByHand(text));
  else copyByHand(text);
}

// Where a page may not write to the clipboard, such as in a frame of a notebook.
function copyByHand(/** @type {string} */ text) {
  const area = el("textarea", { "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
