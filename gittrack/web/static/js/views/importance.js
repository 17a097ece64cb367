// @ts-check
/** What each param explains of a metric: bars with their intervals, and what a reader has to know. */

import { el, fill } from "../dom.js";
import { changed, settings } from "../plots/address.js";
import { choicesOf } from "../plots/axes.js";
import { chooser } from "../plots/canvas.js";
import { columnOf, valueAt } from "../sort.js";
import { barTable } from "./bars.js";
import { commandList } from "./parts.js";

/**
 * Put the bars into an element.
 * @param {HTMLElement} root
 * @param {import("../main.js").App} app
 * @returns {() => void} removes it
 */
export function mount(root, app) {
  const { store } = app;
  const controls = el("div", { class: "controls" });
  const body = el("div", {}, el("p", { class: "muted", text: "loading" }));
  fill(root, el("div", { class: "page", tabindex: "0" }, el("h1", { text: "Importance" }), controls, body));
  let shown = "";
  let turn = 0;

  async function load(/** @type {any} */ metric) {
    const mine = ++turn;
    const { experiment, where, archived, only } = store.get();
    const content = await app.data.get("importance", { experiment, where, archived, run: only, metric: metric.column.name }).then(partsOf, problemOf);
    if (mine === turn) fill(body, ...content);
  }

  function arrange() {
    const { runs, axes } = store.get();
    if (!runs) return;
    const metrics = choicesOf(runs).filter(({ id, group }) => group === "metric" && !id.startsWith("best:"));
    const asked = (settings(axes).metric ?? "").replace(/^best:/, "");
    const metric = metrics.find(({ id }) => id === asked) ?? metrics.find(({ column }) => column.goal) ?? metrics[0];
    if (!metric) return fill(body, el("p", { text: "No run has a metric." }));
    const signature = JSON.stringify([metric.id, metrics.map(({ id }) => id), runs.keys, endsOf(runs)]);
    if (signature === shown) return; // a run that only goes on changes nothing here
    shown = signature;
    fill(controls, chooser("metric", metrics, metric.id, (id) => store.set({ axes: changed(store.get().axes, { metric: id }) })));
    load(metric);
  }

  const off = store.on(["runs", "axes"], arrange);
  arrange();
  return () => {
    turn = -1;
    off();
  };
}

function endsOf(/** @type {any} */ runs) {
  const status = columnOf(runs, "status");
  return runs.keys.map((/** @type {string | null} */ key, /** @type {number} */ row) => (key && status ? valueAt(status, row) : ""));
}

function problemOf(/** @type {any} */ error) {
  const text = error.message.startsWith("this file does not hold") ? "This file holds no importance of this metric: it needs five runs or more, and a file has it of the first metrics only." : [error.message, error.hint].filter(Boolean).join("\n");
  return [el("p", { class: "problem", role: "alert", text })];
}

function partsOf(/** @type {any} */ document) {
  const { metric, goal, weights, caveats, commands } = document;
  const direction = goal ? `; ${goal === "min" ? "small" : "large"} values are better` : "";
  const bars = weights.length > 0
    ? barTable(document)
    : el("p", { text: "No param differs between the runs." });
  return [
    el("p", { text: `How much each param explains of ${metric}${direction}.` }),
    bars,
    el("section", { class: "part", "aria-label": "caveats" }, el("h2", { text: "What these numbers do not say" }), el("ul", {}, ...caveats.map((/** @type {string} */ text) => el("li", { text })))),
    commandList(commands),
  ];
}
