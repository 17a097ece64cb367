// @ts-check
/** The visible ranges of a chart.  Pure. */

import { extent } from "./scale.js";

/**
 * Return the range of y of the points between `low` and `high`; without the outermost 2 % if `clip`.
 * @param {{x: Float64Array, y: Float64Array}[]} curves
 * @param {[number, number]} x
 * @param {{log: boolean, clip: boolean}} options
 * @returns {[number, number] | null}
 */
export function rangeOfY(curves, [low, high], { log, clip }) {
  const visible = curves.map(({ x, y }) => y.filter((_, i) => x[i] >= low && x[i] <= high));
  if (!clip) return extent(visible, log);
  const values = Float64Array.from(visible.flatMap((part) => [...part])).sort();
  const cut = Math.floor(values.length * 0.02);
  return extent([values.subarray(cut, values.length - cut)], log);
}

/**
 * Return the range after the pointer dragged from one place to another: the part between them.
 * @param {number} a
 * @param {number} b
 * @returns {[number, number]}
 */
export function between(a, b) {
  return a < b ? [a, b] : [b, a];
}
