// @ts-check
/** One chart: curves of runs on a canvas, and on a second canvas above it what follows the pointer. */

import { el } from "../dom.js";
import { general } from "../format.js";
import { nearest, readings } from "./nearest.js";
import { followPointer } from "./pointer.js";
import { rangeOfY } from "./range.js";
import { createScale, extent } from "./scale.js";
import { csv, download, svg } from "./save.js";
import { createTooltip } from "./tooltip.js";

const LEFT = 52;
const BOTTOM = 22;
const TOP = 8;
const RIGHT = 14; // room for half of the last label
const NEAR_PIXELS = 14; // a run this near to the pointer is the hovered one

/**
 * @typedef {object} Curve
 * @property {string} key  the run
 * @property {string} label
 * @property {string} color
 * @property {Float64Array} x
 * @property {Float64Array} y
 * @property {[number, string][]} [marks]  points that are not finite, each with its word
 */

/**
 * @typedef {object} Options
 * @property {boolean} log
 * @property {boolean} clip
 * @property {string} x  the name of the x axis
 * @property {number | null} from
 * @property {number | null} to
 */

/**
 * @typedef {object} Actions
 * @property {(metric: string, x: number | null, hover: string) => void} cross
 * @property {(from: number | null, to: number | null) => void} zoom
 * @property {(metric: string) => void} [pin]
 * @property {(metric: string) => void} [enlarge]
 */

/**
 * Return a chart.
 * @param {string} title
 * @param {Actions} [shared]  what the user does, for all charts; without it the chart zooms alone
 */
export function createChart(title, shared) {
  const canvas = el("canvas", { role: "img", "aria-label": `curves of ${title}` });
  const overlay = el("canvas", { class: "overlay", "aria-hidden": "true" });
  const tooltip = createTooltip();
  const reading = el("span", { class: "readout" });
  const plot = el("div", { class: "plot" }, canvas, overlay, tooltip.element);
  /** @type {import("./save.js").Scene | null} */
  let scene = null;
  /** @type {Curve[]} */
  let lines = [];
  let range = { from: /** @type {number | null} */ (null), to: /** @type {number | null} */ (null) };
  let options = /** @type {Options} */ ({ log: false, clip: false, x: "step", ...range });
  /** @type {Actions} */
  const actions = shared ?? {
    cross: (metric, x, hover) => point(x === null ? null : { metric, x }, hover, ""),
    zoom: (from, to) => {
      range = { from, to };
      paint(lines, { ...options, ...range });
    },
  };
  const save = (/** @type {string} */ kind) => scene && saved(kind, scene, canvas);
  const button = (/** @type {string} */ text, /** @type {string} */ label, /** @type {() => void} */ click) => el("button", { text, title: label, "aria-label": `${label}: ${title}`, on: { click } });
  const tools = el("span", { class: "tools" },
    button("SVG", "save as SVG", () => save("svg")), button("PNG", "save as PNG", () => save("png")), button("CSV", "save the points as CSV", () => save("csv")),
    actions.pin && button("pin", "pin", () => actions.pin?.(title)), actions.enlarge && button("full", "full screen", () => actions.enlarge?.(title)));
  const element = el("section", { class: "chart", "aria-label": title }, el("h3", {}, el("span", { class: "label", text: title, title }), reading, tools), plot);

  followPointer(overlay, () => scene && scene.x, {
    cross: (x, pixelY) => actions.cross(title, x, x === null || !scene ? "" : keyAt(scene, x, pixelY)),
    zoom: actions.zoom,
    move: (distance) => scene && actions.zoom(scene.x.low + distance, scene.x.high + distance),
    reset: () => actions.zoom(null, null),
    select: (from, to) => drawSelection(overlay, from, to),
  });

  function paint(/** @type {Curve[]} */ curves, /** @type {Partial<Options>} */ more) {
    lines = curves.map((curve) => ({ ...curve, label: curve.label ?? curve.key }));
    options = { ...options, ...range, ...more };
    scene = draw(canvas, title, lines, options);
  }

  /** Show the place of the pointer, which may be on another chart. */
  function point(/** @type {{x: number, metric: string} | null} */ cross, /** @type {string} */ hover, /** @type {string} */ baseline) {
    if (!scene) return;
    const points = cross ? readings(scene.curves, cross.x, (scene.x.high - scene.x.low) / 8) : [];
    const withLooks = points.map((entry) => ({ ...entry, ...looks(lines, entry.key) }));
    const hovered = withLooks.find((entry) => entry.key === hover);
    reading.textContent = hovered ? general(hovered.y) : "";
    const isHere = Boolean(cross && cross.metric === title);
    tooltip.show(isHere ? withLooks : [], { hover, baseline, x: cross ? scene.x.at(cross.x) : 0, width: scene.width });
    drawOverlay(overlay, scene, cross, hover);
  }

  return { element, paint, point, title };
}

function looks(/** @type {Curve[]} */ curves, /** @type {string} */ key) {
  const curve = curves.find((line) => line.key === key);
  return { label: curve ? curve.label : key, color: curve ? curve.color : "#888" };
}

function keyAt(/** @type {import("./save.js").Scene} */ scene, /** @type {number} */ x, /** @type {number} */ pixelY) {
  const distances = scene.curves.map((curve) => {
    const at = nearest(curve.x, x);
    return { key: curve.key, away: at < 0 ? Infinity : Math.abs(scene.y.at(curve.y[at]) - pixelY) };
  });
  const closest = distances.reduce((best, entry) => (entry.away < best.away ? entry : best), { key: "", away: NEAR_PIXELS });
  return closest.key;
}

function saved(/** @type {string} */ kind, /** @type {import("./save.js").Scene} */ scene, /** @type {HTMLCanvasElement} */ canvas) {
  const name = `${scene.title}.${kind}`;
  if (kind === "png") canvas.toBlob((content) => content && download(name, content));
  else download(name, new Blob([kind === "csv" ? csv(scene) : svg(scene)], { type: kind === "csv" ? "text/csv" : "image/svg+xml" }));
}

function prepared(/** @type {HTMLCanvasElement} */ canvas) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth || 340, canvas.clientHeight || 200];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context) context.scale(ratio, ratio);
  return { context, width, height };
}

function draw(/** @type {HTMLCanvasElement} */ canvas, /** @type {string} */ title, /** @type {Curve[]} */ curves, /** @type {Options} */ options) {
  const { context, width, height } = prepared(canvas);
  const all = extent(curves.map((curve) => curve.x));
  if (!context || !all) return null;
  /** @type {[number, number]} */
  const rangeX = [options.from ?? all[0], options.to ?? all[1]];
  const rangeY = rangeOfY(curves, rangeX, options);
  if (!rangeY) return null;
  const frame = { left: LEFT, right: width - RIGHT, top: TOP, bottom: height - BOTTOM };
  const x = createScale(...rangeX, frame.left, frame.right);
  const y = createScale(...rangeY, frame.bottom, frame.top, options.log);
  drawFrame(context, x, y, frame, canvas);
  context.save();
  context.beginPath();
  context.rect(frame.left - 1, frame.top - 2, frame.right - frame.left + 2, frame.bottom - frame.top + 4);
  context.clip();
  for (const curve of curves) drawLine(context, curve, x, y, 1.5);
  context.restore();
  drawMarks(context, curves, x, frame);
  return { title, curves, x, y, xName: options.x, width, height, frame };
}

function drawFrame(/** @type {CanvasRenderingContext2D} */ context, /** @type {any} */ x, /** @type {any} */ y, /** @type {any} */ frame, /** @type {Element} */ canvas) {
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
    context.moveTo(frame.left, at);
    context.lineTo(frame.right, at);
    context.fillText(general(tick), frame.left - 6, at);
  }
  context.stroke();
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const tick of x.ticks(Math.max(2, (frame.right - frame.left) / 80))) context.fillText(general(tick, 7), x.at(tick), frame.bottom + 6);
}

function drawLine(/** @type {CanvasRenderingContext2D} */ context, /** @type {Curve | any} */ curve, /** @type {any} */ x, /** @type {any} */ y, /** @type {number} */ thickness) {
  context.strokeStyle = curve.color;
  context.fillStyle = curve.color;
  context.lineWidth = thickness;
  context.lineJoin = "round";
  context.beginPath();
  for (let i = 0; i < curve.x.length; i++) context.lineTo(x.at(curve.x[i]), y.at(curve.y[i]));
  context.stroke();
  if (curve.x.length === 1) context.fillRect(x.at(curve.x[0]) - 2, y.at(curve.y[0]) - 2, 4, 4);
}

function drawMarks(/** @type {CanvasRenderingContext2D} */ context, /** @type {Curve[]} */ curves, /** @type {any} */ x, /** @type {any} */ frame) {
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const curve of curves) {
    context.fillStyle = curve.color;
    for (const [at, word] of curve.marks || []) {
      if (at >= x.low && at <= x.high) context.fillText(`✕ ${word}`, x.at(at), frame.top);
    }
  }
}

function drawOverlay(/** @type {HTMLCanvasElement} */ overlay, /** @type {import("./save.js").Scene} */ scene, /** @type {{x: number} | null} */ cross, /** @type {string} */ hover) {
  const { context } = prepared(overlay);
  if (!context) return;
  const hovered = scene.curves.find((curve) => curve.key === hover);
  if (hovered) drawLine(context, hovered, scene.x, scene.y, 3);
  if (!cross || cross.x < scene.x.low || cross.x > scene.x.high) return;
  context.strokeStyle = getComputedStyle(overlay).getPropertyValue("--muted");
  context.lineWidth = 1;
  context.beginPath();
  const at = Math.round(scene.x.at(cross.x)) + 0.5;
  context.moveTo(at, scene.frame.top);
  context.lineTo(at, scene.frame.bottom);
  context.stroke();
}

function drawSelection(/** @type {HTMLCanvasElement} */ overlay, /** @type {number | null} */ from, /** @type {number} */ to) {
  const { context, height } = prepared(overlay);
  if (!context || from === null) return;
  context.fillStyle = getComputedStyle(overlay).getPropertyValue("--accent");
  context.globalAlpha = 0.2;
  context.fillRect(from, TOP, to - from, height - BOTTOM - TOP);
}
