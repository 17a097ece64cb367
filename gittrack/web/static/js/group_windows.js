// @ts-check
/** Groups of more runs than the page holds: the server computes them, and they come window by window.  Pure. */

import { labelOf } from "./grouping.js";
import { placed, spread, WINDOW } from "./row_windows.js";

/**
 * @typedef {object} Entry  a group
 * @property {string} key
 * @property {string} label
 * @property {number} first  how many runs are in the groups before it
 * @property {number} size  how many runs it has
 * @property {Record<string, any>} cells  by the names of columns: {mean, deviation, n, diverged} of a metric, else {value, different}
 */

/**
 * Return a document with a place for each group and for each run in the order of the groups.
 * @param {any} runs  a document `runs` with some of its rows
 * @param {any} part  the document `groups` with the first ones
 * @param {object} request  the parameters that it was asked for by
 * @param {string[]} columns  whose numbers it has
 */
export function inGroups(runs, part, request, columns) {
  const empty = spread({ ...runs, total: part.runs, keys: [], offset: 0 });
  const groups = { total: part.total, entries: new Array(part.total).fill(null), drawn: part.drawn, request, columns };
  return placedGroups({ ...empty, groups }, part);
}

/**
 * Return a document with the groups of a window in their places.
 * @param {any} runs  what `inGroups` returned
 * @param {any} part  a document `groups`
 */
export function placedGroups(runs, part) {
  const named = part.by.map((/** @type {any} */ { name, values }) => ({ head: headOf(runs, name), values }));
  part.key.forEach((/** @type {string} */ key, /** @type {number} */ i) => {
    const cells = Object.fromEntries(part.columns.map((/** @type {any} */ { name, ...numbers }) => [name, Object.fromEntries(Object.entries(numbers).map(([number, values]) => [number, values[i]]))]));
    runs.groups.entries[part.offset + i] = { key: `*${key}`, label: labelOf(named, i), first: part.first[i], size: part.size[i], cells };
  });
  return { ...runs };
}

function headOf(/** @type {any} */ runs, /** @type {string} */ name) {
  return runs.columns.find((/** @type {any} */ column) => column.name === name)?.head ?? name.replace(/^params\./, "");
}

/**
 * Return a document with a window of runs in their places.  The columns that it shows stay those that the groups have.
 * @param {any} runs  what `inGroups` returned
 * @param {any} part  a document `members`
 */
export function placedMembers(runs, part) {
  const known = new Set(runs.columns.map((/** @type {any} */ column) => column.name));
  const columns = part.columns.map((/** @type {any} */ column) => (known.has(column.name) ? column : { ...column, shown: false }));
  return placed(runs, { ...part, columns });
}

/**
 * Return the lines of the table from top to bottom.
 * @param {any} runs  what `inGroups` returned
 * @param {string[]} folded  the groups that are unfolded
 * @returns {import("./table/rows.js").Line[]}
 */
export function groupLines(runs, folded) {
  const open = new Set(folded);
  return runs.groups.entries.flatMap((/** @type {Entry | null} */ entry, /** @type {number} */ place) => {
    const isOpen = entry !== null && open.has(entry.key);
    const line = { id: entry?.key ?? "", row: -1, rows: [], count: entry?.size ?? 0, label: entry?.label ?? "", open: isOpen, depth: 1, sweep: false, entry, place };
    if (!entry || !isOpen) return line;
    const members = Array.from({ length: entry.size }, (_, i) => entry.first + i);
    return [line, ...members.map((row) => ({ id: runs.keys[row] ?? "", row, rows: [row], count: 1, label: "", open: false, depth: 2, sweep: false }))];
  });
}

/**
 * Return where the windows begin that have to be asked for to show some lines: of runs and of groups; -1 if nothing is missing.
 * @param {any} runs  what `inGroups` returned
 * @param {any[]} lines  those in sight
 */
export function missingIn(runs, lines) {
  const start = (/** @type {number | undefined} */ place, /** @type {number} */ total) => (place === undefined ? -1 : Math.max(0, Math.min(place, total - WINDOW)));
  const run = lines.find(({ id, row }) => id === "" && row >= 0);
  const group = lines.find(({ id, row }) => id === "" && row < 0);
  return { window: start(run?.row, runs.total), groupWindow: start(group?.place, runs.groups.total) };
}
