// @ts-check
/** The scatter plot: runs over any two of params, metrics and facts, coloured by a third. */

import { looksOf } from "../charts/panel.js";
import { paintAgain } from "../canvas.js";
import { el, fill } from "../dom.js";
import { changed, settings } from "../plots/address.js";
import { axisOf, choicesOf, isWide, varied } from "../plots/axes.js";
import { checkbox, chooser, createPlot, opensAt } from "../plots/canvas.js";
import { drawPoints } from "../plots/draw_points.js";
import { colorsBy, nearestRow, rowAfter, rowsBelow, rowsOn } from "../plots/points.js";
import { commandList, link, plainTable } from "./parts.js";

const REACH = 14; // pixels between the pointer and the hovered point
const MOST_ROWS = 500; // of the table of the points

/**
 * Put the scatter plot into an element.
 * @param {HTMLElement} root
 * @param {import("../main.js").App} app
 * @returns {() => void} removes it
 */
export function mount(root, app) {
  const { store } = app;
  const controls = el("div", { class: "controls" });
  const note = el("p", { class: "muted" });
  const plot = createPlot("runs as points: arrows go from one to the next, Enter opens it; the table below has the same values", "scatter plot", act);
  const legend = el("p", { class: "legend muted" });
  const table = el("details", { class: "values" }, el("summary", { text: "the values as a table" }), el("div"));
  const ways = el("div");
  const page = el("div", { class: "page", tabindex: "0" }, el("h1", { text: "Scatter" }), controls, plot.element, legend, note, table, ways);
  fill(root, page);
  /** @type {{row: number, x: number, y: number}[]} */
  let points = [];
  let shown = /** @type {ReturnType<typeof sceneOf> | null} */ (null);

  function arrange() {
    const { runs, axes } = store.get();
    shown = runs && sceneOf(runs, settings(axes));
    if (!shown) return fill(note, runs ? "No column differs between the runs." : "loading");
    const { x, y, color, rows } = shown;
    const set = (/** @type {Record<string, string | null>} */ patch) => store.set({ axes: changed(store.get().axes, patch) });
    const choices = choicesOf(runs);
    const ids = JSON.stringify([choices.map(({ id }) => id), axes]);
    if (controls.dataset.shown !== ids) {
      controls.dataset.shown = ids;
      const log = (/** @type {string} */ name, /** @type {typeof x} */ side) => checkbox(`log ${name}`, side.axis.log, (on) => set({ [`${name}log`]: on ? "1" : "0" }), side.axis.names !== null);
      fill(controls, chooser("x", choices, x.id, (id) => set({ x: id, xlog: null })), log("x", x), chooser("y", choices, y.id, (id) => set({ y: id, ylog: null })), log("y", y),
        chooser("colour", choices, color ? color.id : "", (id) => set({ color: id }), "each run its own"));
    }
    fill(legend, ...legendOf(shown));
    const lost = runs.keys.length - rows.length;
    fill(note, `${rows.length} runs${lost > 0 ? `; ${lost} are not shown: no value, or none that is above 0 on a logarithmic axis${runs.complete ? "" : ", or not loaded: filter the runs to see all"}` : ""}`);
    fill(/** @type {Element} */ (table.lastElementChild), tableOf(app, runs, shown));
    fill(ways, commandList(runs.commands, app));
    paint();
  }

  function paint() {
    if (shown) points = drawPoints(plot.canvas, shown, store.get().hover);
  }

  function rowAt(/** @type {PointerEvent | MouseEvent} */ event) {
    return nearestRow(points, event.offsetX, event.offsetY, REACH);
  }

  // Show a run: by its point and its values; -1 hides them.
  function pointAt(/** @type {number} */ row, /** @type {number} */ x, /** @type {number} */ y) {
    const texts = row < 0 || !shown ? null : lines(store.get(), shown, row, rowsBelow(points, row));
    store.set({ hover: row < 0 || !shown ? "" : shown.keys[row] });
    plot.tell(texts, x, y);
    return texts;
  }

  const open = (/** @type {string} */ key) => store.set({ view: "run", target: key, hover: "" });

  function act(/** @type {string} */ key) {
    const { hover } = store.get();
    const next = shown ? rowAfter(points, hover ? shown.keys.indexOf(hover) : -1, key) : -1;
    const point = points.find(({ row }) => row === next);
    if (point) app.announce((pointAt(point.row, point.x, point.y) ?? []).join(", "));
    else if (key === "Enter" && hover) open(hover);
    else if (key === "Escape" && hover) pointAt(-1, 0, 0);
    else return false;
    return true;
  }

  const opens = opensAt(plot.canvas, () => store.get().hover);
  for (const name of ["pointerdown", "pointermove"]) {
    plot.canvas.addEventListener(name, (/** @type {PointerEvent} */ event) => pointAt(rowAt(event), event.offsetX, event.offsetY));
  }
  plot.canvas.addEventListener("pointerleave", (/** @type {PointerEvent} */ event) => event.pointerType !== "touch" && pointAt(-1, 0, 0));
  plot.element.addEventListener("blur", () => pointAt(-1, 0, 0));
  plot.canvas.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const row = rowAt(event);
    if (row >= 0 && shown && opens(shown.keys[row])) open(shown.keys[row]);
  });
  const off = [store.on(["runs", "axes"], arrange), store.on(["hover"], paint), paintAgain(plot.element, (reason) => reason !== "sight" && paint())];
  arrange();
  return () => off.forEach((end) => end());
}

// What the plot shows: the axes, and the rows that have a place on both.
function sceneOf(/** @type {any} */ runs, /** @type {Record<string, string>} */ chosen) {
  const choices = choicesOf(runs);
  const named = (/** @type {string} */ id) => choices.find((choice) => choice.id === id);
  const metrics = choices.filter(({ group }) => group === "metric");
  const y = named(chosen.y) ?? metrics.find(({ column }) => column.goal) ?? metrics[0] ?? choices[choices.length - 1];
  const params = choices.filter(({ group, column }) => group === "param" && column.kind === "number");
  const x = named(chosen.x) ?? varied(runs, params, y)[0] ?? params[0] ?? choices[0];
  if (!x || !y) return null;
  const side = (/** @type {typeof x} */ choice, /** @type {string | undefined} */ log) => {
    const plain = axisOf(runs, choice);
    return { ...choice, axis: (log === undefined ? isWide(plain) : log === "1") ? axisOf(runs, choice, true) : plain };
  };
  const by = "color" in chosen ? named(chosen.color) : y;
  const sides = { x: side(x, chosen.xlog), y: side(y, chosen.ylog), color: by ? side(by, undefined) : null };
  const paint = colorsBy(runs.keys, sides.color && sides.color.axis, by && by.group === "metric" ? by.column.goal : null);
  return { ...sides, paint, keys: runs.keys, rows: rowsOn([sides.x.axis, sides.y.axis]) };
}

function lines(/** @type {any} */ { runs, colors }, /** @type {NonNullable<ReturnType<typeof sceneOf>>} */ { x, y, color, keys }, /** @type {number} */ row, /** @type {number[]} */ below) {
  const more = below.length > 0 ? [`at the same place: ${below.slice(0, 5).map((other) => looksOf(runs, colors)(keys[other]).label).join(", ")}${below.length > 5 ? ", …" : ""}`] : [];
  const sides = color && color.id !== x.id && color.id !== y.id ? [x, y, color] : [x, y];
  return [looksOf(runs, colors)(keys[row]).label, ...sides.map((side) => `${side.label}: ${textAt(side, row)}`), ...more];
}

function textAt(/** @type {{axis: import("../plots/axes.js").Axis}} */ { axis }, /** @type {number} */ row) {
  return Number.isNaN(axis.numbers[row]) ? "-" : axis.text(axis.numbers[row]);
}

function legendOf(/** @type {NonNullable<ReturnType<typeof sceneOf>>} */ { color, paint, rows }) {
  if (!color || !color.axis.range) return [];
  const { names, numbers } = color.axis;
  const swatch = (/** @type {number} */ row, /** @type {string} */ text) => el("span", {}, el("span", { class: "swatch", style: { background: paint(row) } }), text);
  if (names) return [`${color.label}:  `, ...names.slice(0, 12).map((name, i) => swatch(numbers.indexOf(i), name)), names.length > 12 && `and ${names.length - 12} more`];
  const ordered = rows.filter((row) => !Number.isNaN(numbers[row])).sort((a, b) => numbers[a] - numbers[b]);
  const ends = [0, 0.25, 0.5, 0.75, 1].map((part) => ordered[Math.round(part * (ordered.length - 1))]);
  const byText = new Map(ends.filter((row) => row !== undefined).map((row) => [textAt(color, row), row]));
  return [`${color.label}:  `, ...[...byText].map(([text, row]) => swatch(row, text))];
}

function tableOf(/** @type {import("../main.js").App} */ app, /** @type {any} */ runs, /** @type {NonNullable<ReturnType<typeof sceneOf>>} */ { x, y, color, keys, rows }) {
  const looks = looksOf(runs, new Map());
  const sides = color ? [x, y, color] : [x, y];
  const cells = rows.slice(0, MOST_ROWS).map((row) => [link(app, looks(keys[row]).label, { view: "run", target: keys[row] }), ...sides.map((side) => textAt(side, row))]);
  return el("div", {}, plainTable(["run", ...sides.map(({ label }) => label)], cells, [false, ...sides.map(() => true)]), rows.length > MOST_ROWS && el("p", { text: `and ${rows.length - MOST_ROWS} more` }));
}
