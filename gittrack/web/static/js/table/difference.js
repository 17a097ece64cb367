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
    const key = selected.join(" ");
    if (element.hidden) shown = "";
    if (!runs || element.hidden || key === shown) return;
    shown = key;
    if (selected.length > MOST) return fill(body, el("p", { class: "muted", text: `${selected.length} runs are picked` }));
    const mine = ++turn;
    app.guarded(async () => {
      const document = await app.data.get("compare", { run: selected });
      if (mine !== turn) return;
      fill(body, ...differences(app, document));
      app.announce(`${selected.length} runs are compared below the table`);
    });
  }

  const off = store.on(["selected", "runs"], refresh);
  refresh();
  return { element, stop: () => ((turn = -1), off()) };
}
