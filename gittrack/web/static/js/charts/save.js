// @ts-check
/** A chart as a file: the points as CSV, the picture as SVG or PNG. */

import { el } from "../dom.js";
import { general } from "../format.js";

/**
 * @typedef {object} Scene  what a chart shows
 * @property {string} title
 * @property {{key: string, label: string, color: string, x: Float64Array, y: Float64Array}[]} curves
 * @property {import("./scale.js").Scale} x
 * @property {import("./scale.js").Scale} y
 * @property {string} xName
 * @property {number} width
 * @property {number} height
 * @property {{left: number, right: number, top: number, bottom: number}} frame
 */

/**
 * Return the visible points as CSV: run, name, x, value.
 * @param {Scene} scene
 */
export function csv({ title, curves, x, xName }) {
  const lines = [["run", "name", xName, title].map(cell).join(",")];
  for (const curve of curves) {
    for (let i = 0; i < curve.x.length; i++) {
      if (curve.x[i] >= x.low && curve.x[i] <= x.high) lines.push([curve.key, curve.label, curve.x[i], curve.y[i]].map(cell).join(","));
    }
  }
  return `${lines.join("\n")}\n`;
}

function cell(/** @type {string | number} */ value) {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Return the picture as SVG, with a legend.
 * @param {Scene} scene
 */
export function svg({ title, curves, x, y, xName, width, height, frame }) {
  const legend = curves.length * 16 + 8;
  const parts = [`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + 24 + legend}" font-family="sans-serif" font-size="11">`];
  parts.push('<rect width="100%" height="100%" fill="#fff"/>', `<text x="8" y="16" font-weight="bold">${xml(title)}</text>`, '<g transform="translate(0 20)">');
  for (const tick of y.ticks(4)) {
    parts.push(`<path d="M${frame.left} ${round(y.at(tick))}H${frame.right}" stroke="#d1d9e0"/>`);
    parts.push(`<text x="${frame.left - 6}" y="${round(y.at(tick) + 4)}" text-anchor="end" fill="#59636e">${general(tick)}</text>`);
  }
  for (const tick of x.ticks(Math.max(2, width / 90))) parts.push(`<text x="${round(x.at(tick))}" y="${frame.bottom + 14}" text-anchor="middle" fill="#59636e">${general(tick)}</text>`);
  parts.push(`<text x="${frame.right}" y="${frame.bottom + 26}" text-anchor="end" fill="#59636e">${xml(xName)}</text>`);
  parts.push(`<clipPath id="f"><rect x="${frame.left}" y="${frame.top}" width="${frame.right - frame.left}" height="${frame.bottom - frame.top}"/></clipPath>`);
  for (const curve of curves) parts.push(`<path clip-path="url(#f)" d="${path(curve, x, y)}" fill="none" stroke="${curve.color}" stroke-width="1.5"/>`);
  curves.forEach((curve, i) => parts.push(`<rect x="${frame.left}" y="${height + 12 + i * 16}" width="12" height="4" fill="${curve.color}"/><text x="${frame.left + 18}" y="${height + 18 + i * 16}">${xml(curve.label)}</text>`));
  return `${parts.join("\n")}\n</g></svg>\n`;
}

function path(/** @type {{x: Float64Array, y: Float64Array}} */ curve, /** @type {any} */ x, /** @type {any} */ y) {
  let text = "";
  for (let i = 0; i < curve.x.length; i++) {
    const at = y.at(curve.y[i]);
    if (Number.isFinite(at)) text += `${text ? "L" : "M"}${round(x.at(curve.x[i]))} ${round(at)}`;
  }
  return text;
}

function round(/** @type {number} */ value) {
  return Math.round(value * 10) / 10;
}

function xml(/** @type {string} */ text) {
  const entities = /** @type {Record<string, string>} */ ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" });
  return text.replace(/[&<>"]/g, (char) => entities[char]).replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "");
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
