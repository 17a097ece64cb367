// @ts-check
/** The lines of the table: runs, and groups and sweeps that fold their runs.  Pure. */

import { groupLines } from "../group_windows.js";
import { groupsOf } from "../grouping.js";
import { sourceOf } from "../known_rows.js";
import { columnOf, numeric, valueAt } from "../sort.js";

/**
 * @typedef {object} Line
 * @property {string} id  the key of a run, or the id of a group, which begins with `*`; empty if the row is not here yet
 * @property {number} row  the row of the run; -1 for a group
 * @property {number[]} rows  the rows of the group; for a run its own
 * @property {number} count  how many runs the group has, also if their rows are not here
 * @property {string} label  what the runs of the group share
 * @property {boolean} open  whether the group is unfolded
 * @property {number} depth  1, or 2 in an unfolded group
 * @property {boolean} sweep  whether the group is a sweep
 * @property {import("../group_windows.js").Entry | null} [entry]  the group, if the server computed it
 */

/**
 * Return the lines of the table from top to bottom.
 * @param {any} runs  the document `runs`
 * @param {number[]} order  its rows from top to bottom
 * @param {{group: string[], folded: string[]}} state
 * @returns {Line[]}
 */
export function linesOf(runs, order, { group, folded }) {
  if (!runs.complete) return runs.groups ? groupLines(runs, folded) : order.map((row) => run(runs, row, 1));
  const groups = group.length > 0 ? groupsOf(runs, order, group) : sweepsOf(runs, order);
  return groups.flatMap((entry) => {
    if (entry.key === null) return [run(runs, entry.rows[0], 1)];
    const open = folded.includes(entry.key);
    const line = { id: entry.key, row: -1, rows: entry.rows, count: entry.rows.length, label: entry.label, open, depth: 1, sweep: group.length === 0 };
    return open ? [line, ...entry.rows.map((row) => run(runs, row, 2))] : [line];
  });
}

function run(/** @type {any} */ runs, /** @type {number} */ row, /** @type {number} */ depth) {
  return { id: runs.keys[row] || "", row, rows: [row], count: 1, label: "", open: false, depth, sweep: false };
}

// Each run by itself, and the trials of a sweep together where the first of them is.
function sweepsOf(/** @type {any} */ runs, /** @type {number[]} */ order) {
  const column = runs.columns.find((/** @type {any} */ entry) => entry.name === "sweep.id");
  /** @type {Map<string, {key: string | null, label: string, rows: number[]}>} */
  const entries = new Map();
  for (const row of order) {
    const sweep = column ? valueAt(column, row) : null;
    const name = sweep ? `*sweep ${sweep}` : runs.keys[row];
    const known = entries.get(name);
    if (known) known.rows.push(row);
    else entries.set(name, { key: sweep ? name : null, label: sweep ? `sweep ${sweep.slice(16) || sweep}` : "", rows: [row] });
  }
  return [...entries.values()];
}

/**
 * Return the rows that have all words of a text, in any column and any case.
 * @param {any} runs  the document `runs`
 * @param {number[]} rows
 * @param {string} text
 */
export function matching(runs, rows, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  const contents = contentsOf(runs);
  return rows.filter((row) => words.every((word) => contents[row].includes(word)));
}

/** @type {WeakMap<object, string[]>} */
const known = new WeakMap();

// All texts of each row; kept, because somebody who types a word searches once per letter.
function contentsOf(/** @type {any} */ runs) {
  const before = known.get(runs) ?? taken(runs);
  if (before) return before;
  const fixed = runs.columns.filter((/** @type {any} */ column) => "value" in column).map((/** @type {any} */ column) => `${column.head}=${texts(column.value)}`).join("\n");
  const columns = runs.columns.filter((/** @type {any} */ column) => "values" in column);
  const contents = runs.keys.map((/** @type {string} */ key, /** @type {number} */ row) => {
    let content = `${key}\n${fixed}`;
    for (const { head, values } of columns) content += `\n${head}=${texts(values[row])}`;
    return content.toLowerCase();
  });
  known.set(runs, contents);
  return contents;
}

// The texts of rows that were searched before a query took some of them.
function taken(/** @type {any} */ runs) {
  const source = sourceOf(runs);
  const contents = source && known.get(source.known);
  if (!contents) return null;
  const result = source.rows.map((row) => contents[row]);
  known.set(runs, result);
  return result;
}

function texts(/** @type {any} */ value) {
  if (typeof value === "number") return String(value);
  return value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * Return the picked runs after a click on a line; a click picks or drops it, with shift all lines since the last click.
 * @param {string[]} order  the ids of the lines from top to bottom
 * @param {string[]} selected
 * @param {string} anchor  the id of the line of the last click
 * @param {string} key
 * @param {boolean} range  whether shift is held
 */
export function picked(order, selected, anchor, key, range) {
  const [from, to] = [order.indexOf(anchor), order.indexOf(key)].sort((a, b) => a - b);
  if (range && from >= 0) {
    const runs = order.slice(from, to + 1).filter((id) => !id.startsWith("*"));
    return [...selected, ...runs.filter((id) => !selected.includes(id))];
  }
  return selected.includes(key) ? selected.filter((id) => id !== key) : [...selected, key];
}

/**
 * Return how good the values of a metric are: the best one, and a function from a value to 0 (worst) to 1 (best).
 * @param {any} column
 * @param {number[]} rows
 * @returns {{best: number, share: (value: number) => number} | null} null without a goal or without two values
 */
export function quality(column, rows) {
  if (!column.goal) return null;
  let [low, high] = [Infinity, -Infinity];
  for (const row of rows) {
    const value = numeric(column, valueAt(column, row));
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(low < high)) return null;
  const down = column.goal === "min";
  return { best: down ? low : high, share: (value) => (Number.isFinite(value) ? (down ? high - value : value - low) / (high - low) : 0) };
}

/**
 * Return the column that says which run of a sweep is best: the first sort key, or the first metric that is shown, with a goal.
 * @param {any} runs
 * @param {string[]} sort
 */
export function judge(runs, sort) {
  const chosen = sort.map((key) => columnOf(runs, key.replace(/^-/, ""))).find((column) => column && column.goal);
  return chosen || runs.columns.find((/** @type {any} */ entry) => entry.goal && entry.shown);
}

/**
 * Return the row of the run that is best by the column of `judge`.
 * @param {any} runs
 * @param {number[]} rows
 * @param {string[]} sort
 */
export function bestRow(runs, rows, sort) {
  const column = judge(runs, sort);
  if (!column) return rows[0];
  const sign = column.goal === "min" ? 1 : -1;
  const score = (/** @type {number} */ row) => sign * (numeric(column, valueAt(column, row)) ?? NaN);
  return rows.reduce((best, row) => (score(row) < score(best) || (Number.isNaN(score(best)) && !Number.isNaN(score(row))) ? row : best), rows[0]);
}
