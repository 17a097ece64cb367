// @ts-check
/** Windows of rows of many runs, put into one document `runs` with a place for each row.  Pure. */

export const WINDOW = 200; // rows, as on the server
const MOST_WHOLE = 20_000; // rows that a page can hold, as on the server

/**
 * Say how the rows of a document come that is not complete: all at once if somebody searches in them or groups them,
 * because that needs all; else by windows.  Of too many the server searches, and makes the groups.
 * @param {{total: number}} runs  the document
 * @param {{find: string, group: string[]}} state
 * @returns {"windows" | "whole" | "groups"}
 */
export function wayOf({ total }, { find, group }) {
  if (total > MOST_WHOLE) return group.length > 0 ? "groups" : "windows";
  return find.trim() || group.length > 0 ? "whole" : "windows";
}

/**
 * Return the words that the server searches for, because the page cannot hold all runs; empty if the page searches.
 * @param {{total: number, every?: number} | null} runs  the document; `every`: the runs without the search
 * @param {string} find
 */
export function searchOf(runs, find) {
  return runs && (runs.every ?? runs.total) > MOST_WHOLE ? find.trim() : "";
}

/**
 * Return a document with a place for each of its `total` rows; those of other windows are empty.
 * @param {any} runs  a document `runs` that is not complete
 */
export function spread(runs) {
  const empty = { ...runs, keys: new Array(runs.total).fill(null), columns: [] };
  return placed(empty, runs);
}

/**
 * Return a document with the rows of a window in their places.  The arrays of the document are changed in place,
 * because copying 100,000 rows for each window takes longer than painting it.
 * @param {any} runs  what `spread` returned
 * @param {any} part  a document `runs` with some of its rows, from `offset` on
 */
export function placed(runs, part) {
  const columns = new Map(runs.columns.map((/** @type {any} */ column) => [column.name, column]));
  part.keys.forEach((/** @type {string} */ key, /** @type {number} */ i) => (runs.keys[part.offset + i] = key));
  for (const column of part.columns) {
    if (!columns.has(column.name)) columns.set(column.name, vacant(column, runs.total));
    const target = columns.get(column.name);
    for (const name of ["values", "min", "max", "count"]) {
      if (!(name in target)) continue;
      for (let i = 0; i < part.keys.length; i++) target[name][part.offset + i] = name === "values" && "value" in column ? column.value : (column[name]?.[i] ?? null);
    }
  }
  return { ...runs, columns: [...columns.values()] };
}

function vacant(/** @type {any} */ column, /** @type {number} */ total) {
  const { value, ...rest } = column;
  const parts = ["values", ...["min", "max", "count"].filter((part) => part in column)];
  return { ...rest, ...Object.fromEntries(parts.map((part) => [part, new Array(total).fill(null)])) };
}

/**
 * Return where the window begins that has to be asked for to show some rows; -1 if all of them are there.
 * @param {any} runs  the document
 * @param {number} first  the first row in sight
 * @param {number} last  the row after the last one
 */
export function missing(runs, first, last) {
  const row = runs.keys.slice(first, last).indexOf(null);
  return row < 0 ? -1 : Math.max(0, Math.min(first + row, runs.total - WINDOW));
}
