// @ts-check
/** The elements of the lines of the table.  Those of runs are used again for other runs, because new ones take longer and leave garbage. */

import { colorOf } from "../color.js";
import { change, changeText, el } from "../dom.js";
import { eye, foldButton, nameEye, paintEye } from "./cells.js";
import { fits } from "./layout.js";

/** Pixels of what is in front of the text of the first column. */
export const FRONT = 18;

/** @typedef {ReturnType<typeof import("./cells.js").runCell>} Part  what a cell shows */
/** @typedef {{text: string, class: string, title: string | false, share: string}} Cell */

/**
 * @typedef {object} Row
 * @property {HTMLElement} element
 * @property {import("./rows.js").Line} line
 * @property {string} shape  of rows with equal ones, each can show the run of the other one
 * @property {Cell[]} cells
 * @property {HTMLElement[]} places  the elements of the cells
 * @property {HTMLElement | null} eye  the round button of a run, if its first cell is painted
 * @property {string} class
 * @property {string} look  of the marks
 */

/**
 * Return what paints lines into the body of a table.
 * @param {HTMLElement} body
 * @param {number} height  pixels of a line
 * @param {(text: string) => number} measure  the pixels of a text
 */
export function createLines(body, height, measure) {
  const [above, below] = [gap(), gap()];
  /** @type {Row[]} */
  let rows = [];

  function gap() {
    return el("tr", { class: "spacer", "aria-hidden": "true" }, el("td"));
  }

  function stretch(/** @type {HTMLElement} */ spacer, /** @type {number} */ lines) {
    /** @type {HTMLElement} */ (spacer.firstElementChild).style.height = `${lines * height}px`;
    if (lines <= 0) spacer.remove();
    else if (spacer.parentNode !== body) body[spacer === above ? "prepend" : "append"](spacer);
  }

  function append(/** @type {Row} */ row) {
    body.insertBefore(row.element, below.parentNode === body ? below : null);
  }

  function cellOf(/** @type {import("./rows.js").Line} */ line, /** @type {Part} */ part, /** @type {number} */ index, /** @type {import("./head.js").Frame} */ { pinned, widths }) {
    const isCut = !fits(part.text, measure, widths[index], index === 0 ? FRONT * line.depth : 0);
    const classes = [part.class, part.shade > 0 && "shaded", index < pinned && "pinned", isCut && "cut"];
    return { text: part.text, title: part.title, class: classes.filter(Boolean).join(" "), share: part.shade > 0 ? `${Math.round(part.shade * 22)}%` : "" };
  }

  /** Paint lines from a position on; `parts` are the contents of their cells, null of a line that is not here yet. */
  function show(/** @type {import("./rows.js").Line[]} */ lines, /** @type {[number, number]} */ [first, last], /** @type {(Part[] | null)[]} */ parts, /** @type {import("./head.js").Frame} */ frame, /** @type {number} */ baseline) {
    const left = (/** @type {number} */ i) => frame.widths.slice(0, i).reduce((sum, width) => sum + width, 0);
    const lefts = frame.indices.map((index) => (index < frame.pinned ? left(index) : null));
    const shape = JSON.stringify([frame.indices, lefts, frame.before > 0]);
    const shown = lines.slice(first, last);
    turn(shown);
    const next = shown.map((line, i) => {
      const part = parts[i];
      const cells = part ? part.map((entry, at) => cellOf(line, entry, frame.indices[at], frame)) : [];
      const classes = [line.depth > 1 && "inner", line.row < 0 && "group", line.row >= 0 && line.row === baseline && "baseline"];
      const wanted = { line, cells, class: classes.filter(Boolean).join(" "), shape: part && line.row >= 0 ? shape : "" };
      const row = rows[i]?.shape && rows[i].shape === wanted.shape ? changed(rows[i], wanted) : made(wanted, frame, lefts, part !== null);
      change(row.element, { "aria-rowindex": first + i + 2 });
      if (i >= rows.length) append(row);
      else if (row.element !== rows[i].element) rows[i].element.replaceWith(row.element);
      return row;
    });
    for (const row of rows.slice(next.length)) row.element.remove();
    rows = next;
    stretch(above, first);
    stretch(below, lines.length - last);
  }

  // After a scroll, rows that stay in sight stay as they are, and those that have left it come to the other end.
  function turn(/** @type {import("./rows.js").Line[]} */ shown) {
    if (rows.length === 0 || shown.length === 0) return;
    const up = rows.findIndex(({ line }) => line.id === shown[0].id);
    const down = shown.findIndex((line) => line.id === rows[0].line.id);
    const by = up > 0 ? up : down > 0 ? Math.max(0, rows.length - down) : 0;
    if (by === 0) return;
    const [start, end] = [rows.slice(0, by), rows.slice(by)];
    if (up > 0) start.forEach(append);
    else rows[0].element.before(...end.map(({ element }) => element));
    rows = [...end, ...start];
  }

  /** Show marks: the colours of curves, the marked row, the hovered row, the picked runs. */
  function mark(/** @type {any} */ { hover, cursor, selected, colors, hidden }) {
    for (const row of rows) {
      const { element, line } = row;
      const isRun = line.row >= 0 && line.id !== "";
      const color = colors.get(line.id) ?? (isRun ? colorOf(line.id) : "transparent");
      const [isMarked, isHovered, isPicked, isHidden] = [cursor !== "" && line.id === cursor, hover !== "" && line.id === hover, isRun && selected.includes(line.id), hidden.includes(line.id)];
      const isDrawn = colors.size === 0 || colors.has(line.id); // without colours, no chart has been drawn yet
      const look = [color, isMarked, isHovered, isPicked, isHidden, isDrawn].join();
      if (row.look === look) continue;
      row.look = look;
      element.classList.toggle("cursor", isMarked);
      element.classList.toggle("hover", isHovered);
      if (!isRun) {
        row.places[0]?.style.setProperty("--line-color", color);
        continue;
      }
      change(element, { "aria-selected": String(isPicked) });
      if (row.eye) paintEye(row.eye, color, isHidden, isDrawn);
    }
  }

  return { show, mark };
}

/** @typedef {Pick<Row, "line" | "cells" | "class" | "shape">} Wanted  what a row is to show */

function made(/** @type {Wanted} */ wanted, /** @type {import("./head.js").Frame} */ frame, /** @type {(number | null)[]} */ lefts, /** @type {boolean} */ isHere) {
  const { line, cells } = wanted;
  const isRun = line.row >= 0;
  const button = isRun ? eye(line.id) : foldButton(line, cells[0]?.text ?? "");
  const isFirst = isHere && frame.indices[0] === 0;
  const places = cells.map((cell, i) => {
    const front = i === 0 && isFirst && button;
    const style = { ...(cell.share && { "--share": cell.share }), ...(lefts[i] !== null && { left: `${lefts[i]}px` }) };
    return el("td", { class: cell.class || false, title: cell.title, style, "aria-colindex": frame.indices[i] + 1 }, front, front && !isRun ? null : cell.text);
  });
  const inside = isHere ? [...places] : [el("td", { colspan: frame.indices.length, class: "muted", text: "…" })];
  if (isHere && frame.before > 0) inside.splice(frame.pinned, 0, el("td", { "aria-hidden": "true" }));
  const key = isHere && line.id;
  const element = el("tr", { class: wanted.class, "data-key": isRun && key, "data-group": !isRun && key, "aria-level": isHere && line.depth, "aria-expanded": !isRun && String(line.open) }, ...inside);
  return { ...wanted, element, places, eye: isRun && isFirst ? button : null, look: "" };
}

// The same row for another run.
function changed(/** @type {Row} */ row, /** @type {Wanted} */ wanted) {
  const { element, places, cells, line } = row;
  const id = wanted.line.id;
  const isOther = line.id !== id;
  const focused = document.activeElement;
  if (isOther && focused instanceof HTMLElement && element.contains(focused)) focused.blur(); // a key is not for another run
  if (isOther || line.depth !== wanted.line.depth) change(element, { "data-key": id, "aria-level": wanted.line.depth });
  const look = row.class === wanted.class ? row.look : "";
  if (look === "") change(element, { class: wanted.class });
  wanted.cells.forEach((cell, i) => {
    const [place, before] = [places[i], cells[i]];
    if (cell.class !== before.class) change(place, { class: cell.class || false });
    if (cell.title !== before.title) change(place, { title: cell.title });
    if (cell.share !== before.share) place.style.setProperty("--share", cell.share);
    if (cell.text !== before.text) changeText(/** @type {Text} */ (place.lastChild), cell.text);
  });
  if (isOther && row.eye) nameEye(row.eye, id);
  return { ...row, ...wanted, look };
}
