// @ts-check
/** A table that paints only the rows in sight. */

import { colorOf } from "../color.js";
import { el, fill } from "../dom.js";
import { show } from "../format.js";
import { toggle } from "../keys.js";
import { missing } from "../row_windows.js";
import { valueAt } from "../sort.js";

const ROW = 26; // pixels, as --row in style.css
const EXTRA = 8; // rows above and below what is in sight

/**
 * @typedef {object} Table
 * @property {(runs: any, rows: number[], columns: any[], sort: string[]) => void} show  paint these rows and columns
 */

/**
 * Put a table into an element.
 * @param {HTMLElement} root
 * @param {import("../main.js").App} app
 * @returns {Table}
 */
export function createTable(root, app) {
  const head = el("thead");
  const body = el("tbody");
  const scroller = el("div", { class: "table", tabindex: "0", role: "region", "aria-label": "runs" }, el("table", { "aria-rowcount": "0" }, head, body));
  root.append(scroller);
  let content = { runs: /** @type {any} */ ({ keys: [], columns: [] }), rows: /** @type {number[]} */ ([]), columns: /** @type {any[]} */ ([]) };

  function paint() {
    const first = Math.max(0, Math.floor(scroller.scrollTop / ROW) - EXTRA);
    const last = Math.min(content.rows.length, Math.ceil((scroller.scrollTop + (scroller.clientHeight || 600)) / ROW) + EXTRA);
    const rows = content.rows.slice(first, last).map((row, i) => line(row, first + i));
    fill(body, spacer(first), ...rows, spacer(content.rows.length - last));
    if (!content.runs.complete) app.store.set({ window: missing(content.runs, first, last) });
  }

  function spacer(/** @type {number} */ rows) {
    return rows > 0 && el("tr", { class: "spacer", "aria-hidden": "true" }, el("td", { colspan: content.columns.length, style: { height: `${rows * ROW}px` } }));
  }

  function line(/** @type {number} */ row, /** @type {number} */ position) {
    const key = content.runs.keys[row];
    if (key === null) return el("tr", { "aria-rowindex": position + 2 }, el("td", { colspan: content.columns.length, class: "muted", text: "…" }));
    const { selected: picked, cursor } = app.store.get();
    const selected = picked.includes(key);
    const cells = content.columns.map((column) => cell(column, row, key));
    return el("tr", { class: key === cursor && "cursor", "data-key": key, "aria-rowindex": position + 2, "aria-selected": String(selected) }, ...cells);
  }

  function cell(/** @type {any} */ column, /** @type {number} */ row, /** @type {string} */ key) {
    const value = valueAt(column, row);
    const text = show(value, column.kind);
    if (column.name === "id") return el("td", {}, el("span", { class: "swatch", style: { background: app.store.get().colors.get(key) ?? colorOf(key) } }), text);
    const kind = column.name === "status" ? `status-${text}` : typeof value === "number" ? "number" : "";
    return el("td", { class: kind, title: text.length > 30 && text, text });
  }

  function heading(/** @type {any} */ column, /** @type {string[]} */ sort) {
    const key = sort.find((name) => name.replace(/^-/, "") === column.name);
    const order = key === undefined ? null : key.startsWith("-") ? "descending" : "ascending";
    const mark = order === null ? "" : order === "ascending" ? " ▲" : " ▼";
    const press = (/** @type {MouseEvent} */ event) => app.store.set({ sort: nextSort(sort, column, event.shiftKey) });
    return el("th", { scope: "col", "aria-sort": order || "none" }, el("button", { type: "button", on: { click: press }, text: column.head + mark }));
  }

  function keyOf(/** @type {Event} */ event) {
    return /** @type {Element} */ (event.target).closest("tr[data-key]")?.getAttribute("data-key") || "";
  }

  // Not by dblclick: the first click paints the rows anew.
  body.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const key = keyOf(event);
    if (key && event.detail > 1) app.store.set({ view: "run", target: key });
    else toggle(app, key);
  });
  scroller.addEventListener("scroll", () => requestAnimationFrame(paint), { passive: true });
  return {
    show(runs, rows, columns, sort) {
      content = { runs, rows, columns };
      scroller.firstChild.setAttribute("aria-rowcount", String(rows.length + 1));
      fill(head, el("tr", {}, ...columns.map((column) => heading(column, sort))));
      paint();
    },
  };
}

/**
 * Return the sort keys after a click: best first, then the other way, then none; shift adds a key.
 * @param {string[]} sort
 * @param {any} column
 * @param {boolean} further
 * @returns {string[]}
 */
export function nextSort(sort, column, further) {
  const down = column.group === "metric" && column.goal !== "min";
  const cycle = down ? [`-${column.name}`, column.name] : [column.name, `-${column.name}`];
  const now = sort.find((key) => cycle.includes(key));
  const next = now === undefined ? cycle[0] : now === cycle[0] ? cycle[1] : null;
  if (!further) return next === null ? [] : [next];
  const rest = sort.map((key) => (key === now ? next : key)).filter((key) => key !== null);
  return now === undefined && next !== null ? [...rest, next] : rest;
}
