// @ts-check
/** The keyboard on a chart: from point to point along a line, and from line to line.  Pure. */

import { show } from "../format.js";
import { placeText } from "./axis.js";
import { nearest, readings } from "./nearest.js";
import { valueText } from "./tooltip.js";

const PAGE = 10; // points

/** @typedef {{key: string, x: number}} Place  a line, and a place on x */

/**
 * Return where a key leads: to another point of the line, or to the line above or below; null if it does not move.
 * @param {import("./scene.js").Scene} scene
 * @param {Place | null} place  null: none yet
 * @param {string} key  as of a keyboard event
 * @returns {Place | null}
 */
export function walked(scene, place, key) {
  const steps = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowLeft: -1, PageDown: PAGE, PageUp: -PAGE, Home: -Infinity, End: Infinity });
  if (!(key in steps) && key !== "ArrowUp" && key !== "ArrowDown") return null;
  const line = scene.lines.find((other) => other.key === place?.key);
  if (!line || !place) return first(scene, place ? place.x : key === "End" ? scene.x.high : scene.x.low);
  if (!(key in steps)) return neighbour(scene, place, key === "ArrowUp" ? -1 : 1);
  const [low, high] = visible(scene, line);
  if (low > high) return null;
  const at = Math.min(high, Math.max(low, nearest(line.x, place.x) + steps[key]));
  return { key: line.key, x: line.x[at] };
}

function first(/** @type {import("./scene.js").Scene} */ scene, /** @type {number} */ near) {
  const [line] = readings(scene.lines, near, Infinity).map((entry) => entry.line);
  if (!line) return null;
  const [low, high] = visible(scene, line);
  return low > high ? null : { key: line.key, x: line.x[Math.min(high, Math.max(low, nearest(line.x, near)))] };
}

function neighbour(/** @type {import("./scene.js").Scene} */ scene, /** @type {Place} */ { key, x }, /** @type {number} */ by) {
  const around = readingsAt(scene, x);
  const at = around.findIndex(({ line }) => line.key === key);
  const next = around[Math.min(around.length - 1, Math.max(0, at + by))];
  return next ? { key: next.line.key, x: next.x } : null;
}

function readingsAt(/** @type {import("./scene.js").Scene} */ scene, /** @type {number} */ x) {
  return readings(scene.lines, x, (scene.x.high - scene.x.low) / 8);
}

function visible(/** @type {import("./scene.js").Scene} */ { x }, /** @type {import("./lines.js").Line} */ line) {
  let [low, high] = [0, line.x.length - 1];
  while (low <= high && line.x[low] < x.low) low++;
  while (high >= low && line.x[high] > x.high) high--;
  return [low, high];
}

/**
 * Return what a screen reader says about a place: the value, where it is, the run, and its rank among the lines there.
 * @param {import("./scene.js").Scene} scene
 * @param {Place} place
 * @param {string} baseline  a key
 */
export function spoken(scene, { key, x }, baseline) {
  const around = readingsAt(scene, x);
  const at = around.findIndex(({ line }) => line.key === key);
  if (at < 0) return "";
  const base = around.find(({ line }) => line.key === baseline);
  const rank = around.length > 1 ? `, number ${at + 1} of ${around.length} from above` : "";
  return `${scene.title} ${valueText(around[at], base)} at ${placeText(scene.xName, around[at].x)}, ${around[at].line.label}${rank}`;
}

/**
 * Return what a chart is, for a screen reader.
 * @param {import("./scene.js").Scene | null} scene
 * @param {string} title
 */
export function described(scene, title) {
  if (!scene) return `${title}: nothing to draw`;
  const { lines, x, y, xName } = scene;
  const marks = lines.reduce((sum, line) => sum + line.marks.length, 0);
  return [
    `${title}: ${lines.length} ${lines.length === 1 ? "curve" : "curves"} from ${placeText(xName, x.low)} to ${placeText(xName, x.high)}`,
    `values from ${show(y.low, "number")} to ${show(y.high, "number")}`,
    marks > 0 && `${marks} ${marks === 1 ? "point is" : "points are"} not finite`,
  ].filter(Boolean).join(", ");
}
