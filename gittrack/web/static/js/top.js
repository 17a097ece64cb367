// @ts-check
/** The bar above the views: the name, the experiment, and the query. */

import { el, fill } from "./dom.js";

/**
 * Return the bar.
 * @param {import("./main.js").App} app
 * @param {any} start  the document `start`
 * @returns {HTMLElement}
 */
export function createTop(app, start) {
  const { experiment, where } = app.store.get();
  const names = start.experiments.map((/** @type {any} */ entry) => entry.name);
  const choice = el("select", { "aria-label": "experiment", on: { change: () => app.store.set({ experiment: choice.value }) } },
    el("option", { value: "", text: "all experiments" }),
    ...names.map((/** @type {string} */ name) => el("option", { value: name, text: name })));
  choice.value = experiment;
  const input = el("input", { type: "search", "aria-label": "filter", placeholder: "filter, as -w:  metrics.accuracy > 0.9 and lr < 0.1", value: where, spellcheck: "false" });
  const problem = el("div", { class: "problem", role: "alert" });
  input.addEventListener("change", () => app.store.set({ where: input.value.trim() }));
  app.store.on(["problem"], ({ problem: error }) => {
    input.setAttribute("aria-invalid", String(Boolean(error && error.column)));
    fill(problem, error && [error.message, error.hint].filter(Boolean).join("\n"));
  });
  app.store.on(["where", "experiment"], (state) => {
    if (document.activeElement !== input) input.value = state.where;
    choice.value = state.experiment;
  });
  const bar = el("header", { class: "top" }, el("span", { class: "name", text: start.title || "runs" }), choice, el("div", { class: "query" }, input));
  return el("div", {}, bar, problem);
}
