// @ts-check
/** Parallel coordinates: a line per run over params and a metric; a drag on an axis keeps the runs in that part. */

import { looksOf } from "../charts/panel.js";
import { paintAgain, prepared } from "../canvas.js";
import { el, fill } from "../dom.js";
import { escape } from "../format.js";
import { changed, settings } from "../plots/address.js";
import { choicesOf, shareOf } from "../plots/axes.js";
import { brushesFrom, brushOf, isWithin, labelsOf, namesFrom, narrow, nearestLine, short, sidesOf, spanOf } from "../plots/brushes.js";
import { checkbox, chooser, createPlot } from "../plots/canvas.js";
import { colorsBy } from "../plots/points.js";
import { commandList, link, plainTable } from "./parts.js";

const REACH = 8; // pixels between the pointer and the hovered line
const GRIP = 22; // pixels beside an axis where a drag makes a brush
const CLICK = 4; // a drag of fewer pixels removes the brush
const MOST_ROWS = 500; // of the table
const FRAME = { left: 60, right: 60, top: 34, bottom: 14 };

/**
 * Put the parallel coordinates into an element.
 * @param {HTMLElement} root
 * @param {import("../main.js").App} app
 * @returns {() => void} removes it
 */
export function mount(root, app) {
  const { store } = app;
  const controls = el("div", { class: "controls" });
  const note = el("p", { class: "muted", role: "status" });
  const plot = createPlot("a line per run over params and a metric; the table below has the same values");
  const table = el("details", { class: "values" }, el("summary", { text: "the values as a table" }), el("div"));
  const help = el("p", { class: "muted", text: "Drag along an axis to keep the runs in that part; a click on the axis removes it. A click on a line opens its run. Bright lines are the best runs; if the metric has no direction, those with the largest values." });
  const ways = el("div");
  fill(root, el("div", { class: "page", tabindex: "0" }, el("h1", { text: "Parallel coordinates" }), controls, plot.element, note, help, table, ways));
  let scene = /** @type {ReturnType<typeof sceneOf> | null} */ (null);
  let drawn = /** @type {ReturnType<typeof draw>} */ ({ lines: [], at: () => 0, height: 1 });
  let drag = /** @type {{side: number, from: number, to: number} | null} */ (null);
  let isBrushing = false; // until the click that ends a drag, wherever it ends
  const set = (/** @type {Record<string, string | null>} */ patch) => store.set({ axes: changed(store.get().axes, patch) });

  function arrange() {
    const { runs, axes } = store.get();
    scene = runs && sceneOf(runs, settings(axes));
    if (!scene) return fill(note, "loading");
    refreshControls(controls, scene, set, axes);
    const { within, keys, sides } = scene;
    const count = `${within.length} of ${keys.length} runs are within the brushes`;
    fill(note, sides.length < 2 ? "Nothing to compare: no param differs between the runs." : scene.runs.complete ? count : `${count}; not all are loaded: filter the runs to see all`);
    fill(/** @type {Element} */ (table.lastElementChild), tableOf(app, scene));
    fill(ways, commandList(scene.runs.commands, app));
    paint();
  }

  function paint() {
    if (scene) drawn = draw(plot.canvas, scene, store.get().hover, drag);
  }

  function shareAt(/** @type {number} */ y) {
    return (drawn.height - FRAME.bottom - y) / (drawn.height - FRAME.bottom - FRAME.top);
  }

  function sideAt(/** @type {number} */ x) {
    return scene ? scene.sides.findIndex((_, i) => Math.abs(drawn.at(i) - x) <= GRIP) : -1;
  }

  plot.canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    const side = event.button === 0 ? sideAt(event.offsetX) : -1;
    isBrushing = side >= 0;
    if (side < 0) return;
    plot.canvas.setPointerCapture(event.pointerId);
    drag = { side, from: event.offsetY, to: event.offsetY };
    plot.tell(null, 0, 0);
  });
  plot.canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (drag) {
      drag.to = event.offsetY;
      return paint();
    }
    const row = scene ? nearestLine(drawn.lines, event.offsetX, event.offsetY, REACH) : -1;
    store.set({ hover: row < 0 || !scene ? "" : scene.keys[row] });
    plot.tell(row < 0 || !scene ? null : [looksOf(scene.runs, new Map())(scene.keys[row]).label, ...scene.sides.map((side) => `${side.label}: ${textAt(side, row)}`)], event.offsetX, event.offsetY);
    if (sideAt(event.offsetX) >= 0) plot.canvas.style.cursor = "ns-resize";
  });
  plot.canvas.addEventListener("pointerup", () => {
    if (!drag || !scene) return;
    const { id, axis } = scene.sides[drag.side];
    const { [id]: _, ...others } = scene.brushes;
    const isClick = Math.abs(drag.to - drag.from) < CLICK;
    const brush = isClick || !axis.range ? [] : brushOf(axis, shareAt(drag.from), shareAt(drag.to));
    drag = null;
    set({ brushes: JSON.stringify(brush.length > 0 ? { ...others, [id]: brush } : others) });
    paint();
  });
  plot.canvas.addEventListener("pointercancel", () => {
    drag = null;
    paint();
  });
  plot.canvas.addEventListener("pointerleave", () => {
    store.set({ hover: "" });
    plot.tell(null, 0, 0);
  });
  plot.canvas.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const row = !isBrushing ? nearestLine(drawn.lines, event.offsetX, event.offsetY, REACH) : -1;
    if (row >= 0 && scene) store.set({ view: "run", target: scene.keys[row], hover: "" });
  });
  const off = [store.on(["runs", "axes"], arrange), store.on(["hover"], paint), paintAgain(plot.element, (reason) => reason !== "sight" && paint())];
  arrange();
  return () => off.forEach((end) => end());
}

function sceneOf(/** @type {any} */ runs, /** @type {Record<string, string>} */ chosen) {
  const choices = choicesOf(runs);
  const metrics = choices.filter(({ group }) => group === "metric");
  const metric = metrics.find(({ id }) => id === chosen.metric) ?? metrics.find(({ column }) => column.goal) ?? metrics[0];
  const sides = sidesOf(runs, choices, namesFrom(chosen.params), metric);
  const brushes = brushesFrom(chosen.brushes);
  const rows = runs.keys.map((/** @type {string | null} */ _, /** @type {number} */ row) => row).filter((/** @type {number} */ row) => runs.keys[row] !== null);
  const within = rows.filter((/** @type {number} */ row) => isWithin(sides, brushes, row));
  const paint = colorsBy(runs.keys, metric ? sides[sides.length - 1].axis : null, metric ? metric.column.goal : null);
  return { runs, keys: runs.keys, choices, metric, sides, brushes, rows, within, paint };
}

function refreshControls(/** @type {HTMLElement} */ controls, /** @type {ReturnType<typeof sceneOf>} */ { choices, metric, sides, brushes }, /** @type {(patch: Record<string, string | null>) => void} */ set, /** @type {string} */ axes) {
  const shown = JSON.stringify([choices.map(({ id }) => id), axes]);
  if (controls.dataset.shown === shown) return;
  controls.dataset.shown = shown;
  const ids = sides.map(({ id }) => id).filter((id) => id !== metric?.id);
  const boxes = choices.filter(({ group }) => group === "param").map(({ id, label }) =>
    checkbox(label, ids.includes(id), (on) => set({ params: JSON.stringify(on ? [...ids, id] : ids.filter((other) => other !== id)) })));
  const clear = el("button", { type: "button", disabled: Object.keys(brushes).length === 0, on: { click: () => set({ brushes: null }) } }, "remove all brushes");
  fill(controls, chooser("metric", choices.filter(({ group }) => group === "metric"), metric ? metric.id : "", (id) => set({ metric: id })), ...boxes, clear);
}

function textAt(/** @type {import("../plots/brushes.js").Side} */ { axis }, /** @type {number} */ row) {
  return Number.isNaN(axis.numbers[row]) ? "-" : axis.text(axis.numbers[row]);
}

function tableOf(/** @type {import("../main.js").App} */ app, /** @type {ReturnType<typeof sceneOf>} */ { runs, keys, sides, within }) {
  const looks = looksOf(runs, new Map());
  const cells = within.slice(0, MOST_ROWS).map((/** @type {number} */ row) => [link(app, looks(keys[row]).label, { view: "run", target: keys[row] }), ...sides.map((side) => textAt(side, row))]);
  return el("div", {}, plainTable(["run", ...sides.map(({ label }) => label)], cells, [false, ...sides.map(() => true)]), within.length > MOST_ROWS && el("p", { text: `and ${within.length - MOST_ROWS} more` }));
}

function draw(/** @type {HTMLCanvasElement} */ canvas, /** @type {ReturnType<typeof sceneOf>} */ { keys, sides, brushes, rows, within, paint }, /** @type {string} */ hover, /** @type {{side: number, from: number, to: number} | null} */ drag) {
  const { context, width, height, colors: { ink, muted, line, panel, accent } } = prepared(canvas);
  const at = (/** @type {number} */ i) => FRAME.left + (i / Math.max(1, sides.length - 1)) * (width - FRAME.left - FRAME.right);
  const up = (/** @type {number} */ share) => height - FRAME.bottom - share * (height - FRAME.bottom - FRAME.top);
  const placesOf = (/** @type {number} */ row) => sides.map(({ axis }, i) => /** @type {[number, number]} */ ([at(i), up(shareOf(axis, axis.numbers[row]))]));
  const isIn = new Set(within);
  const lines = within.map((/** @type {number} */ row) => ({ row, places: placesOf(row) }));
  context.globalAlpha = 0.5;
  context.strokeStyle = line;
  for (const row of rows) if (!isIn.has(row)) drawLine(context, placesOf(row));
  context.globalAlpha = within.length > 100 ? 0.5 : 0.85;
  context.lineWidth = 1.5;
  for (const { row, places } of lines) {
    context.strokeStyle = paint(row);
    drawLine(context, places);
  }
  context.globalAlpha = 1;
  const hovered = lines.find((/** @type {{row: number}} */ { row }) => keys[row] === hover && hover !== "");
  if (hovered) {
    context.strokeStyle = ink;
    context.lineWidth = 3;
    drawLine(context, hovered.places);
  }
  sides.forEach((side, i) => drawAxis(context, side, at(i), up, { ink, muted, panel, count: height / 60, wide: Math.max(10, Math.floor((at(1) - at(0)) / 7)) }));
  context.fillStyle = accent;
  context.globalAlpha = 0.3;
  sides.forEach(({ id, axis }, i) => {
    const span = drag && drag.side === i ? null : Object.hasOwn(brushes, id) ? spanOf(axis, brushes[id]) : null;
    if (span) context.fillRect(at(i) - 8, up(span[1]), 16, Math.max(2, up(span[0]) - up(span[1])));
  });
  if (drag) context.fillRect(at(drag.side) - 8, Math.min(drag.from, drag.to), 16, Math.abs(drag.to - drag.from));
  return { lines, at, height };
}

function drawLine(/** @type {CanvasRenderingContext2D} */ context, /** @type {[number, number][]} */ places) {
  context.beginPath();
  let isOpen = false;
  for (const [x, y] of places) {
    if (Number.isNaN(y)) isOpen = false;
    else if (isOpen) context.lineTo(x, y);
    else {
      context.moveTo(x, y);
      isOpen = true;
    }
  }
  context.stroke();
}

function drawAxis(/** @type {CanvasRenderingContext2D} */ context, /** @type {import("../plots/brushes.js").Side} */ { label, axis }, /** @type {number} */ x, /** @type {(share: number) => number} */ up, /** @type {{ink: string, muted: string, panel: string, count: number, wide: number}} */ { ink, muted, panel, count, wide }) {
  context.strokeStyle = muted;
  context.lineWidth = 1;
  context.strokeRect(Math.round(x) + 0.5, up(1), 0, up(0) - up(1));
  context.fillStyle = ink;
  context.textAlign = "center";
  context.fillText(escape(narrow(label, wide - (axis.log ? 6 : 0)) + (axis.log ? " (log)" : "")), x, 14);
  context.fillStyle = muted;
  context.textAlign = "right";
  context.strokeStyle = panel; // a rim, so that lines do not cross the text
  context.lineWidth = 3;
  for (const [share, text] of labelsOf(axis, count)) {
    context.strokeText(escape(short(text, 10)), x - 6, up(share) + 4);
    context.fillText(escape(short(text, 10)), x - 6, up(share) + 4);
  }
}
