// @ts-check
/** The points of a scatter plot: their colours, and which is nearest to the pointer.  Pure. */

import { colorOf, colorsOf } from "../color.js";
import { heat } from "../replay.js";
import { shareOf } from "./axes.js";

/**
 * Return a function from a row to its colour: by the values of an axis (the best is bright), or of each run its own.
 * @param {(string | null)[]} keys
 * @param {import("./axes.js").Axis | null} axis
 * @param {string | null} goal  `min` if small values are better
 * @returns {(row: number) => string}
 */
export function colorsBy(keys, axis, goal) {
  if (axis === null) return (row) => colorOf(keys[row] ?? "");
  const missing = "#888888";
  if (axis.names) {
    const colors = colorsOf(axis.names);
    return (row) => colors.get(axis.text(axis.numbers[row])) ?? missing;
  }
  return (row) => {
    const share = shareOf(axis, axis.numbers[row]);
    return Number.isNaN(share) ? missing : heat(goal === "min" ? share : 1 - share);
  };
}

/**
 * Return the rows that have a place on all axes.
 * @param {import("./axes.js").Axis[]} axes
 * @returns {number[]}
 */
export function rowsOn(axes) {
  const rows = Array.from(axes[0].numbers, (_, row) => row);
  return rows.filter((row) => axes.every((axis) => !Number.isNaN(axis.numbers[row])));
}

/**
 * Return the row whose point is nearest to a place, or -1 if none is near.
 * @param {{row: number, x: number, y: number}[]} points  in pixels
 * @param {number} x
 * @param {number} y
 * @param {number} reach  pixels
 */
export function nearestRow(points, x, y, reach) {
  let best = { row: -1, away: reach };
  for (const point of points) {
    const away = Math.hypot(point.x - x, point.y - y);
    if (away <= best.away) best = { row: point.row, away };
  }
  return best.row;
}

/**
 * Return the rows whose points are at the place of another one, which they hide or which hides them.
 * @param {{row: number, x: number, y: number}[]} points  in pixels
 * @param {number} row
 * @returns {number[]}
 */
export function rowsBelow(points, row) {
  const point = points.find((other) => other.row === row);
  return point ? points.filter((other) => other !== point && Math.hypot(other.x - point.x, other.y - point.y) < 2).map((other) => other.row) : [];
}

/**
 * Return the row that a key leads to: left and right by x, up and down by y.
 * @param {{row: number, x: number, y: number}[]} points  in pixels
 * @param {number} row  -1: none yet
 * @param {string} key  as of a keyboard event
 * @returns {number} -1 if the key does not move
 */
export function rowAfter(points, row, key) {
  const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, End: Infinity, Home: -Infinity }[key];
  if (!step || points.length === 0) return -1;
  const isUp = key === "ArrowUp" || key === "ArrowDown";
  const order = [...points].sort((a, b) => (isUp ? b.y - a.y || a.x - b.x : a.x - b.x || b.y - a.y) || a.row - b.row);
  const now = order.findIndex((point) => point.row === row);
  return order[now < 0 ? (key === "End" ? order.length - 1 : 0) : Math.min(order.length - 1, Math.max(0, now + step))].row;
}
