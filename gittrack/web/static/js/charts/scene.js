// @ts-check
/** A chart before it is drawn: its lines, its scales and its labels.  Pure. */

import { labelled, xTicks } from "./axis.js";
import { rangeOfX, rangeOfY } from "./range.js";
import { createScale } from "./scale.js";

const LEFT = 52;
const BOTTOM = 22;
const TOP = 8;
const RIGHT = 14; // room for half of the last label
const CHARACTER = 6.4; // pixels

/**
 * @typedef {object} Options
 * @property {boolean} log
 * @property {boolean} logX
 * @property {boolean} clip
 * @property {string} x  the name of the x axis
 * @property {number | null} from
 * @property {number | null} to
 */

/**
 * @typedef {object} Scene
 * @property {string} title
 * @property {import("./lines.js").Line[]} lines
 * @property {import("./scale.js").Scale} x
 * @property {import("./scale.js").Scale} y
 * @property {[number, string][]} xLabels
 * @property {[number, string][]} yLabels
 * @property {string} xName
 * @property {number} width
 * @property {number} height
 * @property {{left: number, right: number, top: number, bottom: number}} frame
 * @property {number} lost  points that have no place on a logarithmic axis
 */

/**
 * Return the scene of a chart; null if there is nothing to draw.
 * @param {string} title
 * @param {import("./lines.js").Line[]} lines
 * @param {Options} options
 * @param {number} width  pixels
 * @param {number} height
 * @returns {Scene | null}
 */
export function sceneOf(title, lines, options, width, height) {
  const rangeX = rangeOfX(lines, options);
  if (!rangeX) return null;
  const hasMarks = lines.some((line) => line.marks.length > 0);
  const rangeY = rangeOfY(lines, rangeX, options) ?? (hasMarks ? /** @type {[number, number]} */ ([1, 10]) : null);
  if (!rangeY) return null;
  const [top, bottom] = [TOP, height - BOTTOM];
  const y = createScale(...rangeY, bottom, top, options.log);
  const yLabels = labelled(y.ticks(4));
  const left = Math.max(LEFT, Math.ceil(10 + CHARACTER * Math.max(...yLabels.map(([, text]) => text.length))));
  const right = Math.max(left + 10, width - RIGHT);
  const x = createScale(...rangeX, left, right, options.logX);
  const xLabels = xTicks(options.x, x, right - left);
  return { title, lines, x, y, xLabels, yLabels, xName: options.x, width, height, frame: { left, right, top, bottom }, lost: lostOf(lines, options) };
}

/**
 * Return whether two scenes look the same, so that one need not be drawn over the other; names of lines are not drawn.
 * @param {Scene | null} a
 * @param {Scene | null} b
 */
export function looksLike(a, b) {
  if (!a || !b) return false;
  const isFrame = a.width === b.width && a.height === b.height && a.lost === b.lost && a.frame.left === b.frame.left;
  const isAxis = a.xName === b.xName && isScale(a.x, b.x) && isScale(a.y, b.y);
  return isFrame && isAxis && a.lines.length === b.lines.length && a.lines.every((line, i) => isLine(line, b.lines[i]));
}

function isScale(/** @type {import("./scale.js").Scale} */ a, /** @type {import("./scale.js").Scale} */ b) {
  return a.low === b.low && a.high === b.high && a.log === b.log;
}

// Arrays of points never change, so those of equal lines are the same ones.
function isLine(/** @type {import("./lines.js").Line} */ a, /** @type {import("./lines.js").Line} */ b) {
  const isDash = a.dash.length === b.dash.length && a.dash[0] === b.dash[0];
  return a.x === b.x && a.y === b.y && a.ghost?.y === b.ghost?.y && a.band?.low === b.band?.low && a.marks === b.marks && a.color === b.color && isDash;
}

function lostOf(/** @type {import("./lines.js").Line[]} */ lines, /** @type {Options} */ { log, logX }) {
  if (!log && !logX) return 0;
  let lost = 0;
  for (const { x, y } of lines) for (let i = 0; i < x.length; i++) lost += Number((log && !(y[i] > 0)) || (logX && !(x[i] > 0)));
  return lost;
}
