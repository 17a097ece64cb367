// @ts-check
/** A table that paints only the lines in sight. */

import { colorOf } from "../color.js";
import { el, fill } from "../dom.js";
import { fold, toggle } from "../keys.js";
import { missing } from "../row_windows.js";
import { eye, foldButton, groupCell, paintEye, runCell } from "./cells.js";
import { widthsOf } from "./columns.js";
import { heading, widthStyle } from "./head.js";
import { picked } from "./rows.js";

const EXTRA = 8; // lines above and below what is in sight

/**
 * @typedef {object} Content
 * @property {import("./rows.js").Line[]} lines
 * @property {any[]} columns
 * @property {import("./cells.js").Look} look
 */

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
  /** @type {Content} */
  let content = { lines: [], columns: [], look: { runs: { keys: [], columns: [], complete: true }, sort: [], baseline: -1, qualities: new Map() } };
  let whole = false; // for paper, all lines are painted
  /** @type {Map<string, number>} */
  let widths = new Map();

  function paint() {
    const { lines } = content;
    const first = whole ? 0 : Math.max(0, Math.floor(scroller.scrollTop / height) - EXTRA);
    const last = whole ? lines.length : Math.min(lines.length, Math.ceil((scroller.scrollTop + (scroller.clientHeight || 600)) / height) + EXTRA);
    const state = store.get();
    const rows = lines.slice(first, last).map((line, i) => lineOf(line, first + i, state));
    fill(body, spacer(first), ...rows, spacer(lines.length - last));
    keepPinned();
    mark();
    if (!content.look.runs.complete) store.set({ window: missing(content.look.runs, first, last) });
  }

  function spacer(/** @type {number} */ lines) {
    return lines > 0 && el("tr", { class: "spacer", "aria-hidden": "true" }, el("td", { colspan: content.columns.length, style: { height: `${lines * height}px` } }));
  }

  function lineOf(/** @type {import("./rows.js").Line} */ line, /** @type {number} */ position, /** @type {any} */ state) {
    const { look, columns } = content;
    if (!line.id) return el("tr", { "aria-rowindex": position + 2 }, el("td", { colspan: columns.length, class: "muted", text: "…" }));
    const isRun = line.row >= 0;
    const cells = columns.map((column, i) => cell(isRun ? runCell(look, column, line.row) : groupCell(look, column, line), column, i === 0 && (isRun ? eye(line.id) : foldButton(line)), state));
    const classes = [line.depth > 1 && "inner", !isRun && "group", isRun && line.row === look.baseline && "baseline"];
    return el("tr", { class: classes.filter(Boolean).join(" "), "data-key": isRun && line.id, "data-group": !isRun && line.id, "aria-level": line.depth, "aria-rowindex": position + 2, "aria-expanded": !isRun && String(line.open) }, ...cells);
  }

  function cell(/** @type {ReturnType<typeof runCell>} */ part, /** @type {any} */ column, /** @type {HTMLElement | false} */ front, /** @type {any} */ { pinned }) {
    const style = part.shade > 0 ? { "--share": `${Math.round(part.shade * 22)}%`, ...widthStyle(widths.get(column.name)) } : widthStyle(widths.get(column.name));
    const classes = [part.class, part.shade > 0 && "shaded", pinned.includes(column.name) && "pinned"];
    return el("td", { class: classes.filter(Boolean).join(" "), title: part.title, style }, front, front && front.className === "fold" ? null : part.text);
  }

  function keepPinned() {
    let left = 0;
    [.../** @type {HTMLElement[]} */ ([...(head.firstElementChild?.children || [])])].forEach((th, i) => {
      if (!th.classList.contains("pinned")) return;
      for (const row of [head.firstElementChild, ...body.children]) {
        const part = /** @type {HTMLElement | undefined} */ (row.children[i]);
        if (part?.classList.contains("pinned")) part.style.left = `${left}px`;
      }
      left += th.offsetWidth;
    });
  }

  // In place: a new table of many columns takes ten times as long.
  function mark() {
    const { hover, cursor, selected, colors, hidden } = store.get();
    for (const row of body.children) {
      const key = row.getAttribute("data-key");
      row.classList.toggle("cursor", cursor !== "" && (key ?? row.getAttribute("data-group")) === cursor);
      if (key === null) continue;
      row.classList.toggle("hover", key === hover);
      row.setAttribute("aria-selected", String(selected.includes(key)));
      paintEye(row.querySelector(".eye"), colors.get(key) ?? colorOf(key), hidden.includes(key));
    }
  }

  function reveal(/** @type {string} */ id) {
    const at = content.lines.findIndex((line) => line.id === id);
    const line = content.lines[at];
    if (!line) return;
    const top = at * height;
    const room = scroller.clientHeight - 2 * height; // the head, and a line that may be hidden by a scroll bar
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top > scroller.scrollTop + room - height) scroller.scrollTop = top - room + height;
    const texts = [...(body.querySelector("tr.cursor")?.children || [])].slice(0, 4).map((cell) => cell.textContent);
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
  body.addEventListener("mouseover", (/** @type {Event} */ event) => store.set({ hover: /** @type {Element} */ (event.target).closest("tr")?.getAttribute("data-key") || "" }));
  body.addEventListener("mouseleave", () => store.set({ hover: "" }));
  scroller.addEventListener("scroll", () => requestAnimationFrame(paint), { passive: true });
  const print = (/** @type {Event} */ event) => {
    whole = event.type === "beforeprint" && content.look.runs.complete;
    paint();
  };
  const events = ["beforeprint", "afterprint"];
  events.forEach((name) => addEventListener(name, print));
  return {
    show(next) {
      content = next;
      widths = widthsOf(store.get().widths);
      grid.setAttribute("aria-rowcount", String(next.lines.length + 1));
      const { pinned } = store.get();
      fill(head, el("tr", {}, ...next.columns.map((column) => heading(app, column, { width: widths.get(column.name), pinned: pinned.includes(column.name) }))));
      paint();
    },
    mark,
    reveal,
    stop: () => events.forEach((name) => removeEventListener(name, print)),
  };
}
