// @ts-check
/** The replay of a search on a plane of two params.  A step is [x, y, score, epochs, spent].  Pure. */

/**
 * Return the steps that had ended when `spent` epochs were spent.
 * @param {number[][]} steps
 * @param {number} spent
 */
export function until(steps, spent) {
  return steps.filter((step) => step[4] <= spent);
}

/**
 * Return the step that a user would choose: the best score among those with the most epochs, else null.
 * @param {number[][]} steps
 * @returns {number[] | null}
 */
export function bestOf(steps) {
  const most = Math.max(...steps.map((step) => step[3]));
  const full = steps.filter((step) => step[3] === most);
  return full.reduce((/** @type {number[] | null} */ best, step) => (best === null || step[2] < best[2] ? step : best), null);
}

/**
 * Return the pixel of a place on a square whose lower left corner has the low ends of both axes.
 * @param {number[]} place
 * @param {{x: any, y: any}} axes
 * @param {number} size
 * @returns {[number, number]}
 */
export function position([x, y], axes, size) {
  return [share(x, axes.x) * size, (1 - share(y, axes.y)) * size];
}

function share(/** @type {number} */ value, /** @type {{low: number, high: number, log: boolean}} */ { low, high, log }) {
  return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

// The middle of the scheme "viridis" (van der Walt and Smith 2015), which is even and safe for colour-blind people; its ends
// cannot be seen on a dark or a white page.
const STOPS = [[65, 68, 135], [42, 120, 142], [34, 168, 132], [122, 209, 81], [189, 223, 38]];

/**
 * Return the colour of a share from 0 (best: bright) to 1 (worst: dark).
 * @param {number} part
 */
export function heat(part) {
  const at = (1 - Math.min(1, Math.max(0, part))) * (STOPS.length - 1);
  const first = Math.min(STOPS.length - 2, Math.floor(at));
  const mixed = STOPS[first].map((value, i) => Math.round(value + (STOPS[first + 1][i] - value) * (at - first)));
  return `rgb(${mixed.join(" ")})`;
}
