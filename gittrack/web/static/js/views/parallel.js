// @ts-check
/** Parallel coordinates: a line per run over params and a metric; a drag on an axis keeps the runs in that part. */

import { looksOf } from "../charts/panel.js";
import { paintAgain } from "../canvas.js";
import { el, fill } from "../dom.js";
import { changed, settings } from "../plots/address.js";
import { choicesOf, shareOf } from "../plots/axes.js";
import { brushesFrom, brushOf, isWithin, namesFrom, nearestLine, sidesOf, stepped } from "../plots/brushes.js";
import { checkbox, chooser, createPlot, opensAt } from "../plots/canvas.js";
import { draw, FRAME } from "../plots/parallel_lines.js";
import { colorsBy } from "../plots/points.js";
import { commandList, link, plainTable } from "./parts.js";

const REACH = 8; // pixels between the pointer and the hovered line
const WIDE = 80; // pixels from one axis to the next, at least
const GRIP = 22; // pixels beside an axis where a drag makes a brush
const CLICK = 4; // a drag of fewer pixels removes the brush
const MOST_ROWS = 500; // of the table

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
  const plot = createPlot("a line per run over params and a metric: up and down go to the next run on an axis, left and right to the next axis, with shift they brush, Delete removes the brush, Enter opens the run; the table below has the same values", "parallel coordinates", act);
  plot.canvas.style.touchAction = "pan-x"; // a finger brushes along an axis
  const table = el("details", { class: "values" }, el("summary", { text: "the values as a table" }), el("div"));
  const help = el("p", { class: "muted", text: "Drag along an axis, or press shift with the arrows up and down, to keep the runs in that part; a click on the axis or Delete removes it. A click on a line opens its run. Bright lines are the best runs; if the metric has no direction, those with the largest values." });
  const ways = el("div");
  fill(root, el("div", { class: "page", tabindex: "0" }, el("h1", { text: "Parallel coordinates" }), controls, plot.element, note, help, table, ways));
  let scene = /** @type {ReturnType<typeof sceneOf> | null} */ (null);
  let drawn = /** @type {ReturnType<typeof draw>} */ ({ lines: [], at: () => 0, height: 1 });
  let drag = /** @type {{side: number, from: number, to: number} | null} */ (null);
  let isBrushing = false; // until the click that ends a drag, wherever it ends
  let place = { side: 0, row: -1 }; // of the keyboard
  let anchor = NaN; // the share of the axis where its brush began
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
    plot.canvas.style.minWidth = `${(scene?.sides.length ?? 0) * WIDE}px`; // in a narrow window the plot scrolls
    if (scene) drawn = draw(plot.canvas, scene, store.get().hover, drag);
  }

  const opens = opensAt(plot.canvas, () => store.get().hover);

  function shareAt(/** @type {number} */ y) {
    return (drawn.height - FRAME.bottom - y) / (drawn.height - FRAME.bottom - FRAME.top);
  }

  function sideAt(/** @type {number} */ x) {
    return scene ? scene.sides.findIndex((_, i) => Math.abs(drawn.at(i) - x) <= GRIP) : -1;
  }

  // Keep the runs in a part of an axis, or all of them.
  function brushAxis(/** @type {number} */ side, /** @type {[number, number] | null} */ shares) {
    if (!scene) return;
    const { id, axis } = scene.sides[side];
    const { [id]: _, ...others } = scene.brushes;
    const brush = shares === null || !axis.range ? [] : brushOf(axis, ...shares);
    set({ brushes: JSON.stringify(brush.length > 0 ? { ...others, [id]: brush } : others) });
  }

  // Show a run: by its line and its values; -1 hides them.
  function pointAt(/** @type {number} */ row, /** @type {number} */ x, /** @type {number} */ y) {
    const shown = row >= 0 ? scene : null;
    store.set({ hover: shown ? shown.keys[row] : "" });
    plot.tell(shown && [looksOf(shown.runs, new Map())(shown.keys[row]).label, ...shown.sides.map((side) => `${side.label}: ${textAt(side, row)}`)], x, y);
  }

  function act(/** @type {string} */ key, /** @type {boolean} */ isExtending) {
    if (!scene || scene.sides.length === 0) return false;
    const { sides, rows, within, keys } = scene;
    const isBrush = isExtending && (key === "ArrowUp" || key === "ArrowDown");
    const next = stepped(sides, isBrush ? rows : within, { ...place, side: Math.min(place.side, sides.length - 1) }, key);
    if (next && next.row >= 0) {
      if (!isBrush) anchor = NaN;
      else if (Number.isNaN(anchor)) anchor = shareOf(sides[next.side].axis, sides[next.side].axis.numbers[place.row < 0 ? next.row : place.row]);
      place = next;
      const { axis, label } = sides[place.side];
      const share = shareOf(axis, axis.numbers[place.row]);
      if (isBrush) brushAxis(place.side, [anchor, share]);
      pointAt(place.row, drawn.at(place.side), drawn.height - FRAME.bottom - (share || 0) * (drawn.height - FRAME.bottom - FRAME.top));
      app.announce(`${label} ${textAt(sides[place.side], place.row)}, ${looksOf(scene.runs, new Map())(keys[place.row]).label}`);
    } else if (key === "Delete" || key === "Backspace") brushAxis(place.side, null);
    else if (key === "Enter" && place.row >= 0) store.set({ view: "run", target: keys[place.row], hover: "" });
    else if (key === "Escape" && place.row >= 0) leave();
    else return false;
    return true;
  }

  function leave() {
    [place, anchor] = [{ side: place.side, row: -1 }, NaN];
    pointAt(-1, 0, 0);
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
    pointAt(scene ? nearestLine(drawn.lines, event.offsetX, event.offsetY, REACH) : -1, event.offsetX, event.offsetY);
    if (sideAt(event.offsetX) >= 0) plot.canvas.style.cursor = "ns-resize";
  });
  plot.canvas.addEventListener("pointerup", () => {
    if (!drag || !scene) return;
    const { side, from, to } = drag;
    drag = null;
    brushAxis(side, Math.abs(to - from) < CLICK ? null : [shareAt(from), shareAt(to)]);
    paint();
  });
  plot.canvas.addEventListener("pointercancel", () => {
    drag = null;
    paint();
  });
  plot.canvas.addEventListener("pointerleave", (/** @type {PointerEvent} */ event) => event.pointerType !== "touch" && pointAt(-1, 0, 0));
  plot.element.addEventListener("blur", leave);
  plot.canvas.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const row = !isBrushing ? nearestLine(drawn.lines, event.offsetX, event.offsetY, REACH) : -1;
    if (row >= 0 && scene && opens(scene.keys[row])) store.set({ view: "run", target: scene.keys[row], hover: "" });
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
