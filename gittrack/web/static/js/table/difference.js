// @ts-check
/** The panel below the table: what differs between the picked runs, at once. */

import { el, fill } from "../dom.js";
import { differences } from "../views/compare.js";

const MOST = 8; // runs; more are for the view of the comparison

/**
 * Return the panel; it is hidden unless two runs or more are picked.
 * @param {import("../main.js").App} app
 * @returns {{element: HTMLElement, stop: () => void}}
 */
export function createDifference(app) {
  const { store } = app;
  const body = el("div", {});
  const title = el("h2", { text: "What differs" });
  const whole = el("button", { type: "button", on: { click: () => store.set({ view: "compare", target: "" }) } }, "whole page");
  const close = el("button", { type: "button", "aria-label": "close the comparison", on: { click: () => store.set({ selected: [] }) } }, "×");
  const element = el("section", { class: "difference", "aria-label": "What differs", tabindex: "0", hidden: true }, el("header", {}, title, whole, close), body);
  let turn = 0;
  let shown = "";

  function refresh() {
    const { selected, runs } = store.get();
    element.hidden = selected.length < 2;
    const key = lookOf(runs, selected);
    if (element.hidden) shown = "";
    if (!runs || element.hidden || key === shown) return;
    const again = shown.startsWith(selected.join(" ")); // the same runs, which went on
    shown = key;
    if (selected.length > MOST) return fill(body, el("p", { class: "muted", text: `${selected.length} runs are picked` }));
    const mine = ++turn;
    app.guarded(async () => {
      const document = await app.data.get("compare", { run: selected });
      if (mine !== turn) return;
      fill(body, ...differences(app, document));
      if (!again) app.announce(`${selected.length} runs are compared below the table`);
    });
  }

  const off = store.on(["selected", "runs"], refresh);
  refresh();
  return { element, stop: () => ((turn = -1), off()) };
}

/**
 * Return what the table says about some runs: as long as it is equal, so is the comparison.
 * @param {any} runs  the document `runs`
 * @param {string[]} selected  keys
 */
export function lookOf(runs, selected) {
  if (!runs || selected.length > MOST) return selected.join(" ");
  const rows = selected.map((key) => runs.keys.indexOf(key)).filter((row) => row >= 0);
  const changing = runs.columns.filter((/** @type {any} */ column) => "values" in column);
  return [...selected, JSON.stringify(rows.map((row) => changing.map((/** @type {any} */ { values, count }) => [values[row], count?.[row]])))].join(" ");
}
