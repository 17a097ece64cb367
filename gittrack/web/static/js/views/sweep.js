// @ts-check
/** The view of sweeps: the list, and one sweep with its replay, rungs, leaderboard and importance. */

import { createChart } from "../charts/chart.js";
import { el, fill } from "../dom.js";
import { general, show } from "../format.js";
import { endedTrials, rungsOf } from "../plots/trials.js";
import { columnOf, valueAt } from "../sort.js";
import { barTable } from "./bars.js";
import { commandList, link, mountPage, plainTable, section } from "./parts.js";
import { createPicture, createPlane } from "./sweep_plots.js";

const DURATION = 8000; // milliseconds of a whole replay, but a trial takes at most
const SLOWEST = 250; // milliseconds
const MOST_ROWS = 100; // of the leaderboard

/** @typedef {import("../main.js").App} App */
/** @typedef {(end: () => void) => void} OnEnd */

/**
 * Put the sweep `target`, or the list of sweeps, into an element.
 * @param {HTMLElement} root
 * @param {App} app
 * @returns {() => void} removes it
 */
export function mount(root, app) {
  const load = () => {
    const { target } = app.store.get();
    return target ? app.data.get("sweep", { sweep: target }) : app.data.get("sweeps");
  };
  return mountPage(root, app, load, (document, onEnd) => (document.sweeps ? list(app, document) : page(app, document, onEnd)), ["target", "runs"], signOfTrials);
}

// Changes if a trial of the sweep, or of any sweep in the list, begins or ends.
function signOfTrials(/** @type {any} */ { runs, target }) {
  const [sweeps, status] = ["sweep.id", "status"].map((name) => runs && columnOf(runs, name));
  if (!sweeps || !status) return { id: target, detail: null };
  const counts = new Map();
  for (let row = 0; row < runs.keys.length; row++) {
    const sweep = valueAt(sweeps, row);
    const id = `${sweep} ${valueAt(status, row)}`;
    if (sweep && (!target || sweep === target)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return { id: target, detail: JSON.stringify([...counts]) };
}

function list(/** @type {App} */ app, /** @type {any} */ document) {
  const rows = document.sweeps.map((/** @type {any} */ sweep) => [
    ...[link(app, sweep.name || sweep.id, { target: sweep.id }), sweep.id.slice(-8), sweep.state, sweep.method, sweep.metric || ""],
    ...[`${sweep.trials.length}${sweep.size ? `/${sweep.size}` : ""}`, String(sweep.trials.filter((/** @type {any} */ trial) => trial.status === "failed").length)],
    ...[show(bestOf(sweep) ?? null, "number"), show(sweep.started, "date")],
  ]);
  const heads = ["sweep", "id", "state", "method", "metric", "trials", "failed", "best", "started"];
  const table = rows.length > 0 ? plainTable(heads, rows, heads.map((head) => ["trials", "failed", "best"].includes(head))) : el("p", { text: "There are no sweeps." });
  return [el("h1", { text: "Sweeps" }), table, ...document.problems.map((/** @type {any} */ problem) => el("p", { class: "problem", text: `${problem.sweep}: ${problem.message}` })), commandList(document.commands, app)];
}

function bestOf(/** @type {any} */ sweep) {
  return sweep.trials.find((/** @type {any} */ trial) => trial.key === sweep.best)?.score;
}

function page(/** @type {App} */ app, /** @type {any} */ sweep, /** @type {OnEnd} */ onEnd) {
  const best = bestOf(sweep);
  return [
    el("p", {}, link(app, "← all sweeps", { target: "" })),
    el("h1", { text: sweep.name || sweep.id }),
    el("p", { text: `${sweep.method}, ${sweep.goal} ${sweep.metric || ""}: ${sweep.trials.length}${sweep.size ? ` of ${sweep.size}` : ""} trials, ${sweep.state}${best === undefined ? "" : `; best ${general(best)} by trial ${sweep.best}`}` }),
    ...(sweep.progress ?? []).map((/** @type {string} */ line) => el("p", { text: line })),
    replay(app, sweep, onEnd),
    rungs(sweep),
    leaderboard(app, sweep),
    sweep.importance.length > 0 && section("Importance", barTable({ weights: sweep.importance, goal: sweep.goal === "maximize" ? "max" : "min", metric: sweep.metric || "score" })),
    commandList(sweep.commands, app),
  ];
}

// Everything that a replay moves: the scores, each param against the score, and the plane.
function replay(/** @type {App} */ app, /** @type {any} */ sweep, /** @type {OnEnd} */ onEnd) {
  const trials = endedTrials(sweep);
  if (trials.length === 0) return null;
  const chart = createChart(`${sweep.metric || "score"} over trials, and the best so far`);
  const isScored = trials.some((/** @type {any} */ trial) => typeof trial.score === "number"); // else there is nothing to draw over it
  const names = isScored ? sweep.axes.map((/** @type {any} */ axis) => axis.name) : [];
  const pictures = names.map((/** @type {string} */ name) => createPicture(app, sweep, trials, name, "", "small", onEnd));
  const plane = createPlane(app, sweep, trials, onEnd);
  const label = el("output", { class: "muted" });
  const slider = el("input", { type: "range", min: 1, max: trials.length, value: trials.length, "aria-label": "trials" });
  const play = el("button", { type: "button" }, "play");
  let timer = 0;

  function paint() {
    const count = Number(slider.value);
    if (isScored) chart.paint(curvesOf(sweep, trials, count), { log: false, x: "trial" });
    for (const picture of plane ? [...pictures, plane] : pictures) picture.paint(count);
    const last = trials[count - 1];
    const params = Object.entries(last.params).map(([name, value]) => `${name}=${show(value, "mixed")}`).join("  ");
    fill(label, `trial ${last.key}: ${show(last.score, "number")}  ${params}`);
  }

  function step() {
    slider.value = String(Number(slider.value) + 1);
    paint();
    if (Number(slider.value) >= trials.length) pause();
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    fill(play, "play");
  }

  play.addEventListener("click", () => {
    if (timer) return pause();
    if (Number(slider.value) >= trials.length) slider.value = "1";
    fill(play, "pause");
    timer = window.setInterval(step, Math.min(SLOWEST, DURATION / trials.length));
    paint();
  });
  slider.addEventListener("input", () => {
    pause();
    paint();
  });
  onEnd(pause);
  requestAnimationFrame(paint);
  return el("div", {},
    section("Replay", el("p", { class: "replay" }, play, slider, label), el("div", { class: "columns" }, isScored && el("div", { class: "wide-chart" }, chart.element), plane && el("section", { "aria-label": "Plane" }, plane.element)),
      !isScored && el("p", { text: `No trial has a score${sweep.metric ? ` by ${sweep.metric}` : ""}.` }),
      el("p", { class: "muted", text: `A bright point is a good trial${sweep.resource ? `; the larger, the more ${sweep.resource}` : ""}. A click opens its run.` })),
    isScored && section("Params and the score", el("div", { class: "grid" }, ...pictures.map((/** @type {any} */ picture) => picture.element))));
}

function curvesOf(/** @type {any} */ sweep, /** @type {any[]} */ trials, /** @type {number} */ count) {
  const best = sweep.best_so_far.slice(0, count);
  const scored = trials.slice(0, count).map((trial, i) => ({ x: i, y: trial.score })).filter(({ y }) => typeof y === "number");
  const bests = best.map((/** @type {number | null} */ y, /** @type {number} */ x) => ({ x, y })).filter((/** @type {any} */ { y }) => y !== null);
  const curve = (/** @type {string} */ key, /** @type {{x: number, y: number}[]} */ points, /** @type {string} */ color) => ({
    key, label: key, x: Float64Array.from(points, ({ x }) => x), y: Float64Array.from(points, ({ y }) => y), color });
  return [curve("scores", scored, "#999933"), curve("best", bests, "#0072b2")];
}

function rungs(/** @type {any} */ sweep) {
  const rows = rungsOf(sweep);
  if (rows.length === 0) return null;
  const number = (/** @type {number | null} */ value) => (value === null ? "-" : general(value));
  const lines = rows.map((rung) => [String(rung.bracket), String(rung.rung), number(rung.budget), String(rung.trials), String(rung.scored), number(rung.best), number(rung.median), String(rung.continued)]);
  return section("Rungs", plainTable(["bracket", "rung", sweep.resource || "budget", "trials", "with a score", "best", "median", "went on"], lines, Array(8).fill(true)));
}

function leaderboard(/** @type {App} */ app, /** @type {any} */ sweep) {
  const sign = sweep.goal === "maximize" ? -1 : 1;
  const worst = (/** @type {any} */ trial) => (typeof trial.score === "number" ? sign * trial.score : Infinity);
  const trials = [...sweep.trials].sort((a, b) => worst(a) - worst(b) || 0);
  const names = sweep.axes.map((/** @type {any} */ axis) => axis.name);
  const extra = sweep.resource ? [sweep.resource] : [];
  const rows = trials.slice(0, MOST_ROWS).map((trial) => [
    link(app, trial.key, { view: "run", target: `${sweep.experiment}/${trial.run}` }), trial.status, show(trial.score, "number"), ...extra.map(() => show(trial.budget, "number")),
    ...names.map((/** @type {string} */ name) => show(trial.params[name], "mixed")),
  ]);
  const heads = ["trial", "status", sweep.metric || "score", ...extra, ...names];
  return section("Leaderboard", plainTable(heads, rows, heads.map((_, i) => i > 1)), trials.length > MOST_ROWS && el("p", { text: `and ${trials.length - MOST_ROWS} more` }));
}
