// @ts-check
/** A table that paints only the lines and columns in sight. */

import { el } from "../dom.js";
import { fold, toggle } from "../keys.js";
import { missingIn } from "../group_windows.js";
import { missing } from "../row_windows.js";
import { foldText, groupCell, runCell } from "./cells.js";
import { widthsOf } from "./columns.js";
import { fillHead } from "./head.js";
import { columnsInSight, linesInSight, total, widthOf, widthsBy } from "./layout.js";
import { createLines, FRONT } from "./lines.js";
import { picked } from "./rows.js";

const SAMPLE = 24; // lines that say how wide columns are

/**
 * @typedef {object} Content
 * @property {import("./rows.js").Line[]} lines
 * @property {any[]} columns
 * @property {import("./cells.js").Look} look
 */

// Returns a function that measures texts as the head shows them, which is the widest way.
function createMeasure() {
  /** @type {CanvasRenderingContext2D | null} */
  let pen = null;
  function width(/** @type {string} */ text) {
    const { fontSize, fontFamily } = getComputedStyle(document.body);
    pen ??= /** @type {CanvasRenderingContext2D} */ (Object.assign(el("canvas").getContext("2d", { willReadFrequently: true }), { font: `600 ${fontSize} ${fontFamily}` }));
    return pen.measureText(text).width;
  }
  return widthsBy(width);
}

// The run or the group of a row.
function idOf(/** @type {Element | null} */ row) {
  return row?.getAttribute("data-key") ?? row?.getAttribute("data-group") ?? "";
}

/**
 * Put a table into an element.
 * @param {HTMLElement} root
 * @param {import("../main.js").App} app
 * @returns {{show: (content: Content) => void, mark: () => void, reveal: (id: string) => void, stop: () => void}}
 */
export function createTable(root, app) {
  const { store } = app;
  const height = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row")) || 26; // pixels of a line
  const head = el("thead");
  const body = el("tbody");
  const grid = el("table", { role: "treegrid", "aria-label": "runs", "aria-multiselectable": "true", "aria-rowcount": "0" }, head, body);
  const scroller = el("div", { class: "table", tabindex: "0", role: "region", "aria-label": "table of runs" }, grid);
  root.append(scroller);
  const measure = createMeasure();
  const rows = createLines(body, height, measure);
  /** @type {Content} */
  let content = { lines: [], columns: [], look: { runs: { keys: [], columns: [], complete: true }, sort: [], baseline: -1, qualities: new Map() } };
  let whole = false; // for paper, everything is painted
  let painted = ""; // the ranges of lines and columns
  let under = /** @type {Element | null} */ (null); // the row under the pointer
  /** @type {Map<string, number>} */
  let chosen = new Map(); // widths by name
  /** @type {Map<string, number>} */
  const needed = new Map(); // widths by name; they only grow, so that scrolling moves nothing
  let grouping = "";

  function sizes() {
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = scroller;
    return { top: scrollTop, left: scrollLeft, high: clientHeight || 600, wide: clientWidth || 700 };
  }

  function ranges({ top, left, high, wide } = sizes()) {
    const { lines, columns } = content;
    const widths = columns.map((column) => chosen.get(column.name) ?? needed.get(column.name) ?? 80);
    const pinned = columns.filter((column) => store.get().pinned.includes(column.name)).length;
    if (whole) return { widths, pinned, rows: [0, lines.length], places: [pinned, columns.length] };
    return { widths, pinned, rows: linesInSight(lines.length, height, top, high), places: columnsInSight(widths, pinned, left, wide) };
  }

  function paintIfMoved() {
    const { rows, places } = ranges();
    if (painted !== [rows, places].join()) paint();
  }

  function paint() {
    const { lines, columns, look } = content;
    const size = sizes();
    const { pinned, rows: [first, last], places } = ranges(size);
    painted = [[first, last], places].join();
    const indices = columns.map((_, i) => i).filter((i) => i < pinned || (i >= places[0] && i < places[1]));
    const parts = lines.slice(first, last).map((line) => (line.id ? indices.map((i) => part(line, columns[i])) : null));
    indices.forEach((index, i) => widen(index, parts.flatMap((row) => (row ? [row[i].text] : []))));
    const { widths } = ranges(size);
    const frame = { widths, pinned, indices, before: total(widths, pinned, places[0]), after: total(widths, places[1], widths.length) };
    grid.style.width = `${total(widths, 0, widths.length)}px`;
    fillHead(head, app, columns, frame);
    rows.show(lines, [first, last], parts, frame, look.baseline);
    mark();
    followHover();
    if (look.runs.groups) store.set(missingIn(look.runs, lines.slice(first, last)));
    else if (!look.runs.complete) store.set({ window: missing(look.runs, first, last) });
  }

  function part(/** @type {import("./rows.js").Line} */ line, /** @type {any} */ column) {
    if (line.row >= 0) return runCell(content.look, column, line.row);
    return column === content.columns[0] ? { text: foldText(line), class: "", title: line.label, shade: 0 } : groupCell(content.look, column, line);
  }

  function widen(/** @type {number} */ index, /** @type {string[]} */ texts) {
    const { head: title, name } = content.columns[index];
    needed.set(name, Math.max(needed.get(name) ?? 0, widthOf([`${title} ▲1`, ...texts], measure, index === 0 ? FRONT : 0)));
  }

  const mark = () => rows.mark(store.get());

  // A row under the pointer may be that of another run now.
  function followHover() {
    const id = under?.isConnected ? idOf(under) : "";
    if (under && store.get().hover !== "") store.set({ hover: id });
  }

  function reveal(/** @type {string} */ id) {
    const at = content.lines.findIndex((line) => line.id === id);
    const line = content.lines[at];
    if (!line) return;
    const top = at * height;
    const room = scroller.clientHeight - 2 * height; // the head, and a line that may be hidden by a scroll bar
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top > scroller.scrollTop + room - height) scroller.scrollTop = top - room + height;
    const texts = content.columns.slice(0, 4).map((column) => part(line, column).text);
    app.announce([...texts, store.get().selected.includes(id) && "picked"].filter(Boolean).join(", "));
  }

  // Not by dblclick: the first click may paint the lines anew.
  body.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const target = /** @type {Element} */ (event.target);
    const row = target.closest("tr");
    const key = row?.getAttribute("data-key");
    if (!key) return fold(app, row?.getAttribute("data-group") || "");
    const { order, selected, cursor, hidden } = store.get();
    if (target.closest(".eye")) store.set({ hidden: picked([], hidden, "", key, false) });
    else if (event.detail > 1 && !event.shiftKey) store.set({ view: "run", target: key });
    else if (event.shiftKey) store.set({ selected: picked(order, selected, cursor, key, true), cursor: key });
    else toggle(app, key);
  });
  body.addEventListener("mousedown", (/** @type {MouseEvent} */ event) => event.shiftKey && event.preventDefault());
  body.addEventListener("mouseover", (/** @type {Event} */ event) => {
    under = /** @type {Element} */ (event.target).closest("tr");
    store.set({ hover: idOf(under) });
  });
  body.addEventListener("mouseleave", () => {
    under = null;
    store.set({ hover: "" });
  });
  scroller.addEventListener("scroll", () => requestAnimationFrame(paintIfMoved), { passive: true });
  const resizes = new ResizeObserver(paintIfMoved);
  resizes.observe(scroller);
  const print = (/** @type {Event} */ event) => {
    whole = event.type === "beforeprint" && content.look.runs.complete;
    paint();
  };
  const events = ["beforeprint", "afterprint"];
  events.forEach((name) => addEventListener(name, print));
  return {
    show(next) {
      const group = store.get().group.join("\n");
      if (group !== grouping) needed.clear(); // the names of groups are longer than those of runs
      grouping = group;
      content = next;
      chosen = widthsOf(store.get().widths);
      grid.setAttribute("aria-rowcount", String(next.lines.length + 1));
      grid.setAttribute("aria-colcount", String(next.columns.length));
      const sample = next.lines.slice(0, SAMPLE).filter((line) => line.id);
      next.columns.forEach((column, i) => needed.has(column.name) || widen(i, sample.map((line) => part(line, column).text)));
      paint();
    },
    mark,
    reveal,
    stop() {
      resizes.disconnect();
      events.forEach((name) => removeEventListener(name, print));
    },
  };
}
