// @ts-check
/** A chart as a file: the points as CSV, the picture as SVG or PNG. */

import { csvLine } from "../csv.js";
import { colorsOn, measured, prepared } from "../canvas.js";
import { el } from "../dom.js";
import { escape } from "../format.js";
import { marksOf } from "./draw.js";
import { breaksOf } from "./lines.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./lines.js").Line} Line */

/**
 * Return the visible points as CSV: run, name, x and value; smoothed ones beside them, or of groups the mean, its band and
 * the number of runs.
 * @param {Scene} scene
 */
export function csv({ title, lines, x, xName }) {
  const isSeen = (/** @type {number} */ at) => at >= x.low && at <= x.high;
  if (lines.some((line) => line.counts)) {
    const rows = lines.flatMap((line) => places(line, isSeen).map((i) => [line.label, line.x[i], line.y[i], line.band?.low[i], line.band?.high[i], line.counts?.[i]]));
    return [["group", xName, title, "low", "high", "runs"], ...rows].map(csvLine).join("");
  }
  if (!lines.some((line) => line.ghost)) return [["run", "name", xName, title], ...lines.flatMap((line) => pointsOf(line, line, isSeen))].map(csvLine).join("");
  const rows = lines.flatMap((line) => [...pointsOf(line, line.ghost ?? line, isSeen, "as logged"), ...places(line, isSeen).map((i) => [line.key, line.label, line.x[i], line.y[i], "smoothed"])]);
  return [["run", "name", xName, title, "line"], ...rows].map(csvLine).join("");
}

// The points of a line and its marks, in the order of x.
function pointsOf(/** @type {Line} */ line, /** @type {{x: Float64Array, y: Float64Array}} */ points, /** @type {(at: number) => boolean} */ isSeen, /** @type {string[]} */ ...more) {
  const rows = places(points, isSeen).map((i) => [line.key, line.label, points.x[i], points.y[i], ...more]);
  const marks = line.marks.filter(([at]) => isSeen(at)).map(([at, word]) => [line.key, line.label, at, word, ...more]);
  return [...rows, ...marks].sort((a, b) => Number(a[2]) - Number(b[2]));
}

function places(/** @type {{x: Float64Array}} */ { x }, /** @type {(at: number) => boolean} */ isSeen) {
  return Array.from(x, (_, i) => i).filter((i) => isSeen(x[i]));
}

/**
 * Return the picture as SVG, with a legend.
 * @param {Scene} scene
 */
export function svg(scene) {
  const { title, lines, x, y, xLabels, yLabels, xName, width, height, frame } = scene;
  const parts = [`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + 32 + lines.length * 16}" font-family="sans-serif" font-size="11">`];
  parts.push('<rect width="100%" height="100%" fill="#fff"/>', `<text x="8" y="16" font-weight="bold">${xml(title)}</text>`, '<g transform="translate(0 20)">');
  for (const [tick, text] of yLabels) {
    parts.push(`<path d="M${frame.left} ${round(y.at(tick))}H${frame.right}" stroke="#d1d9e0"/>`);
    parts.push(`<text x="${frame.left - 6}" y="${round(y.at(tick) + 4)}" text-anchor="end" fill="#59636e">${xml(text)}</text>`);
  }
  for (const [tick, text] of xLabels) parts.push(`<text x="${round(x.at(tick))}" y="${frame.bottom + 14}" text-anchor="middle" fill="#59636e">${xml(text)}</text>`);
  parts.push(`<text x="${frame.right}" y="${frame.bottom + 26}" text-anchor="end" fill="#59636e">${xml(xName)}</text>`);
  parts.push(`<clipPath id="f"><rect x="${frame.left}" y="${frame.top}" width="${frame.right - frame.left}" height="${frame.bottom - frame.top}"/></clipPath>`, '<g clip-path="url(#f)" fill="none">');
  for (const line of lines) if (line.band) parts.push(`<path d="${outline(line, scene)}" fill="${line.color}" fill-opacity="0.18"/>`);
  for (const { ghost, color } of lines) if (ghost) parts.push(`<path d="${path({ ...ghost, marks: [] }, x, y)}" stroke="${color}" stroke-opacity="0.3"/>`);
  for (const line of lines) parts.push(`<path d="${path(line.counts ? { ...line, marks: [] } : line, x, y)}" stroke="${line.color}" stroke-width="1.5"${line.dash.length > 0 ? ` stroke-dasharray="${line.dash.join(" ")}"` : ""}/>`);
  parts.push("</g>", ...marksOf(scene).map((mark) => `<text x="${round(mark.x)}" y="${round(mark.y)}" text-anchor="middle" fill="${mark.color}">${xml(mark.text)}</text>`));
  lines.forEach((line, i) => parts.push(`<rect x="${frame.left}" y="${height + 12 + i * 16}" width="12" height="4" fill="${line.color}"/><text x="${frame.left + 18}" y="${height + 18 + i * 16}">${xml(line.label)}</text>`));
  return `${parts.join("\n")}\n</g></svg>\n`;
}

function path(/** @type {{x: Float64Array, y: Float64Array, marks: [number, string][]}} */ line, /** @type {any} */ x, /** @type {any} */ y) {
  const breaks = breaksOf(line);
  let text = "";
  let isOpen = false;
  for (let i = 0; i < line.x.length; i++) {
    const [across, up] = [x.at(line.x[i]), y.at(line.y[i])];
    const isPoint = Math.abs(across) < Infinity && Math.abs(up) < Infinity;
    if (isPoint) text += `${isOpen && !breaks.has(i) ? "L" : "M"}${round(across)} ${round(up)}`;
    isOpen = isPoint;
  }
  return text;
}

function outline(/** @type {Line} */ { x: places, band }, /** @type {Scene} */ { x, y, frame }) {
  const { low, high } = /** @type {{low: Float64Array, high: Float64Array}} */ (band);
  const up = (/** @type {number} */ value) => round(Number.isNaN(y.at(value)) ? frame.bottom : Math.min(frame.bottom + 9, Math.max(frame.top - 9, y.at(value))));
  const corners = [...Array.from(places, (at, i) => [x.at(at), up(high[i])]), ...Array.from(places, (at, i) => [x.at(at), up(low[i])]).reverse()];
  return `M${corners.filter(([at]) => Math.abs(at) < Infinity).map(([at, value]) => `${round(at)} ${value}`).join("L")}Z`;
}

function round(/** @type {number} */ value) {
  return Math.round(value * 10) / 10;
}

function xml(/** @type {string} */ text) {
  const entities = /** @type {Record<string, string>} */ ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" });
  return text.replace(/[&<>"]/g, (char) => entities[char]).replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "");
}

/**
 * Make the picture as PNG, with a title and a legend, in the colours of the page.
 * @param {Scene} scene
 * @param {HTMLCanvasElement} canvas  the chart
 * @param {(content: Blob) => void} take
 */
export function png({ title, lines, width, height, frame }, canvas, take) {
  const picture = el("canvas");
  const context = prepared(picture, measured(picture, width, height + 36 + lines.length * 16));
  const { ink, panel } = colorsOn(canvas);
  context.fillStyle = panel;
  context.fillRect(0, 0, picture.width, picture.height);
  context.drawImage(canvas, 0, 24, width, height);
  context.fillStyle = ink;
  context.fillText(escape(title), 8, 16);
  lines.forEach((line, i) => {
    const top = height + 36 + i * 16;
    context.fillStyle = line.color;
    context.fillRect(frame.left, top - 6, 12, 4);
    context.fillStyle = ink;
    context.fillText(escape(line.label), frame.left + 18, top);
  });
  picture.toBlob((/** @type {Blob | null} */ content) => content && take(content));
}

/**
 * Let the browser save a file.
 * @param {string} name
 * @param {Blob} content
 */
export function download(name, content) {
  const address = URL.createObjectURL(content);
  const link = el("a", { href: address, download: name.replace(/[^\w.-]+/g, "_") });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
