// @ts-check
/** What a plot of runs can show: the columns of the document `runs` as axes with numbers or names.  Pure. */

import { show } from "../format.js";
import { numeric, valueAt } from "../sort.js";
import { numberTexts } from "../ticks.js";

/**
 * @typedef {object} Choice  a column that can be an axis
 * @property {string} id  the column's name; `best:NAME` for the best value of a metric
 * @property {string} label
 * @property {string} group  param, metric or fact
 * @property {any} column
 */

/**
 * @typedef {object} Axis
 * @property {Float64Array} numbers  one per run; NaN where there is no place on this axis
 * @property {string[] | null} names  the names that the numbers count, if the values are not numbers
 * @property {boolean} log
 * @property {[number, number] | null} range  null if no run has a place
 * @property {(number: number) => string} text
 */

const LISTS = new Set(["run id", "list of names", "list of words", "mapping", "mapping of mappings"]);

/**
 * Return the columns that can be axes: params, metrics (last and best) and facts; params and facts that are equal in all
 * runs are left out.
 * @param {any} runs  the document `runs`
 * @returns {Choice[]}
 */
export function choicesOf(runs) {
  /** @type {Choice[]} */
  const choices = [];
  for (const column of runs.columns) {
    const { name, group, kind } = column;
    const label = name.replace(/^(params|metrics)\./, "");
    if (LISTS.has(kind) || ("value" in column && group !== "metric")) continue;
    choices.push({ id: name, label, group, column });
    if (group === "metric" && column.goal) choices.push({ id: `best:${name}`, label: `${label}, best`, group, column });
  }
  const order = ["param", "metric", "fact"];
  return choices.sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
}

/**
 * Return the choices of which the runs with another value have at least two values: of others, nothing can be seen.
 * @param {any} runs
 * @param {Choice[]} choices
 * @param {Choice | undefined} other  undefined: all runs count
 */
export function varied(runs, choices, other) {
  const at = (/** @type {Choice} */ { id, column }, /** @type {number} */ row) => valueOf(column, row, id.startsWith("best:"));
  const rows = runs.keys.map((/** @type {string | null} */ _, /** @type {number} */ row) => row).filter((/** @type {number} */ row) => runs.keys[row] !== null && (!other || (at(other, row) ?? null) !== null));
  return choices.filter((choice) => {
    const values = rows.map((/** @type {number} */ row) => at(choice, row) ?? null).filter((/** @type {any} */ value) => value !== null);
    return values.some((/** @type {any} */ value) => value !== values[0]);
  });
}

/**
 * Return the axis of a choice over all rows.
 * @param {any} runs
 * @param {Choice} choice
 * @param {boolean} [log]  ignored if the values are names, or if none is above 0
 * @returns {Axis}
 */
export function axisOf(runs, { id, column }, log = false) {
  const values = runs.keys.map((/** @type {string | null} */ key, /** @type {number} */ row) => (key === null ? null : valueOf(column, row, id.startsWith("best:"))));
  if (values.some((/** @type {any} */ value) => typeof value === "string")) return namesAxis(values);
  const all = Float64Array.from(values, (value) => (typeof value === "number" && Number.isFinite(value) ? value : NaN));
  const isLog = log && all.some((value) => value > 0);
  const numbers = isLog ? all.map((value) => (value > 0 ? value : NaN)) : all;
  return { numbers, names: null, log: isLog, range: rangeOf(numbers), text: textOf(column.kind) };
}

function valueOf(/** @type {any} */ column, /** @type {number} */ row, /** @type {boolean} */ isBest) {
  const value = numeric(column, isBest ? column[column.goal][row] : valueAt(column, row));
  if (value === null || value === undefined || typeof value === "number") return value;
  return column.kind === "date" ? Date.parse(value) / 1000 : show(value, column.kind);
}

function namesAxis(/** @type {any[]} */ values) {
  const text = (/** @type {any} */ value) => (typeof value === "number" ? show(value, "number") : value);
  const numbers = new Set(values.filter((value) => typeof value === "number"));
  const isExact = new Set([...numbers].map(text)).size === numbers.size; // else two numbers would be one name
  const texts = values.map((value) => (value === null || value === undefined ? null : isExact ? text(value) : String(value)));
  const names = [...new Set(texts.filter((text) => text !== null))].sort(bySize);
  const places = new Map(names.map((name, i) => [name, i]));
  return { numbers: Float64Array.from(texts, (text) => places.get(text) ?? NaN), names, log: false, range: /** @type {[number, number]} */ ([-0.5, names.length - 0.5]), text: (/** @type {number} */ at) => names[at] ?? "" };
}

// Numbers by size, and then words.
function bySize(/** @type {string} */ a, /** @type {string} */ b) {
  const [first, second] = [Number(a), Number(b)];
  if (Number.isNaN(first) !== Number.isNaN(second)) return Number.isNaN(first) ? 1 : -1;
  return first - second || (a < b ? -1 : 1);
}

function textOf(/** @type {string} */ kind) {
  if (kind === "date") return (/** @type {number} */ number) => new Date(number * 1000).toISOString().slice(5, 16).replace("T", " ");
  return (/** @type {number} */ number) => show(number, kind === "seconds" || kind === "bytes" ? kind : "number");
}

/**
 * Return the texts of ticks: numbers have as many digits as tell them apart.
 * @param {Axis} axis
 * @param {number[]} places
 * @returns {string[]}
 */
export function tickTexts({ names, text }, places) {
  const texts = places.map((tick) => text(tick));
  return names || new Set(texts).size === places.length ? texts : numberTexts(places);
}

function rangeOf(/** @type {Float64Array} */ numbers) {
  const finite = numbers.filter((number) => !Number.isNaN(number));
  if (finite.length === 0) return null;
  return /** @type {[number, number]} */ ([finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))]);
}

/**
 * Say whether a logarithmic axis suits numbers: all are above 0, the largest is at least 100 times the smallest, and the
 * median is nearer to the middle of a logarithmic axis than to that of a linear one.
 * @param {Axis} axis
 */
export function isWide({ numbers, names, range }) {
  if (names !== null || range === null || range[0] <= 0 || range[1] < 100 * range[0]) return false;
  const ordered = numbers.filter((number) => !Number.isNaN(number)).sort();
  const [low, high] = range;
  const median = ordered[ordered.length >> 1];
  const fromMiddle = (/** @type {number} */ share) => Math.abs(share - 0.5);
  return fromMiddle(Math.log(median / low) / Math.log(high / low)) < fromMiddle((median - low) / (high - low));
}

/**
 * Return the place of a number on an axis, from 0 to 1.
 * @param {Axis} axis
 * @param {number} number
 */
export function shareOf({ range, log }, number) {
  if (!range) return NaN;
  const [low, high] = log ? range.map(Math.log) : range;
  if (low === high) return 0.5;
  return ((log ? Math.log(number) : number) - low) / (high - low);
}

/**
 * Return the number at a place from 0 to 1.
 * @param {Axis} axis
 * @param {number} share
 */
export function numberAt({ range, log }, share) {
  if (!range) return NaN;
  const [low, high] = log ? range.map(Math.log) : range;
  const number = low + share * (high - low);
  return log ? Math.exp(number) : number;
}
