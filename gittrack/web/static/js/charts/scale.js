// @ts-check
/** Numbers to pixels, and back.  Pure. */

import { logTicks, ticks } from "../ticks.js";

/**
 * @typedef {object} Scale
 * @property {number} low
 * @property {number} high
 * @property {(value: number) => number} at  the pixel of a value
 * @property {(pixel: number) => number} value  the value at a pixel
 * @property {(count: number) => number[]} ticks
 */

/**
 * Return a scale from `low` to `high` over the pixels from `start` to `end`.
 * @param {number} low
 * @param {number} high
 * @param {number} start
 * @param {number} end
 * @param {boolean} [log]
 * @returns {Scale}
 */
export function createScale(low, high, start, end, log = false) {
  if (!(high > low)) [low, high] = log ? [low / 2, low * 2] : [low - (Math.abs(low) || 1) / 2, low + (Math.abs(low) || 1) / 2];
  const to = log ? Math.log10 : (/** @type {number} */ value) => value;
  const back = log ? (/** @type {number} */ value) => 10 ** value : (/** @type {number} */ value) => value;
  const [a, b] = [to(low), to(high)];
  return {
    low,
    high,
    at: (value) => start + ((to(value) - a) / (b - a)) * (end - start),
    value: (pixel) => back(a + ((pixel - start) / (end - start)) * (b - a)),
    ticks: (count) => (log ? logTicks(low, high, count) : ticks(low, high, count)),
  };
}

/**
 * Return the smallest and the largest finite number of some arrays; only those above 0 if `log`.
 * @param {ArrayLike<number>[]} arrays
 * @param {boolean} [log]
 * @returns {[number, number] | null}
 */
export function extent(arrays, log = false) {
  let low = Infinity;
  let high = -Infinity;
  for (const array of arrays) {
    for (let i = 0; i < array.length; i++) {
      const value = array[i];
      if (log && !(value > 0)) continue;
      if (value < low) low = value;
      if (value > high && value < Infinity) high = value;
    }
  }
  return low <= high ? [low, high] : null;
}
