// @ts-check
/** The point of a curve that is nearest to a place on its x axis.  Pure. */

/**
 * Return the index of the value nearest to `target` in an array that ascends; -1 for an empty one.
 * @param {ArrayLike<number>} values
 * @param {number} target
 */
export function nearest(values, target) {
  let low = 0;
  let high = values.length - 1;
  if (high < 0) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle] < target) low = middle;
    else high = middle;
  }
  return Math.abs(values[low] - target) <= Math.abs(values[high] - target) ? low : high;
}

/**
 * @typedef {object} Reading  what a line has near a place
 * @property {import("./lines.js").Line} line
 * @property {number} x
 * @property {number} y
 * @property {number | null} runs  of a group: how many reach the place
 */

/**
 * Return what lines have near a place, the largest value first; a line that ends before it is left out.
 * @param {import("./lines.js").Line[]} lines
 * @param {number} target
 * @param {number} reach  how far a point may be from the place
 * @returns {Reading[]}
 */
export function readings(lines, target, reach) {
  const all = lines.map((line) => reading(line, target, reach));
  return /** @type {Reading[]} */ (all.filter(Boolean)).sort((a, b) => b.y - a.y);
}

/**
 * Return what a line has near a place, or null.
 * @param {import("./lines.js").Line} line
 * @param {number} target
 * @param {number} reach
 * @returns {Reading | null}
 */
export function reading(line, target, reach) {
  const at = nearest(line.x, target);
  if (at < 0 || Math.abs(line.x[at] - target) > reach) return null;
  return { line, x: line.x[at], y: line.y[at], runs: line.counts ? line.counts[at] : null };
}

/**
 * Return the line of a run or a group: the one with this key, or that of the group which the run is in.
 * @param {import("./lines.js").Line[]} lines
 * @param {string} key
 */
export function lineWith(lines, key) {
  return key === "" ? undefined : lines.find((line) => line.key === key) ?? lines.find((line) => line.runs.includes(key));
}
