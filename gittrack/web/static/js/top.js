// @ts-check
/** The bar above the views: the name, the experiment, and the query. */

import { el, fill } from "./dom.js";
import { after } from "./keys.js";

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
    if (error && error.column && document.activeElement === input) input.setSelectionRange(error.column - 1, error.column);
  });
  app.store.on(["where", "experiment"], (state) => {
    if (document.activeElement !== input) input.value = state.where;
    choice.value = state.experiment;
  });
  const theme = themeButton(app);
  const file = start.file && el("p", { class: "about", text: aboutFile(start) });
  const bar = el("header", { class: "top" }, el("span", { class: "name", text: start.title || "runs" }), start.experiments.length > 0 && navigation(app), start.experiments.length > 0 && choice, app.data.live && el("div", { class: "query" }, input), theme);
  return el("div", {}, bar, file, problem);
}

const THEMES = ["", "light", "dark"]; // the first is that of the system

function themeButton(/** @type {import("./main.js").App} */ app) {
  const button = el("button", { type: "button", on: { click: () => app.store.set({ theme: after(THEMES, app.store.get().theme) }) } });
  function paint() {
    const { theme } = app.store.get();
    document.documentElement.setAttribute("data-theme", theme);
    fill(button, el("span", { class: "hidden-text" }, "theme: "), { light: "☀ light", dark: "☾ dark" }[/** @type {string} */ (theme)] || "◐ auto");
  }
  app.store.on(["theme"], paint);
  paint();
  return button;
}

const VIEWS = [
  ["runs", "Runs"], ["compare", "Compare"], ["sweep", "Sweeps"], ["models", "Models"],
  ["scatter", "Scatter"], ["parallel", "Parallel"], ["importance", "Importance"],
];

function navigation(/** @type {import("./main.js").App} */ app) {
  const buttons = VIEWS.map(([view, title]) => el("button", { type: "button", "data-view": view, on: { click: () => app.store.set({ view, target: "" }) } }, title));
  function mark() {
    const { view, selected } = app.store.get();
    for (const button of buttons) {
      const mine = button.dataset.view === view || (view === "run" && button.dataset.view === "runs");
      if (mine) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
      if (button.dataset.view === "compare") fill(button, selected.length > 0 ? `Compare ${selected.length}` : "Compare");
    }
  }
  app.store.on(["view", "selected"], mark);
  mark();
  return el("nav", { "aria-label": "views" }, ...buttons);
}

function aboutFile(/** @type {any} */ start) {
  const { written, runs, thinned } = start.file;
  const parts = [`${runs} runs, written ${written.slice(0, 16).replace("T", " ")} UTC`, thinned && "long curves are thinned to their extremes; tables are exact"];
  return parts.filter(Boolean).join("; ");
}
