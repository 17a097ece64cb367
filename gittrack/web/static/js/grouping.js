// @ts-check
/** Groups of runs and their numbers, as `git track top --over` has them.  Pure. */

import { numeric, valueAt } from "./sort.js";

/**
 * @typedef {object} Spread
 * @property {number | null} mean  the mean of the values that count
 * @property {number | null} deviation  the sample standard deviation (n - 1); null for a single value
 * @property {number} n  how many values count: those of runs that finished and repeat no other run of the group
 * @property {number} diverged  how many finished runs ended with NaN or infinity
 */

/**
 * Return groups of rows, in the order of their first rows.
 *
 * `-NAME` in `by` means: by all params except NAME, and by experiment, folder and command too.
 * @param {any} runs  the document `runs`
 * @param {number[]} rows
 * @param {string[]} by  names of columns
 * @returns {{key: string, label: string, rows: number[]}[]}
 */
export function groupsOf(runs, rows, by) {
  const except = by.filter((name) => name.startsWith("-")).map((name) => name.slice(1));
  const columns = except.length > 0 ? configuration(runs, except) : runs.columns.filter((/** @type {any} */ column) => by.includes(column.name));
  /** @type {((row: number) => string)[]} */
  const parts = columns.map((/** @type {any} */ column) => (/** @type {number} */ row) => keyOf(valueAt(column, row)));
  if (except.length > 0) parts.push((/** @type {number} */ row) => JSON.stringify(commandWithout(runs, row, except)));
  /** @type {Map<string, number[]>} */
  const groups = new Map();
  for (const row of rows) {
    const key = parts.map((part) => part(row)).join(" ");
    const members = groups.get(key);
    if (members) members.push(row);
    else groups.set(key, [row]);
  }
  const named = columns.filter((/** @type {any} */ column) => "values" in column || except.length === 0);
  return [...groups].map(([key, members]) => ({ key: `*${key}`, label: labelOf(named, members[0]), rows: members }));
}

/**
 * Return the name of a group: the values that its runs share.
 * @param {any[]} columns
 * @param {number} row  one of its rows
 */
export function labelOf(columns, row) {
  return columns.map((column) => `${column.head}=${word(valueAt(column, row))}`).join("  ") || "all runs";
}

/**
 * Return a text that equal values share, as `core.query.equality`: 1 and the text "1" are equal, and a number that was a
 * float32 equals its short form.
 * @param {any} value
 * @returns {string}
 */
export function keyOf(value) {
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  const number = typeof value === "string" && isWritten(value) ? Number(value) : value;
  return JSON.stringify((typeof number === "number" ? shortest(number) : number) ?? null);
}

// Whether a text is a number as Python writes it: 0.10 and 1e5 are not.
function isWritten(/** @type {string} */ text) {
  const [number, size] = [Number(text), Math.abs(Number(text))];
  if (!/\d$/.test(text) || !Number.isFinite(number)) return false;
  const isPlain = size === 0 || (size >= 1e-4 && size < 1e16);
  const float = isPlain ? `${number}${Number.isInteger(number) ? ".0" : ""}` : number.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  return text === float || (Number.isSafeInteger(number) && text === String(number));
}

function shortest(/** @type {number} */ number) {
  if (Number.isInteger(number) || Math.fround(number) !== number) return number;
  return [6, 7, 8, 9].map((digits) => Number(number.toPrecision(digits))).find((short) => Math.fround(short) === number) ?? number;
}

function configuration(/** @type {any} */ runs, /** @type {string[]} */ except) {
  const left = new Set(except.flatMap((name) => [name, `params.${name}`]));
  return runs.columns.filter((/** @type {any} */ column) => (column.group === "param" || ["experiment", "cwd"].includes(column.name)) && !left.has(column.name));
}

function word(/** @type {any} */ value) {
  return value === null || value === undefined ? "-" : typeof value === "string" ? value : JSON.stringify(value);
}

// The command without its interpreter and without options that carry a param or the seed.
function commandWithout(/** @type {any} */ runs, /** @type {number} */ row, /** @type {string[]} */ except) {
  const command = runs.columns.find((/** @type {any} */ column) => column.name === "command");
  const words = (command && valueAt(command, row)) || [];
  const params = runs.columns.filter((/** @type {any} */ column) => column.group === "param" && valueAt(column, row) !== null).map((/** @type {any} */ column) => column.name.slice("params.".length));
  const names = new Set([...params, "seed", ...except].map((name) => name.replaceAll("_", "-")));
  const rest = [];
  let carried = false;
  for (const text of words.length > 0 && /(^|\/)python[^/]*$/.test(words[0]) ? words.slice(1) : words) {
    const [name, ...value] = text.replace(/^[-+]+/, "").split("=");
    if (carried && !text.startsWith("--")) carried = false;
    else if (names.has(name.replaceAll("_", "-")) && (value.length > 0 || text.startsWith("-"))) carried = value.length === 0;
    else {
      carried = false;
      rest.push(text);
    }
  }
  return rest;
}

/**
 * Return the mean and deviation of a column over the rows of a group.
 * @param {any} runs  the document `runs`
 * @param {any} column
 * @param {number[]} rows
 * @returns {Spread}
 */
export function spread(runs, column, rows) {
  const values = counted(runs, rows, ["finished"]).map((row) => numeric(column, valueAt(column, row))).filter((value) => typeof value === "number");
  const finite = values.filter((value) => Number.isFinite(value));
  const isConstant = finite.every((value) => value === finite[0]); // whose sum may be rounded
  const mean = finite.length === 0 ? null : isConstant ? finite[0] : finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const squares = mean === null ? 0 : finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: finite.length > 1 ? Math.sqrt(squares / (finite.length - 1)) : null, n: finite.length, diverged: values.length - finite.length };
}

/**
 * Return the rows of a group that count: of runs with one of these states that repeat no other run of the group.
 * @param {any} runs  the document `runs`
 * @param {number[]} rows
 * @param {string[]} states
 * @returns {number[]}
 */
export function counted(runs, rows, states) {
  const find = (/** @type {string} */ name) => runs.columns.find((/** @type {any} */ column) => column.name === name);
  const [status, reproduces, id] = ["status", "reproduces", "id"].map(find);
  const ids = new Set(id ? rows.map((row) => valueAt(id, row)) : []);
  return rows.filter((row) => (!status || states.includes(valueAt(status, row))) && !(reproduces && ids.has(valueAt(reproduces, row))));
}
