// @ts-check
/** Draws the scene of a chart onto a canvas, and above it what follows the pointer. */

import { nearest } from "./nearest.js";
import { breaksOf } from "./lines.js";

const WORD_PIXELS = 52; // between two words of marks
const [MANY_LINES, MANY_POINTS] = [40, 5_000]; // of more, lines are thinner, which also takes a tenth of the time

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./lines.js").Line} Line */
/** @typedef {import("../canvas.js").Colors} Colors */

/**
 * Draw a chart.
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {Colors} colors
 */
export function drawScene(context, scene, colors) {
  const { lines, x, y, frame } = scene;
  drawFrame(context, scene, colors);
  context.save();
  context.beginPath();
  context.rect(frame.left - 1, frame.top - 2, frame.right - frame.left + 2, frame.bottom - frame.top + 4);
  context.clip();
  for (const line of lines) if (line.band) drawBand(context, line, scene);
  context.globalAlpha = 0.3;
  for (const { ghost, color } of lines) if (ghost) drawLine(context, { ...ghost, color, marks: [], dash: [], counts: null }, x, y, 1);
  context.globalAlpha = 1;
  const isDense = lines.length > MANY_LINES || lines.reduce((sum, line) => sum + line.x.length, 0) > MANY_POINTS;
  for (const line of lines) drawLine(context, line, x, y, isDense ? 1 : 1.5);
  context.restore();
  drawMarks(context, scene);
}

/**
 * Say that no point is in the visible part.
 * @param {CanvasRenderingContext2D} context
 * @param {Colors} colors
 */
export function drawNothing(context, colors) {
  context.fillStyle = colors.muted;
  context.fillText("no point has a place here; a double click shows all", 8, 20);
}

function drawFrame(/** @type {CanvasRenderingContext2D} */ context, /** @type {Scene} */ { x, y, xLabels, yLabels, frame, width, lost }, /** @type {Colors} */ colors) {
  context.fillStyle = colors.muted;
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  context.beginPath();
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const [tick, text] of yLabels) {
    const at = Math.round(y.at(tick)) + 0.5;
    context.moveTo(frame.left, at);
    context.lineTo(frame.right, at);
    context.fillText(text, frame.left - 6, at);
  }
  context.stroke();
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const [tick, text] of xLabels) context.fillText(text, Math.min(x.at(tick), width - 1 - context.measureText(text).width / 2), frame.bottom + 6);
  if (lost === 0) return;
  context.textAlign = "left";
  context.textBaseline = "bottom";
  context.fillText(`${lost} ${lost === 1 ? "point has" : "points have"} no place on a logarithmic axis`, frame.left + 4, frame.bottom - 2);
}

function drawLine(/** @type {CanvasRenderingContext2D} */ context, /** @type {Pick<Line, "x" | "y" | "color" | "marks" | "dash" | "counts">} */ line, /** @type {any} */ x, /** @type {any} */ y, /** @type {number} */ thickness) {
  const breaks = line.marks.length > 0 && !line.counts ? breaksOf(line) : null; // a mean goes on without the run that fails
  context.strokeStyle = line.color;
  context.fillStyle = line.color;
  context.lineWidth = thickness;
  context.lineJoin = "round";
  context.setLineDash(line.dash);
  context.beginPath();
  const [first, end] = partOf(line.x, x.low, x.high);
  let isOpen = false;
  for (let i = first; i < end; i++) {
    const across = x.at(line.x[i]);
    const up = y.at(line.y[i]);
    if (!(Math.abs(across) < Infinity && Math.abs(up) < Infinity)) isOpen = false;
    else if (isOpen && !breaks?.has(i)) context.lineTo(across, up);
    else {
      if (alone(line, i, breaks)) context.fillRect(across - 2, up - 2, 4, 4);
      context.moveTo(across, up);
      isOpen = true;
    }
  }
  context.stroke();
  context.setLineDash([]);
}

// The points of a line from the last one before a range to the first one after it; x ascends.
function partOf(/** @type {Float64Array} */ x, /** @type {number} */ low, /** @type {number} */ high) {
  let [first, end] = [0, x.length];
  while (first + 1 < end && x[first + 1] < low) first++;
  while (end - 1 > first && x[end - 2] > high) end--;
  return [first, end];
}

// Whether no line leads from a point to the next one, so that only a dot shows it.
function alone(/** @type {{x: Float64Array}} */ line, /** @type {number} */ i, /** @type {Set<number> | null} */ breaks) {
  return i + 1 === line.x.length || Boolean(breaks?.has(i + 1));
}

function drawBand(/** @type {CanvasRenderingContext2D} */ context, /** @type {Line} */ line, /** @type {Scene} */ { x, y, frame }) {
  const { low, high } = /** @type {{low: Float64Array, high: Float64Array}} */ (line.band);
  const up = (/** @type {number} */ value) => {
    const at = y.at(value);
    return Number.isNaN(at) ? frame.bottom : Math.min(frame.bottom + 9, Math.max(frame.top - 9, at)); // 0 is infinitely far down on a logarithmic axis
  };
  const places = Array.from(line.x, (_, i) => i).filter((i) => Math.abs(x.at(line.x[i])) < Infinity);
  context.fillStyle = line.color;
  context.globalAlpha = 0.18;
  context.beginPath();
  for (const i of places) context.lineTo(x.at(line.x[i]), up(high[i]));
  for (const i of places.reverse()) context.lineTo(x.at(line.x[i]), up(low[i]));
  context.fill();
  context.globalAlpha = 1;
}

/**
 * Return the texts of marks, each centred at its place: a cross at the top or, for -Infinity, at the bottom, and the word
 * below or above it where there is room.
 * @param {Scene} scene
 * @returns {{x: number, y: number, text: string, color: string}[]}
 */
export function marksOf({ lines, x, frame }) {
  const marks = lines.flatMap(({ marks: all, color }) => all.filter(([at]) => at >= x.low && at <= x.high).map(([at, word]) => ({ at: x.at(at), word, color })));
  const ends = { top: -Infinity, bottom: -Infinity };
  return marks.sort((a, b) => a.at - b.at).flatMap(({ at, word, color }) => {
    const side = word === "-Infinity" ? "bottom" : "top";
    const y = side === "top" ? frame.top + 8 : frame.bottom - 4;
    const cross = { x: at, y, text: "✕", color };
    if (at - ends[side] < WORD_PIXELS) return [cross];
    ends[side] = at;
    const middle = Math.max(frame.left + WORD_PIXELS / 2, Math.min(frame.right - WORD_PIXELS / 2, at));
    return [cross, { x: middle, y: y + (side === "top" ? 11 : -11), text: word, color }];
  });
}

function drawMarks(/** @type {CanvasRenderingContext2D} */ context, /** @type {Scene} */ scene) {
  context.textBaseline = "alphabetic";
  context.textAlign = "center";
  for (const { x, y, text, color } of marksOf(scene)) {
    context.fillStyle = color;
    context.fillText(text, x, y);
  }
}

/**
 * Draw what follows the pointer: the hovered line, the crosshair, and the point of the hovered line there.
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {number | null} place  of the crosshair on x
 * @param {Line | undefined} hovered
 * @param {Colors} colors
 */
export function drawOverlay(context, scene, place, hovered, colors) {
  const { x, y, frame } = scene;
  context.save();
  context.beginPath();
  context.rect(frame.left - 4, frame.top - 4, frame.right - frame.left + 8, frame.bottom - frame.top + 8);
  context.clip();
  if (hovered) drawLine(context, hovered, x, y, 3);
  if (place !== null && place >= x.low && place <= x.high) {
    context.strokeStyle = colors.muted;
    context.lineWidth = 1;
    context.beginPath();
    const at = Math.round(x.at(place)) + 0.5;
    context.moveTo(at, frame.top);
    context.lineTo(at, frame.bottom);
    context.stroke();
    if (hovered) drawPoint(context, hovered, scene, place, colors);
  }
  context.restore();
}

function drawPoint(/** @type {CanvasRenderingContext2D} */ context, /** @type {Line} */ line, /** @type {Scene} */ { x, y }, /** @type {number} */ place, /** @type {Colors} */ colors) {
  const i = nearest(line.x, place);
  if (i < 0) return;
  context.beginPath();
  context.arc(x.at(line.x[i]), y.at(line.y[i]), 4, 0, 7);
  context.fillStyle = line.color;
  context.strokeStyle = colors.panel;
  context.lineWidth = 1.5;
  context.fill();
  context.stroke();
}
