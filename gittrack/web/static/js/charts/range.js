// @ts-check
/** The visible ranges of a chart.  Pure. */

import { extent } from "./scale.js";

const CUT = 0.02; // of the values at each end are outliers

/**
 * Return the range of x: the one that was chosen, or that of all points and marks.
 * @param {import("./lines.js").Line[]} lines
 * @param {{from: number | null, to: number | null, logX: boolean}} options
 * @returns {[number, number] | null}
 */
export function rangeOfX(lines, { from, to, logX }) {
  const places = new Set(lines.flatMap((line) => [line.x, ...(line.ghost ? [line.ghost.x] : [])])); // curves may share theirs
  const all = extent([...places, ...lines.map((line) => line.marks.map(([at]) => at))], logX);
  if (!all) return null;
  const [low, high] = [from ?? all[0], to ?? all[1]];
  return logX && low <= 0 ? [Math.min(all[0], high > 0 ? high : all[0]), high > 0 ? high : all[1]] : [low, high];
}

/**
 * Return the range of y of what is between two places: of the lines, their bands and ghosts; without outliers if `clip`.
 * @param {{x: Float64Array, y: Float64Array, ghost?: any, band?: any}[]} lines
 * @param {[number, number]} x
 * @param {{log: boolean, clip: boolean}} options
 * @returns {[number, number] | null}
 */
export function rangeOfY(lines, [low, high], { log, clip }) {
  const parts = lines.flatMap(({ x, y, ghost, band }) => [[x, y], ghost && [ghost.x, ghost.y], band && [x, band.low], band && [x, band.high]].filter(Boolean));
  const visible = parts.map(([x, y]) => between(x, y, low, high));
  if (!clip) return extent(visible, log);
  const values = new Float64Array(visible.reduce((sum, part) => sum + part.length, 0));
  visible.reduce((at, part) => (values.set(part, at), at + part.length), 0);
  const usable = (log ? values.filter((value) => value > 0) : values).sort();
  const cut = Math.floor(usable.length * CUT);
  return extent([usable.subarray(cut, usable.length - cut)], log);
}

// x ascends, so the points between two places are a part.
function between(/** @type {Float64Array} */ x, /** @type {Float64Array} */ y, /** @type {number} */ low, /** @type {number} */ high) {
  let first = 0;
  while (first < x.length && x[first] < low) first++;
  let end = x.length;
  while (end > first && x[end - 1] > high) end--;
  return y.subarray(first, end);
}
