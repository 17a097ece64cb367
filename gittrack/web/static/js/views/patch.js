// @ts-check
/** A patch of git with the colours of its languages: a part per file, with the numbers of its lines. */

import { el } from "../dom.js";
import { filesOf } from "../patch.js";
import { painter } from "../syntax.js";

const MOST_LINES = 5000; // with colours and numbers; the rest is plain text
const SIGNS = /** @type {Record<string, string>} */ ({ added: "+", removed: "-", same: " " });

/**
 * Return a patch.
 * @param {string} text  as `git diff` prints it
 * @returns {HTMLElement}
 */
export function patchOf(text) {
  const files = filesOf(text);
  let rest = MOST_LINES;
  const parts = files.map((file) => {
    const count = Math.min(rest, file.lines.length);
    rest -= count;
    return partOf(file, count);
  });
  return el("div", { class: "patches" }, ...parts);
}

function partOf(/** @type {import("../patch.js").PatchFile} */ file, /** @type {number} */ count) {
  const paint = painter(file.path);
  const lines = file.lines.slice(0, count).map((line) => lineOf(line, paint));
  const others = file.lines.slice(count).map(({ kind, text }) => `${SIGNS[kind] ?? ""}${text}\n`).join("");
  const counts = el("small", {}, el("span", { class: "better" }, ` +${file.added}`), el("span", { class: "worse" }, ` −${file.removed}`));
  return el("details", { open: true, class: "patch-file" }, el("summary", {}, file.path, counts),
    el("pre", { class: "patch", tabindex: "0", "aria-label": `changes of ${file.path}` }, ...lines, others));
}

function lineOf(/** @type {import("../patch.js").PatchLine} */ { kind, text, before, after }, /** @type {(line: string) => import("../syntax.js").Span[]} */ paint) {
  const number = (/** @type {number | null} */ value) => el("span", { class: "line-number", "data-number": value ?? "" });
  const spans = kind in SIGNS ? paint(text).map(({ text: part, style }) => (style ? el("span", { class: style }, part) : part)) : [text];
  return el("span", { class: kind }, number(before), number(after), `${SIGNS[kind] ?? ""}`, ...spans, "\n");
}
