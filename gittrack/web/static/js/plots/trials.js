// @ts-check
/** The trials of a sweep as points over its params, and its rungs.  Pure. */

import { axisOf, isWide } from "./axes.js";

/**
 * Return the trials that have ended, in the order in which they did.
 * @param {any} sweep  the document `sweep`
 * @returns {any[]}
 */
export function endedTrials(sweep) {
  return sweep.trials.filter((/** @type {any} */ trial) => trial.order !== null).sort((/** @type {any} */ a, /** @type {any} */ b) => a.order - b.order);
}

/**
 * Return what an axis of a plot of trials needs.
 * @param {any} sweep
 * @param {any[]} trials
 * @param {string} name  a param; empty: the score
 * @returns {{label: string, axis: import("./axes.js").Axis}}
 */
export function sideOf(sweep, trials, name) {
  const rows = { keys: trials.map((trial) => trial.key) };
  const values = trials.map((trial) => (name ? trial.params[name] : trial.score));
  const kind = values.every((value) => typeof value === "number" || value === null) ? "number" : "mixed";
  const choice = { id: name, label: name, group: "param", column: { name, kind, values: kind === "number" || !name ? values : values.map(textOf) } };
  const plain = axisOf(rows, choice);
  const searched = sweep.axes.find((/** @type {any} */ axis) => axis.name === name);
  const axis = searched?.log || isWide(plain) ? axisOf(rows, choice, true) : plain;
  const hasEnds = searched && axis.names === null && typeof searched.low === "number" && typeof searched.high === "number";
  return { label: name || sweep.metric || "score", axis: hasEnds ? { ...axis, range: [searched.low, searched.high] } : axis };
}

function textOf(/** @type {any} */ value) {
  return value === null || value === undefined || typeof value === "number" || typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * @typedef {object} Rung
 * @property {number} bracket
 * @property {number} rung
 * @property {number | null} budget
 * @property {number} trials
 * @property {number} scored
 * @property {number | null} best
 * @property {number | null} median
 * @property {number} continued  how many of its configurations are in the next rung
 */

/**
 * Return the rungs of a sweep; none if its method has no rungs.
 * @param {any} sweep
 * @returns {Rung[]}
 */
export function rungsOf(sweep) {
  /** @type {Map<string, any[]>} */
  const groups = new Map();
  for (const trial of sweep.trials) {
    const id = `${trial.bracket} ${trial.rung}`;
    groups.set(id, [...(groups.get(id) ?? []), trial]);
  }
  if (groups.size < 2) return [];
  const rungs = [...groups.values()].map((trials) => {
    const [{ bracket, rung, budget }] = trials;
    const scores = trials.map((trial) => trial.score).filter((score) => typeof score === "number").sort((a, b) => a - b);
    const next = new Set((groups.get(`${bracket} ${rung + 1}`) ?? []).map((trial) => trial.config));
    return {
      bracket, rung, budget, trials: trials.length, scored: scores.length,
      best: scores[sweep.goal === "maximize" ? scores.length - 1 : 0] ?? null, median: medianOf(scores),
      continued: new Set(trials.map((trial) => trial.config).filter((config) => next.has(config))).size,
    };
  });
  return rungs.sort((a, b) => a.bracket - b.bracket || a.rung - b.rung);
}

function medianOf(/** @type {number[]} */ ordered) {
  if (ordered.length === 0) return null;
  const middle = ordered.length >> 1;
  return ordered.length % 2 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
}
