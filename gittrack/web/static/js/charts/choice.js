// @ts-check
/** Which runs the charts draw, on their own or in groups.  Pure. */

import { counted, groupsOf } from "../grouping.js";
import { valueAt } from "../sort.js";
import { matching } from "../table/rows.js";

const MOST_CURVES = 10; // runs whose curves are drawn if none is picked
const MOST_GROUPS = 10;
const MOST_RUNS = 200; // of which the server gives the points

/**
 * @typedef {object} Choice
 * @property {string[]} keys  the runs whose points are needed
 * @property {import("./lines.js").Group[] | null} groups  null: each run is drawn on its own
 * @property {{key: string, label: string}[]} all  the lines, hidden ones too; a run has no label
 * @property {string} note  what is left out, in words
 */

/** @type {Choice} */
const NOTHING = { keys: [], groups: null, all: [], note: "" };

/**
 * Return a function that returns `choiceOf` a state, and computes it again only if what it depends on has changed.
 * @returns {(state: any) => Choice}
 */
export function createChoice() {
  let last = { fields: /** @type {any[]} */ ([]), choice: NOTHING };
  return (state) => {
    const fields = [state.runs, state.selected, state.hidden, state.find, state.group];
    if (fields.some((field, i) => field !== last.fields[i])) last = { fields, choice: choiceOf(state) };
    return last.choice;
  };
}

/**
 * Return the runs to draw: the picked ones, or the first ones of the table, without those that are hidden.
 * @param {any} state
 * @returns {Choice}
 */
export function choiceOf(state) {
  const { runs, selected, hidden, find, group } = state;
  if (group.length > 0 && runs?.complete) return grouped(state);
  if (runs?.groups && selected.length === 0) return groupedByServer(state);
  if (selected.length > 0) return single(selected, hidden, MOST_RUNS, "picked runs", selected.length);
  if (!runs) return NOTHING;
  const rows = runs.keys.map((/** @type {string | null} */ _, /** @type {number} */ row) => row);
  const known = (runs.complete ? matching(runs, rows, find) : rows).filter((/** @type {number} */ row) => runs.keys[row]);
  const usable = withPoints(runs, known);
  if (known.length > 0 && usable.length === 0) return { keys: [], groups: null, all: [], note: "these runs logged no points" };
  return single(usable.map((row) => runs.keys[row]), hidden, MOST_CURVES, "runs", runs.complete ? usable.length : runs.total);
}

/**
 * Return the rows of runs that logged points or may do so, because those that failed at their start would leave the page empty.
 * @param {any} runs  the document `runs`
 * @param {number[]} rows
 */
function withPoints(runs, rows) {
  const counts = runs.columns.filter((/** @type {any} */ column) => column.group === "metric").map((/** @type {any} */ column) => column.count);
  const status = runs.columns.find((/** @type {any} */ column) => column.name === "status");
  return rows.filter((row) => (status && valueAt(status, row) === "running") || counts.some((/** @type {number[]} */ count) => count[row] > 0));
}

function single(/** @type {string[]} */ keys, /** @type {string[]} */ hidden, /** @type {number} */ most, /** @type {string} */ things, /** @type {number} */ total) {
  const all = keys.slice(0, most);
  return { keys: without(all, hidden), groups: null, all: all.map((key) => ({ key, label: "" })), note: left(things, most, total) };
}

function without(/** @type {string[]} */ keys, /** @type {string[]} */ hidden) {
  return keys.filter((key) => !hidden.includes(key));
}

function left(/** @type {string} */ things, /** @type {number} */ most, /** @type {number} */ total) {
  return total > most ? `${most} of ${total} ${things} are drawn; pick runs to draw others` : "";
}

function grouped(/** @type {any} */ { runs, selected, hidden, find, group }) {
  const all = runs.keys.map((/** @type {string} */ _, /** @type {number} */ row) => row);
  const rows = selected.length > 0 ? all.filter((/** @type {number} */ row) => selected.includes(runs.keys[row])) : matching(runs, all, find);
  const every = groupsOf(runs, rows, group);
  const first = every.slice(0, MOST_GROUPS);
  const usable = first.map(({ rows: members }) => counted(runs, members, ["finished", "running"]).map((row) => runs.keys[row]));
  const drawn = shares(usable.map((keys) => keys.length), MOST_RUNS).map((most, i) => usable[i].slice(0, most));
  const groups = first.map(({ key, label }, i) => ({ key, label, runs: without(drawn[i], hidden) }));
  const size = first.reduce((sum, { rows: members }) => sum + members.length, 0);
  const members = drawn.reduce((sum, keys) => sum + keys.length, 0);
  return shownGroups(groups, hidden, [left("groups", MOST_GROUPS, every.length), uncounted(members, size)]);
}

/**
 * Return how many runs of each group are drawn: what small groups leave goes to the larger ones.
 * @param {number[]} sizes  the runs of each group
 * @param {number} most  runs of all groups together
 */
export function shares(sizes, most) {
  let [room, left] = [most, sizes.length];
  const result = new Map();
  for (const [i, size] of [...sizes.entries()].sort(([, a], [, b]) => a - b)) {
    result.set(i, Math.min(size, Math.floor(room / left--)));
    room -= result.get(i);
  }
  return sizes.map((_, i) => result.get(i));
}

function groupedByServer(/** @type {any} */ { runs, hidden }) {
  const { total, entries, drawn } = runs.groups;
  const groups = drawn.map((/** @type {string[]} */ keys, /** @type {number} */ i) => ({ key: entries[i].key, label: entries[i].label, runs: without(keys, hidden) }));
  const size = groups.reduce((/** @type {number} */ sum, /** @type {any} */ _, /** @type {number} */ i) => sum + entries[i].size, 0);
  const members = drawn.reduce((/** @type {number} */ sum, /** @type {string[]} */ keys) => sum + keys.length, 0);
  const notes = [left("groups", MOST_GROUPS, total), uncounted(members, size)];
  return shownGroups(groups, hidden, notes);
}

function uncounted(/** @type {number} */ members, /** @type {number} */ size) {
  return members < size && `the curves leave out ${size - members} of ${size} runs: they failed, repeat another run of the group, or are more than ${MOST_RUNS}`;
}

function shownGroups(/** @type {import("./lines.js").Group[]} */ groups, /** @type {string[]} */ hidden, /** @type {(string | false)[]} */ notes) {
  const seen = groups.filter(({ key, runs: keys }) => keys.length > 0 && !hidden.includes(key));
  return { keys: seen.flatMap((entry) => entry.runs), groups: seen, all: groups.map(({ key, label }) => ({ key, label })), note: notes.filter(Boolean).join("; ") };
}
