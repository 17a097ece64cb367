// @ts-check
/** The head of the table: a click sorts, a drag moves a column, its right edge resizes it. */

import { el } from "../dom.js";
import { columnsOf, moved, nextSort, resized } from "./columns.js";

/**
 * Return the heading of a column.
 * @param {import("../main.js").App} app
 * @param {any} column
 * @param {{width: number | undefined, pinned: boolean}} look
 * @returns {HTMLElement}
 */
export function heading(app, column, { width, pinned }) {
  const { sort } = app.store.get();
  const key = sort.find((/** @type {string} */ name) => name.replace(/^-/, "") === column.name);
  const order = key === undefined ? null : key.startsWith("-") ? "descending" : "ascending";
  const place = sort.length > 1 && key !== undefined ? String(sort.indexOf(key) + 1) : "";
  const mark = order === null ? "" : order === "ascending" ? ` ▲${place}` : ` ▼${place}`;
  const button = el("button", { type: "button", title: titleOf(column), on: { click: (/** @type {MouseEvent} */ event) => sortBy(app, column, event.shiftKey) }, text: column.head + mark });
  const edge = el("span", { class: "edge", "aria-hidden": "true" });
  const cell = el("th", { scope: "col", class: [pinned && "pinned", column.kind === "number" && "number"].filter(Boolean).join(" "), "aria-sort": order || "none", "data-column": column.name, draggable: "true", style: widthStyle(width) }, button, edge);
  followEdge(app, cell, edge, column.name);
  followDrag(app, cell, column.name);
  return cell;
}

/**
 * Return the style of the cells of a column with a chosen width.
 * @param {number | undefined} width
 */
export function widthStyle(width) {
  return width === undefined ? {} : { width: `${width}px`, "min-width": `${width}px`, "max-width": `${width}px` };
}

function titleOf(/** @type {any} */ column) {
  const goal = column.goal ? `; ${column.goal} is better${column.assumed ? ` (${column.reason})` : ""}` : "";
  return `${column.name}${goal}`;
}

function sortBy(/** @type {import("../main.js").App} */ app, /** @type {any} */ column, /** @type {boolean} */ further) {
  const sort = nextSort(app.store.get().sort, column, further);
  app.store.set({ sort });
  app.announce(sort.length > 0 ? `sorted by ${sort.map((key) => (key.startsWith("-") ? `${key.slice(1)}, highest first` : `${key}, lowest first`)).join(", then ")}` : "not sorted");
}

function followEdge(/** @type {import("../main.js").App} */ app, /** @type {HTMLElement} */ cell, /** @type {HTMLElement} */ edge, /** @type {string} */ name) {
  edge.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const start = cell.offsetWidth - event.clientX;
    edge.setPointerCapture(event.pointerId);
    edge.addEventListener("pointermove", (move) => Object.assign(cell.style, { minWidth: `${Math.max(40, start + move.clientX)}px`, maxWidth: `${Math.max(40, start + move.clientX)}px` }));
    edge.addEventListener("pointerup", (up) => app.store.set({ widths: resized(app.store.get().widths, name, start + up.clientX) }), { once: true });
  });
}

function followDrag(/** @type {import("../main.js").App} */ app, /** @type {HTMLElement} */ cell, /** @type {string} */ name) {
  cell.addEventListener("dragstart", (event) => event.dataTransfer?.setData("application/x-column", name));
  cell.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("application/x-column")) return;
    event.preventDefault();
    cell.classList.add("target");
  });
  cell.addEventListener("dragleave", () => cell.classList.remove("target"));
  cell.addEventListener("drop", (event) => {
    event.preventDefault();
    const dragged = event.dataTransfer?.getData("application/x-column") || "";
    if (dragged) moveColumn(app, dragged, name);
  });
}

/**
 * Put a column before another one; among pinned columns it changes their order.
 * @param {import("../main.js").App} app
 * @param {string} name
 * @param {string} before
 */
export function moveColumn(app, name, before) {
  const { runs, columns, pinned } = app.store.get();
  const names = columnsOf(runs, { columns, pinned }).map((column) => column.name);
  const isPinned = (/** @type {string} */ other) => pinned.includes(other);
  if (isPinned(name) && isPinned(before)) app.store.set({ pinned: moved(pinned, name, before) });
  else app.store.set({ columns: moved(names, name, before) });
}
