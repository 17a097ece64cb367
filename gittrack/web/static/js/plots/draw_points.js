// @ts-check
/** Points over two axes on a canvas. */

import { measured, prepared } from "../canvas.js";
import { createScale } from "../charts/scale.js";
import { escape } from "../format.js";
import { numberAt, tickTexts } from "./axes.js";
import { short } from "./brushes.js";

const FRAME = { left: 70, right: 20, top: 14, bottom: 42 };

/**
 * @typedef {object} Scene
 * @property {{label: string, axis: import("./axes.js").Axis}} x
 * @property {{label: string, axis: import("./axes.js").Axis}} y
 * @property {(row: number) => string} paint  the colour of a row
 * @property {(string | null)[]} keys  of all rows
 * @property {number[]} rows  those that are drawn, which have a place on both axes
 * @property {(row: number) => number} [radius]  pixels
 */

/**
 * Draw points, and return their places in pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {Scene} scene
 * @param {string} hover  the key of the row that is marked
 * @returns {{row: number, x: number, y: number}[]}
 */
export function drawPoints(canvas, { x, y, paint, keys, rows, radius }, hover) {
  const size = measured(canvas);
  const { width, height, colors: { ink, muted, line } } = size;
  const context = prepared(canvas, size);
  const [across, up] = [scaleOf(x.axis, FRAME.left, width - FRAME.right), scaleOf(y.axis, height - FRAME.bottom, FRAME.top)];
  if (!across || !up) return [];
  context.strokeStyle = line;
  context.fillStyle = muted;
  context.textAlign = "center";
  const bottom = height - FRAME.bottom;
  for (const [tick, text] of ticksOf(x.axis, across, width / 90)) {
    context.strokeRect(Math.round(across.at(tick)) + 0.5, FRAME.top, 0, bottom - FRAME.top);
    context.fillText(escape(short(text, 12)), across.at(tick), bottom + 16);
  }
  context.textAlign = "right";
  for (const [tick, text] of ticksOf(y.axis, up, height / 50)) {
    context.strokeRect(FRAME.left, Math.round(up.at(tick)) + 0.5, width - FRAME.right - FRAME.left, 0);
    context.fillText(escape(short(text, 10)), FRAME.left - 6, up.at(tick) + 4);
  }
  context.fillStyle = ink;
  context.fillText(escape(short(x.label, 80)), width - FRAME.right, height - 6);
  context.textAlign = "left";
  context.fillText(escape(short(y.label, 80)), 4, 10);
  const points = rows.map((row) => ({ row, x: across.at(x.axis.numbers[row]), y: up.at(y.axis.numbers[row]) }));
  for (const point of points) {
    const isHovered = hover !== "" && keys[point.row] === hover;
    context.beginPath();
    context.arc(point.x, point.y, (radius?.(point.row) ?? 4.5) + (isHovered ? 2.5 : 0), 0, 7);
    context.fillStyle = paint(point.row);
    context.strokeStyle = isHovered ? ink : muted; // the ends of the scale are as dark or as light as a page
    context.fill();
    context.stroke();
  }
  return points;
}

function scaleOf(/** @type {import("./axes.js").Axis} */ axis, /** @type {number} */ start, /** @type {number} */ end) {
  if (!axis.range) return null;
  const margin = axis.names ? 0 : 0.04; // so that no point is cut off
  return createScale(numberAt(axis, -margin), numberAt(axis, 1 + margin), start, end, axis.log);
}

/** @returns {[number, string][]} */
function ticksOf(/** @type {import("./axes.js").Axis} */ axis, /** @type {import("../charts/scale.js").Scale} */ scale, /** @type {number} */ count) {
  const every = axis.names ? Math.ceil(axis.names.length / Math.max(2, count)) : 1;
  const places = axis.names ? axis.names.map((_, i) => i).filter((i) => i % every === 0) : scale.ticks(Math.max(2, count));
  const texts = tickTexts(axis, places);
  return places.map((tick, i) => [tick, texts[i]]);
}
