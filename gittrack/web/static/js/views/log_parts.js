// @ts-check
/** The parts of a log that are shown: neighbours, each with whole lines, and not too much of them. */

import { byteLength, consoleLines } from "../console.js";
import { el } from "../dom.js";

const MOST = 256 << 10; // bytes that are shown at once
const LARGE = 64 << 10; // bytes; a part that is smaller grows

/** @typedef {{text: string, from: number, to: number, element: HTMLElement}} Part */

/**
 * Return the parts in a box.
 * @param {HTMLElement} box
 */
export function createParts(box) {
  /** @type {Part[]} */
  let parts = [];

  const from = () => (parts.length > 0 ? parts[0].from : 0);
  const to = () => (parts.length > 0 ? parts[parts.length - 1].to : 0);

  /** Show a document and nothing else. */
  function reset(/** @type {any} */ document) {
    const part = partOf(wholeLines(document, document.from <= document.first, document.to >= document.size));
    parts = [part];
    box.replaceChildren(part.element);
  }

  /** Add the document that begins where the last part ends. */
  function append(/** @type {any} */ document) {
    const last = parts[parts.length - 1];
    const isSmall = last.to - last.from < LARGE;
    const joined = isSmall ? { ...document, text: last.text + document.text, from: last.from } : document;
    const part = partOf(wholeLines(joined, true, document.to >= document.size));
    if (isSmall) parts.pop();
    if (isSmall) last.element.replaceWith(part.element);
    else box.append(part.element);
    parts.push(part);
    while (to() - from() > MOST && parts.length > 1) {
      const height = parts[0].element.offsetHeight;
      /** @type {Part} */ (parts.shift()).element.remove();
      box.scrollTop -= height;
    }
  }

  /** Add the document that ends where the first part begins. */
  function prepend(/** @type {any} */ document) {
    const part = partOf(wholeLines(document, document.from <= document.first, true));
    const top = box.scrollTop;
    box.prepend(part.element);
    box.scrollTop = top + part.element.offsetHeight;
    parts.unshift(part);
    while (to() - from() > MOST && parts.length > 1) /** @type {Part} */ (parts.pop()).element.remove();
  }

  return { from, to, reset, append, prepend, lines: () => parts.flatMap((part) => [...part.element.children]) };
}

function partOf(/** @type {{text: string, from: number, to: number}} */ { text, from, to }) {
  return { text, from, to, element: el("div", {}, ...consoleLines(text, from).map(lineOf)) };
}

function lineOf(/** @type {import("../console.js").Line} */ { at, spans, updates }) {
  const title = updates > 1 && `written ${updates} times; this is what stands at the end`;
  const parts = spans.map(({ text, style }) => (style ? el("span", { class: style }, text) : text));
  return el("p", { class: updates > 1 ? "updated" : "", "data-at": at, title }, ...parts);
}

/**
 * Return a part of a log without the ends of lines that begin or end outside of it; a line that is larger stays cut.
 * @param {{text: string, from: number, to: number}} part
 * @param {boolean} isFirst  whether it begins with a line
 * @param {boolean} isLast  whether it ends with a line
 */
export function wholeLines({ text, from, to }, isFirst, isLast) {
  const start = isFirst ? 0 : text.indexOf("\n") + 1;
  const end = isLast ? text.length : text.lastIndexOf("\n") + 1;
  if (end <= start) return { text, from, to };
  return { text: text.slice(start, end), from: from + byteLength(text.slice(0, start)), to: to - byteLength(text.slice(end)) };
}
