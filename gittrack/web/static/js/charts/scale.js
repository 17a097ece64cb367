// @ts-check
/** Numbers to pixels, and back.  Pure. */

import { logTicks, ticks } from "../ticks.js";

/**
 * @typedef {object} Scale
 * @property {number} low
 * @property {number} high
 * @property {boolean} log
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
  if (!(high > low)) {
    const half = (Math.abs(low) || 1) / 2;
    [low, high] = (log ? [low / 2, low * 2] : [low - half, low + half]).map((end) => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, end)));
  }
  const to = log ? Math.log10 : (/** @type {number} */ value) => value;
  const back = log ? (/** @type {number} */ value) => 10 ** value : (/** @type {number} */ value) => value;
  const [a, b] = [to(low), to(high)];
  const unit = (end - start) / (b / 2 - a / 2); // of halves, because the distance of two numbers may be infinite
  return {
    low,
    high,
    log,
    at: log ? (value) => start + (Math.log10(value) / 2 - a / 2) * unit : (value) => start + (value / 2 - a / 2) * unit,
    value: (pixel) => back((a / 2 + (pixel - start) / unit) * 2),
    ticks: (count) => {
      const powers = log ? logTicks(low, high, count) : [];
      return powers.length > 1 ? powers : ticks(low, high, count);
    },
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
  const least = log ? 0 : -Infinity;
  for (const array of arrays) {
    const end = array.length;
    for (let i = 0; i < end; i++) {
      const value = array[i];
      if (value < low && value > least) low = value;
      if (value > high && value < Infinity && value > least) high = value;
    }
  }
  return low <= high ? [low, high] : null;
}

/**
 * Return the range that is `factor` times as wide, around one of its values, which stays in its place.
 * @param {Scale} scale
 * @param {number} factor
 * @param {number} [around]  the middle without it
 * @returns {[number, number]}
 */
export function widened(scale, factor, around) {
  const [start, end] = [scale.at(scale.low), scale.at(scale.high)];
  const fixed = around === undefined ? (start + end) / 2 : scale.at(around);
  return [scale.value(fixed - (fixed - start) * factor), scale.value(fixed + (end - fixed) * factor)];
}
