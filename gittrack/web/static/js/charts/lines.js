// @ts-check
/** What a chart draws: a line per run, smoothed or not, or the mean of each group.  Pure. */

import { smoothed } from "../smoothing.js";
import { meansOf } from "./means.js";

/**
 * @typedef {object} Line
 * @property {string} key  the run, or the id of the group
 * @property {string} label
 * @property {string} color
 * @property {number[]} dash  the pattern of dashes; empty: none
 * @property {Float64Array} x
 * @property {Float64Array} y
 * @property {{x: Float64Array, y: Float64Array} | null} ghost  the line before smoothing
 * @property {{low: Float64Array, high: Float64Array} | null} band  around the mean of a group
 * @property {Float64Array | null} counts  the runs of a group at each point
 * @property {[number, string][]} marks  the points that are not finite, each with its word
 * @property {string[]} runs  the keys of the runs of a group
 */

/**
 * @typedef {object} Group
 * @property {string} key
 * @property {string} label
 * @property {string[]} runs  the keys of the runs that count
 */

/** @typedef {(key: string) => {label: string, color: string, dash?: number[]}} Looks */

/**
 * Return a curve as a line; what is left out has its usual value.
 * @param {any} curve  at least `key`, `x`, `y` and `color`
 * @returns {Line}
 */
export function lineOf(curve) {
  return { label: curve.key, dash: [], ghost: null, band: null, counts: null, marks: [], runs: [], ...curve };
}

/**
 * Return the lines of the curves of one metric.
 * @param {import("./curves.js").Curve[]} curves
 * @param {Looks} looks  of a run or a group
 * @param {{smooth: number, band: string, groups: Group[] | null, logX?: boolean}} options
 * @returns {Line[]}
 */
export function linesOf(curves, looks, { smooth, band, groups, logX = false }) {
  if (groups) return groups.map((group) => meanLine(curves, group, looks, { smooth, band, logX })).filter(({ x, marks }) => x.length + marks.length > 0);
  return curves.map((curve) => {
    const { key, x, y, marks } = curve;
    if (!(smooth > 0)) return lineOf({ key, x, y, marks, ...looks(key) });
    return lineOf({ key, marks, ...smoothCurve(curve, smooth), ghost: { x, y }, ...looks(key) });
  });
}

function meanLine(/** @type {import("./curves.js").Curve[]} */ curves, /** @type {Group} */ { key, label, runs }, /** @type {Looks} */ looks, /** @type {{smooth: number, band: string, logX: boolean}} */ { smooth, band, logX }) {
  const members = curves.filter((curve) => runs.includes(curve.key));
  const means = meansOf(members.map((curve) => (smooth > 0 ? smoothCurve(curve, smooth) : curve.means ?? curve)), band, logX);
  const ghost = smooth > 0 ? meansOf(members.map((curve) => curve.means ?? curve), "none", logX) : null;
  const marks = members.flatMap((curve) => curve.marks);
  return lineOf({ key, ...looks(key), label: `${label} (${members.length})`, runs, ...means, ghost, marks });
}

/**
 * Return the smoothed line of a curve.  Of a thinned one, the means of columns are smoothed, not its extremes; of a part of
 * one, what came before counts.
 * @param {{x: Float64Array, y: Float64Array, means?: any, before?: any}} curve
 * @param {number} weight
 */
export function smoothCurve({ x, y, means, before }, weight) {
  const source = means ?? { x, y, n: new Float64Array(y.length).fill(1) };
  if (!before) return { x: source.x, y: smoothed(source.y, weight, source.n) };
  const values = smoothed([...before.y, ...source.y], weight, [...before.n, ...source.n]);
  return { x: source.x, y: values.subarray(before.y.length) };
}

/**
 * Return which points of a line begin a new part, because a point that is not finite lies before them.
 * @param {{x: Float64Array, marks: [number, string][]}} line
 * @returns {Set<number>}
 */
export function breaksOf({ x, marks }) {
  const breaks = new Set();
  for (const [at] of marks) {
    let [low, high] = [0, x.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (x[middle] <= at) low = middle + 1;
      else high = middle;
    }
    if (low > 0 && low < x.length) breaks.add(low);
  }
  return breaks;
}
