// @ts-check
/** The head of the table: a click sorts, a drag moves a column, its right edge resizes it. */

import { el, fill } from "../dom.js";
import { columnsOf, moved, nextSort, resized } from "./columns.js";

/**
 * @typedef {object} Frame
 * @property {number[]} widths  of all columns, in pixels
 * @property {number} pinned  how many of the first columns stay on the left
 * @property {number[]} indices  the columns that are painted
 * @property {number} before  the width of those that are left out between the pinned ones and the others
 * @property {number} after  the width of those that are left out on the right
 */

/**
 * Put the headings of the painted columns into the head.  As far as they are the same as before they stay, so that
 * the one that is clicked keeps the focus.
 * @param {HTMLElement} head
 * @param {import("../main.js").App} app
 * @param {any[]} columns
 * @param {Frame} frame
 */
export function fillHead(head, app, columns, frame) {
  const { pinned, indices, before, after } = frame;
  const look = JSON.stringify([pinned, before > 0, after > 0, indices.map((i) => [columns[i].name, columns[i].head, columns[i].kind, titleOf(columns[i])])]);
  if (head.dataset.look !== look) {
    const focused = head.contains(document.activeElement) && document.activeElement?.closest("th")?.dataset.column;
    const cells = indices.map((index) => heading(app, columns[index], index));
    const space = () => el("th", { class: "space", "aria-hidden": "true" });
    if (before > 0) cells.splice(pinned, 0, space());
    fill(head, el("tr", {}, ...cells, after > 0 && space()));
    if (focused) cells.find((cell) => cell.dataset.column === focused)?.querySelector("button")?.focus({ preventScroll: true });
    head.dataset.look = look;
  }
  const cells = /** @type {HTMLElement[]} */ ([...(head.firstElementChild?.children || [])]);
  spread(cells, frame);
  markSorted(cells, columns, app.store.get().sort);
}

function spread(/** @type {HTMLElement[]} */ cells, /** @type {Frame} */ { widths, pinned, before, after }) {
  let left = 0;
  cells.forEach((cell, i) => {
    const index = Number(cell.getAttribute("aria-colindex")) - 1;
    const isPinned = index >= 0 && index < pinned;
    const width = index >= 0 ? widths[index] : i === pinned && before > 0 ? before : after;
    Object.assign(cell.style, { width: `${width}px`, left: isPinned ? `${left}px` : "" });
    cell.classList.toggle("pinned", isPinned);
    left += width;
  });
}

function heading(/** @type {import("../main.js").App} */ app, /** @type {any} */ column, /** @type {number} */ index) {
  const button = el("button", { type: "button", title: titleOf(column), on: { click: (/** @type {MouseEvent} */ event) => sortBy(app, column, event.shiftKey) }, text: column.head });
  const edge = el("span", { class: "edge", "aria-hidden": "true" });
  const cell = el("th", { scope: "col", class: column.kind === "number" && "number", "aria-colindex": index + 1, "data-column": column.name, draggable: "true" }, button, edge);
  followEdge(app, cell, edge, column.name);
  followDrag(app, cell, column.name);
  return cell;
}

function markSorted(/** @type {HTMLElement[]} */ cells, /** @type {any[]} */ columns, /** @type {string[]} */ sort) {
  for (const cell of cells.filter((cell) => cell.dataset.column !== undefined)) {
    const { name, head: title } = columns[Number(cell.getAttribute("aria-colindex")) - 1];
    const at = sort.findIndex((key) => key.replace(/^-/, "") === name);
    const order = at < 0 ? "none" : sort[at].startsWith("-") ? "descending" : "ascending";
    const mark = at < 0 ? "" : `${order === "ascending" ? " ▲" : " ▼"}${sort.length > 1 ? at + 1 : ""}`;
    if (cell.getAttribute("aria-sort") === order && cell.dataset.mark === mark) continue;
    cell.setAttribute("aria-sort", order);
    cell.dataset.mark = mark;
    fill(/** @type {HTMLElement} */ (cell.firstElementChild), title + mark);
  }
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
    const table = /** @type {HTMLElement} */ (cell.closest("table"));
    const [width, start] = [cell.offsetWidth, event.clientX];
    const end = new AbortController(); // it ends all that follows the pointer
    cell.draggable = false; // a drag of the whole heading would take the pointer away
    // The table has the pointer, because a metric that a run begins to log replaces the headings meanwhile.
    table.setPointerCapture(event.pointerId);
    table.style.cursor = "col-resize";
    table.classList.add("resizing"); // texts may no longer fit
    table.addEventListener("pointermove", (move) => {
      const now = /** @type {HTMLElement | undefined} */ ([...table.querySelectorAll("th")].find((other) => other.dataset.column === name));
      if (!now) return;
      const [before, whole] = [now.offsetWidth, table.offsetWidth];
      const wide = Math.max(40, width + move.clientX - start);
      now.style.width = `${wide}px`;
      table.style.width = `${whole + wide - before}px`;
    }, { signal: end.signal });
    table.addEventListener("pointerup", (up) => up.clientX !== start && app.store.set({ widths: resized(app.store.get().widths, name, width + up.clientX - start) }), { signal: end.signal });
    table.addEventListener("lostpointercapture", () => (end.abort(), (cell.draggable = true), (table.style.cursor = ""), table.classList.remove("resizing")), { signal: end.signal });
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
  const { runs, columns, pinned, group } = app.store.get();
  const names = columnsOf(runs, { columns, pinned, group }).map((column) => column.name);
  const isPinned = (/** @type {string} */ other) => pinned.includes(other);
  if (isPinned(name) && isPinned(before)) app.store.set({ pinned: moved(pinned, name, before) });
  else app.store.set({ columns: moved(names, name, before) });
}
