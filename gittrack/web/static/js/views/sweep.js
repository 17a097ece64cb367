// @ts-check
/** The view of sweeps: the list, and one sweep with its leaderboard, importance and replay. */

import { createChart } from "../charts/chart.js";
import { el, fill } from "../dom.js";
import { general, show } from "../format.js";
import { commandList, link, mountPage, plainTable, section } from "./parts.js";

const SPEED = 120; // milliseconds for a trial in a replay

/**
 * Put the sweep `target`, or the list of sweeps, into an element.
 * @param {HTMLElement} root
 * @param {import("../main.js").App} app
 * @returns {() => void} removes it
 */
export function mount(root, app) {
  const load = () => {
    const { target } = app.store.get();
    return target ? app.data.get("sweep", { sweep: target }) : app.data.get("sweeps");
  };
  return mountPage(root, app, load, (document) => (document.sweeps ? list(app, document) : one(app, document)), ["target"]);
}

function list(/** @type {import("../main.js").App} */ app, /** @type {any} */ document) {
  const rows = document.sweeps.map((/** @type {any} */ sweep) => [
    link(app, sweep.name || sweep.id, { target: sweep.id }), sweep.state, sweep.method, sweep.metric || "", String(sweep.trials.length), general(bestOf(sweep) ?? NaN),
  ]);
  const table = rows.length > 0 ? plainTable(["sweep", "state", "method", "metric", "trials", "best"], rows, [false, false, false, false, true, true]) : el("p", { text: "There are no sweeps." });
  return [el("h1", { text: "Sweeps" }), table, ...document.problems.map((/** @type {any} */ problem) => el("p", { class: "problem", text: `${problem.sweep}: ${problem.message}` })), commandList(document.commands, app)];
}

function bestOf(/** @type {any} */ sweep) {
  return sweep.trials.find((/** @type {any} */ trial) => trial.key === sweep.best)?.score;
}

function one(/** @type {import("../main.js").App} */ app, /** @type {any} */ sweep) {
  return [
    el("p", {}, link(app, "← all sweeps", { target: "" })),
    el("h1", { text: sweep.name || sweep.id }),
    el("p", { text: `${sweep.method}, ${sweep.goal} ${sweep.metric || ""}: ${sweep.trials.length} trials, ${sweep.state}` }),
    replay(sweep),
    leaderboard(app, sweep),
    importance(sweep.importance),
    commandList(sweep.commands, app),
  ];
}

function replay(/** @type {any} */ sweep) {
  const ended = sweep.trials.filter((/** @type {any} */ trial) => trial.order !== null).sort((/** @type {any} */ a, /** @type {any} */ b) => a.order - b.order);
  if (ended.length === 0) return null;
  const chart = createChart(`${sweep.metric || "score"} over trials, and the best so far`);
  const label = el("output", { class: "muted" });
  const slider = el("input", { type: "range", min: 1, max: ended.length, value: ended.length, "aria-label": "trials" });
  const play = el("button", { type: "button" }, "play");
  let timer = 0;
  function paint() {
    const count = Number(slider.value);
    const part = ended.slice(0, count).filter((/** @type {any} */ trial) => typeof trial.score === "number");
    const best = sweep.best_so_far.slice(0, count);
    const steps = best.map((/** @type {any} */ _, /** @type {number} */ i) => i).filter((/** @type {number} */ i) => best[i] !== null);
    const curve = (/** @type {string} */ key, /** @type {number[]} */ x, /** @type {number[]} */ y, /** @type {string} */ color) => ({ key, x: Float64Array.from(x), y: Float64Array.from(y), color });
    chart.paint([
      curve("scores", part.map((/** @type {any} */ trial) => ended.indexOf(trial)), part.map((/** @type {any} */ trial) => trial.score), "#999933"),
      curve("best", steps, steps.map((/** @type {number} */ i) => best[i]), "#0072b2"),
    ], { log: false, x: "trial" });
    const last = ended[count - 1];
    const params = Object.entries(last.params).map(([name, value]) => `${name}=${show(value, "number")}`).join("  ");
    fill(label, `trial ${last.key}: ${show(last.score, "number")}  ${params}`);
  }
  function step() {
    if (Number(slider.value) >= ended.length) return stop();
    slider.value = String(Number(slider.value) + 1);
    paint();
  }
  function stop() {
    clearInterval(timer);
    timer = 0;
    fill(play, "play");
  }
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (Number(slider.value) >= ended.length) slider.value = "1";
    fill(play, "stop");
    timer = window.setInterval(step, SPEED);
    paint();
  });
  slider.addEventListener("input", paint);
  requestAnimationFrame(paint);
  return section("Replay", el("p", { class: "replay" }, play, slider, label), chart.element);
}

function leaderboard(/** @type {import("../main.js").App} */ app, /** @type {any} */ sweep) {
  const sign = sweep.goal === "maximize" ? -1 : 1;
  const worst = (/** @type {any} */ trial) => (typeof trial.score === "number" ? sign * trial.score : Infinity);
  const trials = [...sweep.trials].sort((a, b) => worst(a) - worst(b)).slice(0, 50);
  const names = sweep.axes.map((/** @type {any} */ axis) => axis.name);
  const rows = trials.map((trial) => [
    link(app, trial.key, { view: "run", target: `${sweep.experiment}/${trial.run}` }), trial.status, show(trial.score, "number"),
    ...names.map((/** @type {string} */ name) => show(trial.params[name], "mixed")),
  ]);
  return section("Leaderboard", plainTable(["trial", "status", sweep.metric || "score", ...names], rows, [false, false, true, ...names.map(() => true)]));
}

/**
 * Return the shares that params explain as a table with bars.
 * @param {any[]} weights
 */
export function importance(weights) {
  if (weights.length === 0) return null;
  const rows = weights.map((weight) => [
    weight.name, weight.share === null ? weight.why : `${Math.round(100 * weight.share)} %`,
    el("meter", { min: 0, max: 1, value: weight.share || 0, "aria-label": weight.name }), weight.method,
  ]);
  return section("Importance", plainTable(["param", "explains", "", "by"], rows, [false, true]));
}
