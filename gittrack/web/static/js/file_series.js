// @ts-check
/** The document `series` of a page that is one file, whose curves are by step.  Pure. */

import { unpack } from "./pack.js";

const LEAD = 1000; // points before a range that smoothing needs

/**
 * Return the series of some runs and metrics (none: all) over an axis, cut to a range.
 * @param {any} all  the document that the file holds: all series by step, and `clocks`
 * @param {Record<string, any>} params  as of the document `series`
 */
export function seriesDocument(all, params) {
  const runs = new Set([params.run ?? []].flat());
  const metrics = new Set([params.metric ?? []].flat());
  const chosen = all.series.filter((/** @type {any} */ entry) => runs.has(entry.run) && (metrics.size === 0 || metrics.has(entry.metric)));
  const x = params.x || "step";
  const series = chosen.map((/** @type {any} */ entry) => drawn(all, entry, x, params)).filter(Boolean);
  return { ...all, x, series, problems: all.problems.filter((/** @type {any} */ problem) => runs.has(problem.run)) };
}

function drawn(/** @type {any} */ all, /** @type {any} */ entry, /** @type {string} */ axis, /** @type {Record<string, any>} */ params) {
  const steps = unpack(entry.x);
  const values = unpack(entry.y);
  const place = placeOf(all, entry, axis);
  if (place === null) return null;
  const points = Array.from(steps, (step, i) => [place(step), values[i]]).filter(([at]) => Number.isFinite(at));
  if (axis !== "step") points.sort((a, b) => a[0] - b[0]);
  const [first, last] = range(points, params.from ?? null, params.to ?? null);
  const part = points.slice(first, last);
  const marks = entry.marks.map((/** @type {any} */ mark) => [place(mark[0]), mark[1]]);
  const each = Math.max(1, (entry.total - entry.marks.length) / Math.max(1, values.length)); // points that one of a thinned curve stands for
  const earlier = points.slice(Math.max(0, first - LEAD), first).map((point) => point[1]);
  return {
    ...entry, x: part.map((point) => point[0]), y: part.map((point) => point[1]), marks,
    ...(each > 1 && { means: { x: part.map((point) => point[0]), y: part.map((point) => point[1]), n: part.map(() => each) } }),
    ...(earlier.length > 0 && { before: { y: earlier, n: earlier.map(() => each) } }),
  };
}

/** Return the function from a step to the axis; null if the run has no such axis. */
function placeOf(/** @type {any} */ all, /** @type {any} */ entry, /** @type {string} */ axis) {
  if (axis === "step") return (/** @type {number} */ step) => step;
  if (axis === "time" || axis === "wall") {
    const clock = all.clocks[entry.run];
    const zero = axis === "wall" ? startOf(entry.run) : 0;
    return clock && clock.steps.length > 0 ? (/** @type {number} */ step) => zero + between(clock.steps, clock.seconds, step) : null;
  }
  const other = all.series.find((/** @type {any} */ series) => series.run === entry.run && series.metric === axis);
  if (!other) return null;
  const [steps, values] = [unpack(other.x), unpack(other.y)];
  return steps.length > 0 ? (/** @type {number} */ step) => between(steps, values, step) : null;
}

/** Return the start of a run in seconds since 1970, from its id. */
function startOf(/** @type {string} */ key) {
  const [, year, month, day, hour, minute, second] = /(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-[0-9a-f]{8}$/.exec(key)?.map(Number) || [];
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/**
 * Return the value at `x` on the line through points with rising `xs`.
 * @param {ArrayLike<number>} xs
 * @param {ArrayLike<number>} ys
 * @param {number} x
 */
export function between(xs, ys, x) {
  let [low, high] = [0, xs.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] <= x) low = middle;
    else high = middle;
  }
  const share = xs[high] > xs[low] ? Math.min(1, Math.max(0, (x - xs[low]) / (xs[high] - xs[low]))) : 0;
  return ys[low] + share * (ys[high] - ys[low]);
}

function range(/** @type {number[][]} */ points, /** @type {number | null} */ low, /** @type {number | null} */ high) {
  const inside = points.findIndex(([at]) => low === null || at >= low);
  const beyond = points.findIndex(([at]) => high !== null && at > high);
  const first = inside < 0 ? points.length - 1 : inside - 1;
  return [Math.max(0, first), beyond < 0 ? points.length : beyond + 1];
}
