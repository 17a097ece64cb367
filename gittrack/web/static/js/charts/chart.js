// @ts-check
/** One chart: curves of runs on a canvas. */

import { el } from "../dom.js";
import { general } from "../format.js";
import { createScale, extent } from "./scale.js";

const LEFT = 52;
const BOTTOM = 22;
const TOP = 8;
const RIGHT = 14; // room for half of the last label

/**
 * @typedef {object} Curve
 * @property {string} key  the run
 * @property {Float64Array} x
 * @property {Float64Array} y
 * @property {string} color
 */

/**
 * Return a chart: its element, and a function that paints curves.
 * @param {string} title
 * @returns {{element: HTMLElement, paint: (curves: Curve[], options: {log: boolean, x: string}) => void}}
 */
export function createChart(title) {
  const canvas = el("canvas", { role: "img", "aria-label": title });
  const element = el("section", { class: "chart", "aria-label": title }, el("h3", { text: title, title }), canvas);
  return { element, paint: (curves, options) => draw(canvas, curves, options) };
}

function draw(/** @type {HTMLCanvasElement} */ canvas, /** @type {Curve[]} */ curves, /** @type {{log: boolean, x: string}} */ options) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth || 340, canvas.clientHeight || 200];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return;
  context.scale(ratio, ratio);
  const rangeX = extent(curves.map((curve) => curve.x));
  const rangeY = extent(curves.map((curve) => curve.y), options.log);
  if (!rangeX || !rangeY) return;
  const x = createScale(...rangeX, LEFT, width - RIGHT);
  const y = createScale(...rangeY, height - BOTTOM, TOP, options.log);
  frame(context, x, y, width, height, canvas);
  for (const curve of curves) line(context, curve, x, y);
}

function frame(/** @type {CanvasRenderingContext2D} */ context, /** @type {any} */ x, /** @type {any} */ y, /** @type {number} */ width, /** @type {number} */ height, /** @type {Element} */ canvas) {
  const style = getComputedStyle(canvas);
  context.font = `11px ${style.fontFamily}`;
  context.fillStyle = style.getPropertyValue("--muted");
  context.strokeStyle = style.getPropertyValue("--line");
  context.lineWidth = 1;
  context.beginPath();
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of y.ticks(4)) {
    const at = Math.round(y.at(tick)) + 0.5;
    context.moveTo(LEFT, at);
    context.lineTo(width - RIGHT, at);
    context.fillText(general(tick), LEFT - 6, at);
  }
  context.stroke();
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const tick of x.ticks(Math.max(2, width / 90))) context.fillText(general(tick), x.at(tick), height - BOTTOM + 6);
}

function line(/** @type {CanvasRenderingContext2D} */ context, /** @type {Curve} */ curve, /** @type {any} */ x, /** @type {any} */ y) {
  context.strokeStyle = curve.color;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.beginPath();
  for (let i = 0; i < curve.x.length; i++) context.lineTo(x.at(curve.x[i]), y.at(curve.y[i]));
  context.stroke();
}
