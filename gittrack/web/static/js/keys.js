// @ts-check
/** The keyboard: one table of keys; `?` shows it. */

import { el, fill } from "./dom.js";
import { collapse } from "./panes.js";

const SMOOTH = [0, 0.6, 0.9, 0.98];
const AXES = ["step", "time", "wall"];

const AXIS_WORDS = ["steps", "seconds since the start", "time of day"];

/** @typedef {(app: import("./main.js").App) => string | void} Action  returns what a screen reader says */

/** @type {[string, string, Action][]} */
const KEYS = [
  ["/", "type a filter", () => /** @type {HTMLElement | null} */ (document.querySelector("input[type=search]"))?.focus()],
  ["j", "next run", (app) => move(app, 1)],
  ["k", "previous run", (app) => move(app, -1)],
  [" ", "pick the run", (app) => pick(app)],
  ["g", "group by all except the seed", (app) => group(app)],
  ["b", "baseline: the others show the difference", (app) => setBaseline(app)],
  ["Enter", "open the run", (app) => open(app)],
  ["c", "compare the picked runs", (app) => app.store.set({ view: "compare", target: "" })],
  ["x", "steps, seconds or time of day", (app) => changeAxis(app)],
  ["y", "logarithmic", (app) => changeScale(app)],
  ["s", "smoother", (app) => smoothen(app)],
  ["p", "pin the chart under the pointer", (app) => pin(app, app.store.get().cross?.metric)],
  ["[", "hide or show the table", (app) => hideOrShow(app, "table")],
  ["]", "hide or show the charts", (app) => hideOrShow(app, "charts")],
  ["Escape", "back", (app) => back(app)],
];

const OF_TABLE = new Set(["j", "k", " ", "g", "Enter", "[", "]"]); // elsewhere they scroll, or do nothing

const IN_CHARTS = [
  ["← →", "along a line; in a plot to the next point or axis"], ["↑ ↓", "to another line or point; with shift they brush an axis"],
  ["Home End", "to the ends"], ["+ - 0", "zoom in, out, and all"], ["Enter", "open the run"], ["Delete", "remove a brush"],
];

/**
 * Listen to the keys of the page; not while somebody types.
 * @param {import("./main.js").App} app
 * @returns {HTMLElement} the list of keys, hidden until `?`
 */
export function listenToKeys(app) {
  const help = el("dialog", { class: "keys", "aria-label": "keys" });
  fill(help, el("h2", { text: "Keys" }), ...KEYS.map(([key, text]) => el("div", {}, el("kbd", { text: key === " " ? "space" : key }), text)),
    el("h2", { text: "On a chart or plot (Tab goes there)" }), ...IN_CHARTS.map(([key, text]) => el("div", {}, el("kbd", { text: key }), text)));
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (/** @type {any} */ (help).open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches("input, select, textarea")) {
      if (event.key === "Escape") target.blur();
      return;
    }
    if (target.matches("button, a, summary") && (event.key === "Enter" || event.key === " ")) return;
    if (event.key === "?") return /** @type {any} */ (help).showModal();
    if (OF_TABLE.has(event.key) && app.store.get().view !== "runs") return;
    const entry = KEYS.find(([key]) => key === event.key);
    if (!entry) return;
    event.preventDefault();
    const words = entry[2](app);
    if (words) app.announce(words);
  });
  return help;
}

/**
 * Pick a run, or drop it if it is picked.
 * @param {import("./main.js").App} app
 * @param {string} key
 */
export function toggle(app, key) {
  const { selected } = app.store.get();
  if (!key || key.startsWith("*")) return fold(app, key);
  const rest = selected.filter((/** @type {string} */ other) => other !== key);
  app.store.set({ selected: rest.length < selected.length ? rest : [...selected, key], cursor: key });
}

/**
 * Unfold a group, or fold it again.
 * @param {import("./main.js").App} app
 * @param {string} id  as in the lines of the table
 */
export function fold(app, id) {
  const { folded } = app.store.get();
  if (!id) return;
  const rest = folded.filter((/** @type {string} */ other) => other !== id);
  app.store.set({ folded: rest.length < folded.length ? rest : [...folded, id], cursor: id });
}

/**
 * Let the chart of a metric come first, or no longer.
 * @param {import("./main.js").App} app
 * @param {string | undefined} metric
 */
export function pin(app, metric) {
  const { pinnedCharts } = app.store.get();
  if (!metric) return app.announce("point at a chart to pin it");
  const isPinned = pinnedCharts.includes(metric);
  app.store.set({ pinnedCharts: isPinned ? pinnedCharts.filter((/** @type {string} */ name) => name !== metric) : [...pinnedCharts, metric] });
  app.announce(`${metric} is ${isPinned ? "no longer " : ""}pinned`);
}

function pick(/** @type {import("./main.js").App} */ app) {
  toggle(app, app.store.get().cursor);
  return pickedWords(app);
}

function pickedWords(/** @type {import("./main.js").App} */ app) {
  const { length } = app.store.get().selected;
  return length === 0 ? "no run is picked" : length === 1 ? "1 run is picked" : `${length} runs are picked`;
}

function group(/** @type {import("./main.js").App} */ app) {
  const isGrouped = app.store.get().group.length > 0;
  app.store.set({ group: isGrouped ? [] : ["-seed"] });
  return isGrouped ? "not grouped" : "grouped by all except the seed";
}

function changeAxis(/** @type {import("./main.js").App} */ app) {
  const x = after(AXES, app.store.get().x);
  app.store.set({ x, from: null, to: null });
  return `x axis: ${AXIS_WORDS[AXES.indexOf(x)]}`;
}

function changeScale(/** @type {import("./main.js").App} */ app) {
  const log = !app.store.get().log;
  app.store.set({ log });
  return log ? "logarithmic y axis" : "linear y axis";
}

function smoothen(/** @type {import("./main.js").App} */ app) {
  const smooth = after(SMOOTH, app.store.get().smooth);
  app.store.set({ smooth });
  return smooth ? `smoothing ${smooth}` : "no smoothing";
}

function hideOrShow(/** @type {import("./main.js").App} */ app, /** @type {"table" | "charts"} */ pane) {
  const other = pane === "table" ? "charts" : "table";
  collapse(app, pane);
  return app.store.get().panes === other ? `the ${pane} ${pane === "table" ? "is" : "are"} hidden` : "the table and the charts are shown";
}

function setBaseline(/** @type {import("./main.js").App} */ app) {
  const { cursor, hover, baseline } = app.store.get();
  const key = hover || cursor;
  if (!key || key.startsWith("*")) return "go to a run to make it the baseline";
  app.store.set({ baseline: key === baseline ? "" : key });
  return key === baseline ? "no baseline" : `the baseline is ${key.slice(-8)}`;
}

function move(/** @type {import("./main.js").App} */ app, /** @type {number} */ by) {
  const { order, cursor } = app.store.get();
  if (order.length === 0) return;
  const now = order.indexOf(cursor);
  const next = now < 0 ? 0 : Math.min(order.length - 1, Math.max(0, now + by));
  takeFocus();
  app.store.set({ cursor: order[next] });
}

// So that space and Enter act on the run, not on the button that was clicked before.
function takeFocus() {
  const table = /** @type {HTMLElement | null} */ (document.querySelector(".table[tabindex]"));
  if (document.activeElement !== document.body) table?.focus({ preventScroll: true });
}

function open(/** @type {import("./main.js").App} */ app) {
  const { cursor } = app.store.get();
  if (cursor.startsWith("*")) fold(app, cursor);
  else if (cursor) app.store.set({ view: "run", target: cursor });
}

function back(/** @type {import("./main.js").App} */ app) {
  const { view, target, selected } = app.store.get();
  if (target && view !== "run") app.store.set({ target: "" });
  else if (view !== "runs") app.store.set({ view: "runs", target: "" });
  else if (selected.length > 0) {
    app.store.set({ selected: [] });
    return pickedWords(app);
  }
}

/**
 * Return the item after another one, in a circle.
 * @param {any[]} items
 * @param {any} item
 */
export function after(items, item) {
  return items[(items.indexOf(item) + 1) % items.length];
}
