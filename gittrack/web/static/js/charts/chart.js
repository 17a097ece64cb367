// @ts-check
/** One chart: lines on a canvas, and on a second canvas above it what follows the pointer or the keyboard. */

import { cleared, isInSight, measured as measuredOf, paintAgain, prepared } from "../canvas.js";
import { el } from "../dom.js";
import { placeText } from "./axis.js";
import { drawNothing, drawOverlay, drawScene } from "./draw.js";
import { lineOf } from "./lines.js";
import { lineWith, reading, readings } from "./nearest.js";
import { followPointer } from "./pointer.js";
import { csv, download, png, svg } from "./save.js";
import { widened } from "./scale.js";
import { looksLike, sceneOf } from "./scene.js";
import { createTooltip, valueText } from "./tooltip.js";
import { described, spoken, walked } from "./walk.js";

const [WIDTH, HEIGHT] = [340, 200]; // pixels, before it is shown
const NEAR_PIXELS = 14; // a line this near to the pointer is the hovered one
const REACH = 8; // a point may be this part of the width away from the crosshair
const ZOOMS = /** @type {Record<string, number>} */ ({ "+": 1 / 2, "=": 1 / 2, "-": 2 });

/**
 * @typedef {object} Actions  what the user does, for all charts
 * @property {(metric: string, x: number | null, hover: string) => void} cross
 * @property {(from: number | null, to: number | null) => void} zoom
 * @property {(from: number, to: number) => void} preview  show a range while a gesture goes on
 * @property {(key: string) => void} [open]
 * @property {(text: string) => void} [announce]
 * @property {(metric: string) => void} [pin]
 * @property {(metric: string) => void} [enlarge]
 */

/**
 * Return a chart.  It paints itself again when its size or the colours of the page change.
 * @param {string} title
 * @param {Partial<Actions>} [shared]  without `cross`, `zoom` and `preview` the chart is on its own
 */
export function createChart(title, shared = {}) {
  const canvas = el("canvas", { "aria-hidden": "true" });
  const overlay = el("canvas", { class: "overlay", "aria-hidden": "true" });
  const tooltip = createTooltip();
  const readout = el("span", { class: "readout" });
  const plot = el("div", { class: "plot", tabindex: "0", role: "application", "aria-roledescription": "chart", "aria-label": title }, canvas, overlay, tooltip.element);
  /** @type {import("./scene.js").Scene | null} */
  let scene = null;
  /** @type {import("./lines.js").Line[]} */
  let lines = [];
  let options = /** @type {import("./scene.js").Options} */ ({ log: false, logX: false, clip: false, x: "step", from: null, to: null });
  let pointed = { cross: /** @type {{x: number, metric: string} | null} */ (null), hover: "", baseline: "" };
  let place = /** @type {import("./walk.js").Place | null} */ (null); // of the keyboard
  let colors = /** @type {import("../canvas.js").Colors} */ ({});
  let selection = /** @type {[number, number] | null} */ (null); // the part that is being chosen, in pixels
  let isStale = false; // whether the canvas waits until it is in sight
  let isClear = true; // whether nothing is on the overlay
  /** @type {Actions} */
  const actions = {
    cross: (metric, x, hover) => point(x === null ? null : { metric, x }, hover, pointed.baseline),
    zoom: (from, to) => paint(null, { from, to }),
    preview: (from, to) => paint(null, { from, to }),
    ...shared,
  };

  const save = (/** @type {"svg" | "png" | "csv"} */ kind) => scene && saved(kind, scene, canvas);
  const button = (/** @type {string} */ text, /** @type {string} */ label, /** @type {() => void} */ click) => el("button", { type: "button", text, title: label, "aria-label": `${label}: ${title}`, on: { click } });
  const tools = el("span", { class: "tools" },
    button("SVG", "save as SVG", () => save("svg")), button("PNG", "save as PNG", () => save("png")), button("CSV", "save the points as CSV", () => save("csv")),
    actions.pin && button("pin", "pin", () => actions.pin?.(title)), actions.enlarge && button("full", "full screen", () => actions.enlarge?.(title)));
  const element = el("section", { class: "chart", "aria-label": title }, el("h3", {}, el("span", { class: "label", text: title, title }), readout, tools), plot);

  const isHeld = followPointer(overlay, () => scene && scene.x, {
    cross: (x, pixelY) => actions.cross(title, x, x === null || !scene ? "" : keyAt(scene, x, pixelY)),
    zoom: ([from, to]) => actions.zoom(from, to),
    preview: ([from, to]) => actions.preview(from, to),
    reset: () => actions.zoom(null, null),
    select: (from, to) => {
      selection = from === null ? null : [from, to];
      point(pointed.cross, pointed.hover, pointed.baseline);
    },
    isZoomed: () => options.from !== null || options.to !== null,
  });
  plot.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !act(event.key, scene)) return;
    event.preventDefault();
    event.stopPropagation(); // the key means nothing else here
  });
  plot.addEventListener("blur", () => place && leave());
  paintAgain(plot, (reason) => {
    if (reason === "paper" || (reason === "sight" && isStale)) draw(measured());
    else if (reason === "colors") paint(null, {}, measured(), false);
    else if (reason === "size" && (scene?.width !== canvas.clientWidth || scene?.height !== canvas.clientHeight)) paint(null, {});
  });

  /** Do what a key means; false if it means nothing here. */
  function act(/** @type {string} */ key, /** @type {import("./scene.js").Scene | null} */ now) {
    const next = now && walked(now, place, key);
    if (next) {
      place = next;
      actions.cross(title, next.x, next.key);
      actions.announce?.(spoken(now, next, pointed.baseline));
    } else if (now && ZOOMS[key]) actions.zoom(...widened(now.x, ZOOMS[key], place?.x));
    else if (key === "0") actions.zoom(null, null);
    else if (key === "Enter" && place) actions.open?.(place.key);
    else if (key === "Escape" && place) leave();
    else return false;
    return true;
  }

  function leave() {
    place = null;
    actions.cross(title, null, "");
  }

  /** Return what the page says about the chart.  Ask all charts before one is drawn: the page is laid out again after that. */
  function measured() {
    return { ...measuredOf(canvas, WIDTH, HEIGHT), isSeen: isInSight(plot) };
  }

  /** Show lines, or those of the last time; a chart out of sight is drawn when it comes into sight. */
  function paint(/** @type {any[] | null} */ curves, /** @type {Partial<import("./scene.js").Options>} */ more, now = measured(), isUsable = true) {
    if (curves) lines = curves.map(lineOf);
    options = { ...options, ...more };
    const [before, isDrawn] = [scene, isUsable && !isStale];
    scene = sceneOf(title, lines, options, now.width, now.height);
    plot.setAttribute("aria-label", described(scene, title));
    if (isDrawn && looksLike(before, scene)) return point(pointed.cross, pointed.hover, pointed.baseline); // only names are other ones
    isStale = !now.isSeen;
    if (!isStale) draw(now);
  }

  function draw(/** @type {import("../canvas.js").Measured} */ now) {
    isStale = false;
    const context = prepared(canvas, now);
    colors = now.colors;
    if (scene) drawScene(context, scene, colors);
    else if (lines.length > 0) drawNothing(context, colors);
    point(pointed.cross, pointed.hover, pointed.baseline);
  }

  /** Show the place of the pointer, which may be on another chart, and the hovered line. */
  function point(/** @type {{x: number, metric: string} | null} */ cross, /** @type {string} */ hover, /** @type {string} */ baseline) {
    pointed = { cross, hover, baseline };
    if (!scene || isStale) return;
    const [hovered, base] = [hover, baseline].map((key) => lineWith(lines, key));
    const reach = (scene.x.high - scene.x.low) / REACH;
    const at = (/** @type {import("./lines.js").Line | undefined} */ line) => (line && cross && reading(line, cross.x, reach)) || undefined;
    const here = cross ? at(hovered) : hovered && reading(hovered, hovered.x[hovered.x.length - 1], 0);
    const text = here ? `${cross ? "" : "last "}${valueText(here, at(base))}` : "";
    if (readout.textContent !== text) readout.textContent = text;
    const around = cross !== null && cross.metric === title ? readings(lines, cross.x, reach) : [];
    const nearest = here ?? around[0]; // the place is that of a point
    tooltip.show(around, { hovered, base: at(base), place: nearest ? placeText(scene.xName, nearest.x) : "", x: cross ? scene.x.at(cross.x) : 0, width: scene.width });
    const isNothing = !cross && !hovered && !selection;
    if (isNothing && isClear) return;
    isClear = isNothing;
    const context = cleared(overlay, scene.width, scene.height);
    drawOverlay(context, scene, cross && cross.x, hovered, colors);
    if (selection) drawSelection(context, scene, selection, colors.accent);
  }

  return { element, paint, measured, point, title, isHeld, scene: () => scene };
}

function keyAt(/** @type {import("./scene.js").Scene} */ scene, /** @type {number} */ x, /** @type {number} */ pixelY) {
  let best = { key: "", away: NEAR_PIXELS };
  for (const line of scene.lines) {
    const here = reading(line, x, Infinity);
    const away = here ? Math.abs(scene.y.at(here.y) - pixelY) : Infinity;
    if (away < best.away) best = { key: line.key, away };
  }
  return best.key;
}

function saved(/** @type {"svg" | "png" | "csv"} */ kind, /** @type {import("./scene.js").Scene} */ scene, /** @type {HTMLCanvasElement} */ canvas) {
  const name = `${scene.title}.${kind}`;
  if (kind === "png") png(scene, canvas, (content) => download(name, content));
  else download(name, new Blob([kind === "csv" ? csv(scene) : svg(scene)], { type: kind === "csv" ? "text/csv" : "image/svg+xml" }));
}

function drawSelection(/** @type {CanvasRenderingContext2D} */ context, /** @type {import("./scene.js").Scene} */ { frame }, /** @type {[number, number]} */ [from, to], /** @type {string} */ color) {
  context.fillStyle = color;
  context.globalAlpha = 0.2;
  context.fillRect(from, frame.top, to - from, frame.bottom - frame.top);
}
