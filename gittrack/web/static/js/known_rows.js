// @ts-check
/** The rows of a query, taken from rows that the page has already.  Pure. */

import { valueAt } from "./sort.js";

const PARTS = ["values", "min", "max", "count"]; // what a column has for each row

/**
 * Say whether the columns of a document have their values; the server leaves them out if the page has all rows.
 * @param {any} runs  a document `runs`
 */
export function hasValues(runs) {
  return runs.columns.every((/** @type {any} */ column) => "value" in column || "values" in column);
}

/** @type {WeakMap<object, {known: any, rows: number[]}>} */
const sources = new WeakMap();

/**
 * Return the document from which `filled` took the values of another one, and the rows there; null if it did not.
 * @param {any} runs  a document `runs`
 */
export function sourceOf(runs) {
  return sources.get(runs) ?? null;
}

/**
 * Return a document with the values of rows that are in another one; null if the other one does not have them all.
 * @param {any} runs  a document `runs` whose columns have no values
 * @param {any} known  a document `runs` with all rows
 */
export function filled(runs, known) {
  const places = new Map(known.keys.map((/** @type {string} */ key, /** @type {number} */ row) => [key, row]));
  const columns = new Map(known.columns.map((/** @type {any} */ column) => [column.name, column]));
  const rows = runs.keys.map((/** @type {string} */ key) => places.get(key));
  if (rows.includes(undefined) || !runs.columns.every((/** @type {any} */ column) => columns.has(column.name))) return null;
  const result = { ...runs, columns: runs.columns.map((/** @type {any} */ column) => withValues(column, columns.get(column.name), rows)) };
  sources.set(result, { known, rows });
  return result;
}

function withValues(/** @type {any} */ column, /** @type {any} */ source, /** @type {number[]} */ rows) {
  if ("value" in column) return column;
  const result = { ...column };
  for (const part of PARTS) {
    if (part === "values") later(result, part, () => rows.map((row) => valueAt(source, row)));
    else if (part in source) later(result, part, () => rows.map((row) => source[part][row]));
  }
  return result;
}

// Gives an object a field that is computed when it is first looked at: a table shows a part of its columns.
function later(/** @type {any} */ object, /** @type {string} */ name, /** @type {() => any} */ compute) {
  const look = { enumerable: true, configurable: true };
  Object.defineProperty(object, name, { ...look, get: () => (Object.defineProperty(object, name, { ...look, writable: true, value: compute() }), object[name]) });
}
