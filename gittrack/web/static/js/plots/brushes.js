// @ts-check
/** Parallel coordinates: which axes are shown, which runs are within the brushes, which line is near.  Pure. */

import { logTicks, ticks } from "../ticks.js";
import { axisOf, isWide, numberAt, shareOf, tickTexts, varied } from "./axes.js";

/** @typedef {[number, number] | string[]} Brush  a range of numbers, or names */
/** @typedef {import("./axes.js").Choice & {axis: import("./axes.js").Axis}} Side */

const FIRST = 8; // params that are shown if none were chosen

/**
 * Return the axes from left to right: the chosen params, or the first ones that vary among the runs with the metric, and then
 * the metric.
 * @param {any} runs
 * @param {import("./axes.js").Choice[]} choices
 * @param {string[] | null} chosen  ids of columns
 * @param {import("./axes.js").Choice | undefined} metric
 * @returns {Side[]}
 */
export function sidesOf(runs, choices, chosen, metric) {
  const params = choices.filter(({ group }) => group === "param");
  const usual = chosen === null ? varied(runs, params, metric) : [];
  const first = chosen === null ? (usual.length > 0 ? usual : params).slice(0, FIRST) : choices.filter(({ id }) => chosen.includes(id));
  const all = metric ? [...first.filter(({ id }) => id !== metric.id), metric] : first;
  return all.map((choice) => {
    const axis = axisOf(runs, choice);
    return { ...choice, axis: isWide(axis) ? axisOf(runs, choice, true) : axis };
  });
}

/**
 * Return the brush over a part of an axis: a range, or the names in it.
 * @param {import("./axes.js").Axis} axis
 * @param {number} a  a share from 0 to 1
 * @param {number} b
 * @returns {Brush}
 */
export function brushOf(axis, a, b) {
  const [low, high] = [numberAt(axis, Math.max(0, Math.min(a, b))), numberAt(axis, Math.min(1, Math.max(a, b)))];
  return axis.names ? axis.names.filter((_, i) => i >= low && i <= high) : [low, high];
}

/**
 * Return the shares of an axis that a brush covers; null if it has none of the names.
 * @param {import("./axes.js").Axis} axis
 * @param {Brush} brush
 * @returns {[number, number] | null}
 */
export function spanOf(axis, brush) {
  const ends = isRange(brush) ? brush : brush.map((/** @type {string} */ name) => (axis.names || []).indexOf(name)).filter((at) => at >= 0);
  if (ends.length === 0 || isRange(brush) === (axis.names !== null)) return null;
  const margin = axis.names ? 0.5 : 0;
  const shares = [Math.min(...ends) - margin, Math.max(...ends) + margin].map((end) => (axis.log && end <= 0 ? 0 : shareOf(axis, end)));
  return /** @type {[number, number]} */ (shares.map((share) => Math.min(1, Math.max(0, share))));
}

/** @returns {brush is [number, number]} */
function isRange(/** @type {Brush} */ brush) {
  return typeof brush[0] === "number";
}

/**
 * Say whether a run is within all brushes; a run without a value is not.
 * @param {Side[]} sides
 * @param {Record<string, Brush>} brushes  by the ids of the axes; one of an axis that is not shown does not count
 * @param {number} row
 */
export function isWithin(sides, brushes, row) {
  return sides.every(({ id, axis }) => {
    const brush = Object.hasOwn(brushes, id) ? brushes[id] : null;
    if (!brush || isRange(brush) === (axis.names !== null)) return true;
    const number = axis.numbers[row];
    if (axis.names) return /** @type {string[]} */ (brush).includes(axis.names[number]);
    const slack = 1e-9 * Math.abs(number); // a brush up to the end of an axis has the run at the end
    return number >= Number(brush[0]) - slack && number <= Number(brush[1]) + slack;
  });
}

/**
 * Return the brushes of a setting; what is no brush is left out.
 * @param {string | undefined} text
 * @returns {Record<string, Brush>}
 */
export function brushesFrom(text) {
  const isBrush = (/** @type {any} */ brush) => Array.isArray(brush) && brush.length > 0
    && (brush.every((item) => typeof item === "string") || (brush.length === 2 && brush.every((item) => typeof item === "number")));
  return Object.fromEntries(Object.entries(parsed(text) ?? {}).filter(([, brush]) => isBrush(brush)));
}

/**
 * Return the names of a setting; null if it is no list.
 * @param {string | undefined} text
 * @returns {string[] | null}
 */
export function namesFrom(text) {
  const names = parsed(text);
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : null;
}

function parsed(/** @type {string | undefined} */ text) {
  try {
    const value = JSON.parse(text || "null");
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

/**
 * Return the row whose line is nearest to a place, or -1 if none is near.
 * @param {{row: number, places: [number, number][]}[]} lines  in pixels, from left to right; NaN where a line has a gap
 * @param {number} x
 * @param {number} y
 * @param {number} reach  pixels
 */
export function nearestLine(lines, x, y, reach) {
  let best = { row: -1, away: reach };
  for (const { row, places } of lines) {
    for (let i = 1; i < places.length; i++) {
      const away = distance(places[i - 1], places[i], x, y);
      if (away <= best.away) best = { row, away };
    }
  }
  return best.row;
}

function distance(/** @type {number[]} */ [x0, y0], /** @type {number[]} */ [x1, y1], /** @type {number} */ x, /** @type {number} */ y) {
  const part = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2);
  const near = Math.min(1, Math.max(0, part));
  return Math.hypot(x0 + near * (x1 - x0) - x, y0 + near * (y1 - y0) - y);
}

/**
 * Return the labels of an axis, each with its share from 0 to 1: names, or round numbers and the two ends.
 * @param {import("./axes.js").Axis} axis
 * @param {number} count  about how many
 * @returns {[number, string][]}
 */
export function labelsOf(axis, count) {
  const { names, range, log } = axis;
  if (!range) return [];
  const every = names ? Math.ceil(names.length / count) : 1;
  const inner = names ? names.map((_, i) => i).filter((i) => i % every === 0) : (log ? logTicks(...range, count) : ticks(...range, count));
  const far = inner.filter((tick) => names !== null || (shareOf(axis, tick) > 0.06 && shareOf(axis, tick) < 0.94));
  const all = names ? far : range[0] === range[1] ? [range[0]] : [range[0], ...far, range[1]];
  const texts = tickTexts(axis, all);
  return all.map((tick, i) => [shareOf(axis, tick), texts[i]]);
}

/**
 * Return where a key leads from a line on an axis: up or down to the next run there, left or right to another axis.
 * @param {Side[]} sides
 * @param {number[]} rows  the runs that can be reached
 * @param {{side: number, row: number}} place  the row is -1 if there is none yet
 * @param {string} key  as of a keyboard event
 * @returns {{side: number, row: number} | null} null if the key does not move
 */
export function stepped(sides, rows, { side, row }, key) {
  const across = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (across) return { side: Math.min(sides.length - 1, Math.max(0, side + across)), row: row < 0 ? rows[0] ?? -1 : row };
  const up = { ArrowUp: 1, ArrowDown: -1, End: Infinity, Home: -Infinity }[key];
  const { numbers } = sides[side].axis;
  const order = rows.filter((other) => !Number.isNaN(numbers[other])).sort((a, b) => numbers[a] - numbers[b] || b - a);
  if (!up || order.length === 0) return null;
  const now = order.indexOf(row);
  return { side, row: order[now < 0 ? (key === "Home" ? 0 : order.length - 1) : Math.min(order.length - 1, Math.max(0, now + up))] };
}

/**
 * Return a text that is cut to a number of characters.
 * @param {string} text
 * @param {number} most
 */
export function short(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/**
 * Return a name that is cut in its middle, because long names of params often differ at the end.
 * @param {string} name
 * @param {number} most  characters
 */
export function narrow(name, most) {
  const tail = Math.floor((most - 1) / 2);
  return name.length > most ? `${name.slice(0, most - 1 - tail)}…${name.slice(name.length - tail)}` : name;
}
