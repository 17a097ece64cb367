// @ts-check
/** The cells of the table: of runs, and of groups and sweeps. */

import { change, el } from "../dom.js";
import { general, show } from "../format.js";
import { keyOf, spread } from "../grouping.js";
import { numeric, valueAt } from "../sort.js";
import { bestRow, judge } from "./rows.js";

/**
 * @typedef {object} Look
 * @property {any} runs  the document `runs`
 * @property {string[]} sort
 * @property {number} baseline  the row that the others are compared with, or -1
 * @property {Map<string, ReturnType<typeof import("./rows.js").quality>>} qualities  by the names of metrics
 */

/**
 * Return the content of a cell of a run, and its properties.
 * @param {Look} look
 * @param {any} column
 * @param {number} row
 * @returns {{text: string, class: string, title: string | false, shade: number}}
 */
export function runCell(look, column, row) {
  const value = valueAt(column, row);
  const number = numeric(column, value);
  if (look.baseline >= 0 && row !== look.baseline) {
    const base = valueAt(column, look.baseline);
    const cell = column.group === "param" ? equal(column, value, base) : difference(column, number, numeric(column, base));
    if (cell) return cell;
  }
  const text = show(value, column.kind);
  const quality = typeof number === "number" ? look.qualities.get(column.name) : null;
  const classes = [column.name === "status" && `status-${text}`, typeof value === "number" && "number", quality && number === quality.best && "best"];
  return { text, class: classes.filter(Boolean).join(" "), title: column.group === "metric" && value !== null ? about(column, row) : text.length > 30 && text, shade: quality ? quality.share(number) : 0 };
}

function equal(/** @type {any} */ column, /** @type {any} */ value, /** @type {any} */ base) {
  return JSON.stringify(value) === JSON.stringify(base) ? { text: "=", class: "same", title: show(value, column.kind), shade: 0 } : null;
}

function difference(/** @type {any} */ column, /** @type {any} */ value, /** @type {any} */ base) {
  if (column.group !== "metric" || typeof value !== "number" || typeof base !== "number" || !Number.isFinite(value - base)) return null;
  const change = value - base;
  const judged = change === 0 || !column.goal ? "" : change < 0 === (column.goal === "min") ? "better" : "worse";
  return { text: signed(change), class: `number ${judged}`, title: `${show(value, "number")} against ${show(base, "number")}`, shade: 0 };
}

/**
 * Return a difference with its sign.
 * @param {number} change
 */
export function signed(change) {
  return change === 0 ? "=" : `${change > 0 ? "+" : ""}${general(change, 4)}`;
}

function about(/** @type {any} */ column, /** @type {number} */ row) {
  const range = `last ${show(valueAt(column, row), "number")}, lowest ${show(column.min[row], "number")}, highest ${show(column.max[row], "number")}, ${column.count[row]} points`;
  return column.goal ? `${range}; ${column.goal} is better${column.assumed ? `: ${column.reason}` : ""}` : range;
}

/**
 * Return the content of a cell of a group: mean ± deviation (n), the value of a sweep's best run, or what the runs share.
 * @param {Look} look
 * @param {any} column
 * @param {import("./rows.js").Line} line
 * @returns {ReturnType<typeof runCell>}
 */
export function groupCell(look, column, line) {
  if (line.entry) return entryCell(column, line.entry.cells[column.name]);
  if (line.sweep && column.group !== "fact") {
    const by = judge(look.runs, look.sort);
    const words = by ? ` by ${by.head}; sort by another metric for its best` : "";
    return { ...runCell(look, column, bestRow(look.runs, line.rows, look.sort)), title: `of the best trial${words}` };
  }
  if (column.group === "metric") return meanCell(spread(look.runs, column, line.rows));
  const others = new Set(line.rows.map((row) => keyOf(valueAt(column, row))));
  return sharedCell(column, valueAt(column, line.rows[0]), others.size);
}

/**
 * Return the content of a cell of a group that the server computed; its numbers come later if the column was chosen a moment ago.
 * @returns {ReturnType<typeof runCell>}
 */
function entryCell(/** @type {any} */ column, /** @type {any} */ numbers) {
  if (!numbers) return { text: "…", class: "same", title: false, shade: 0 };
  return column.group === "metric" ? meanCell(numbers) : sharedCell(column, numbers.value, numbers.different);
}

/** @returns {ReturnType<typeof runCell>} */
function sharedCell(/** @type {any} */ column, /** @type {any} */ value, /** @type {number} */ different) {
  if (different === 1) return { text: show(value ?? null, column.kind), class: column.kind === "number" ? "number" : "", title: false, shade: 0 };
  return { text: `${different} values`, class: "same", title: false, shade: 0 };
}

/** @returns {ReturnType<typeof runCell>} */
function meanCell(/** @type {import("../grouping.js").Spread} */ { mean, deviation, n, diverged }) {
  const lost = diverged > 0 ? `, ${diverged} diverged` : "";
  if (mean === null) return { text: diverged > 0 ? `nan (${diverged})` : "-", class: "number", title: false, shade: 0 };
  const text = `${general(mean)}${deviation === null ? "" : ` ± ${general(deviation, 2)}`} (${n})`;
  return { text, class: "number", title: `mean${deviation === null ? "" : " ± sample standard deviation"} of ${n} finished runs${lost}`, shade: 0 };
}

/**
 * Return the round button before the first cell of a run: its colour, and whether its curves are shown.
 * @param {string} name
 * @returns {HTMLElement}
 */
export function eye(name) {
  return nameEye(el("button", { type: "button", class: "swatch eye", tabindex: "-1" }), name);
}

/**
 * Make the round button of a run that of another one, and return it.
 * @param {HTMLElement} button
 * @param {string} name
 */
export function nameEye(button, name) {
  change(button, { "aria-label": `curves of ${name}` });
  return button;
}

/**
 * Show a state by the round button of a run: full if its curves are drawn, a ring if they are hidden, a grey ring if the charts
 * draw those of other runs.
 * @param {HTMLElement} button
 * @param {string} color
 * @param {boolean} hidden
 * @param {boolean} drawn
 */
export function paintEye(button, color, hidden, drawn) {
  const isFull = drawn && !hidden;
  button.style.background = isFull ? color : "none";
  button.style.boxShadow = isFull ? "none" : hidden ? `inset 0 0 0 2px ${color}` : "inset 0 0 0 1px var(--muted)";
  button.title = isFull ? "hide the curves" : hidden ? "show the curves" : "not drawn; pick the run to draw it";
  button.setAttribute("aria-pressed", String(isFull));
}

/**
 * Return what the first cell of a group says: what its runs share, and how many they are.
 * @param {import("./rows.js").Line} line
 */
export function foldText(line) {
  const count = line.sweep ? `${line.count} trials` : `${line.count} run${line.count === 1 ? "" : "s"}`;
  return `${line.open ? "▾" : "▸"} ${line.label}  (${count})`;
}

/**
 * Return the button that folds a group.
 * @param {import("./rows.js").Line} line
 * @param {string} text  of `foldText`
 * @returns {HTMLElement}
 */
export function foldButton(line, text) {
  return el("button", { type: "button", class: "fold", tabindex: "-1", "aria-expanded": String(line.open), title: line.label }, text);
}
