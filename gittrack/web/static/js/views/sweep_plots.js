// @ts-check
/** The pictures of a sweep: each param against the score, and the plane of two params; they show the first trials. */

import { paintAgain } from "../canvas.js";
import { el, fill } from "../dom.js";
import { show } from "../format.js";
import { changed, settings } from "../plots/address.js";
import { createPlot } from "../plots/canvas.js";
import { drawPoints } from "../plots/draw_points.js";
import { nearestRow, rowAfter, rowsOn } from "../plots/points.js";
import { sideOf } from "../plots/trials.js";
import { heat } from "../replay.js";

const REACH = 12; // pixels between the pointer and the hovered trial

/** @typedef {import("../main.js").App} App */
/** @typedef {{element: HTMLElement, paint: (count: number) => void}} Picture */

/**
 * Return a picture of trials over two of a sweep's params, or over one and the score.
 * @param {App} app
 * @param {any} sweep
 * @param {any[]} trials  those that ended, in order
 * @param {string} x  a param
 * @param {string} y  a param; empty: the score
 * @param {string} size  small or large
 * @param {(end: () => void) => void} onEnd
 * @returns {Picture}
 */
export function createPicture(app, sweep, trials, x, y, size, onEnd) {
  const plot = createPlot(`trials by ${x} and ${y || "score"}: arrows go from one to the next, Enter opens its run; the leaderboard has the same values`, "scatter plot", act);
  plot.element.className = `plot ${size}`;
  const sides = { x: sideOf(sweep, trials, x), y: sideOf(sweep, trials, y) };
  const keys = trials.map((trial) => trial.key);
  const rows = rowsOn([sides.x.axis, sides.y.axis]);
  const budgets = trials.map((trial) => trial.budget ?? 0);
  const most = Math.max(...budgets, 1);
  const radius = (/** @type {number} */ row) => 3.5 + 4 * Math.sqrt(budgets[row] / most) * Number(sweep.resource !== null);
  const paintOf = (/** @type {number} */ row) => (keys[row] in sweep.ranks ? heat(sweep.ranks[keys[row]]) : "#888888");
  let count = trials.length;
  let hover = "";
  /** @type {{row: number, x: number, y: number}[]} */
  let points = [];

  function paint(/** @type {number} */ now) {
    count = now;
    points = drawPoints(plot.canvas, { ...sides, keys, rows: rows.filter((row) => row < count), paint: paintOf, radius }, hover || keys[count - 1]);
  }

  function rowAt(/** @type {PointerEvent | MouseEvent} */ event) {
    return nearestRow(points, event.offsetX, event.offsetY, REACH);
  }

  function tell(/** @type {number} */ row, x = 0, y = 0) {
    hover = row < 0 ? "" : keys[row];
    plot.tell(row < 0 ? null : linesOf(sweep, trials[row]), x, y);
    paint(count);
  }

  const open = (/** @type {number} */ row) => app.store.set({ view: "run", target: `${sweep.experiment}/${trials[row].run}` });

  function act(/** @type {string} */ key) {
    const now = hover ? keys.indexOf(hover) : -1;
    const point = points.find(({ row }) => row === rowAfter(points, now, key));
    if (point) {
      tell(point.row, point.x, point.y);
      app.announce(linesOf(sweep, trials[point.row]).join(", "));
    } else if (key === "Enter" && now >= 0) open(now);
    else if (key === "Escape" && now >= 0) tell(-1);
    else return false;
    return true;
  }

  plot.canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => tell(rowAt(event), event.offsetX, event.offsetY));
  plot.canvas.addEventListener("pointerleave", () => tell(-1));
  plot.canvas.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const row = rowAt(event);
    if (row >= 0) open(row);
  });
  onEnd(paintAgain(plot.element, (reason) => reason !== "sight" && paint(count)));
  return { element: plot.element, paint };
}

function linesOf(/** @type {any} */ sweep, /** @type {any} */ trial) {
  return [`trial ${trial.key}`, `${sweep.metric || "score"}: ${show(trial.score, "number")}`, ...Object.entries(trial.params).map(([name, value]) => `${name}: ${show(value, "mixed")}`)];
}

/**
 * Return the plane of two params, with fields that choose them.
 * @param {App} app
 * @param {any} sweep
 * @param {any[]} trials
 * @param {(end: () => void) => void} onEnd
 * @returns {Picture | null}  null if the sweep has one param only
 */
export function createPlane(app, sweep, trials, onEnd) {
  const names = sweep.axes.map((/** @type {any} */ axis) => axis.name);
  if (names.length < 2) return null;
  const holder = el("div", {});
  const chosen = settings(app.store.get().axes);
  const pick = (/** @type {string | undefined} */ name, /** @type {string} */ other) => (name !== undefined && names.includes(name) ? name : other);
  let [x, y] = [pick(chosen.planex, names[0]), pick(chosen.planey, names[1])];
  let count = trials.length;
  let picture = make();
  const field = (/** @type {string} */ label, /** @type {string} */ value, /** @type {(name: string) => void} */ change) => {
    const select = el("select", { "aria-label": `${label} of the plane`, on: { change: () => change(select.value) } }, ...names.map((/** @type {string} */ name) => el("option", { value: name, text: name })));
    select.value = value;
    return el("label", {}, `${label} `, select);
  };

  function make() {
    const made = createPicture(app, sweep, trials, x, y, "square", onEnd);
    fill(holder, made.element);
    return made;
  }

  function change() {
    app.store.set({ axes: changed(app.store.get().axes, { planex: x, planey: y }) });
    picture = make();
    picture.paint(count);
  }

  const controls = el("div", { class: "controls" }, field("x", x, (name) => ((x = name), change())), field("y", y, (name) => ((y = name), change())));
  return {
    element: el("div", {}, controls, holder),
    paint: (now) => {
      count = now;
      picture.paint(now);
    },
  };
}
