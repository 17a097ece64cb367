// @ts-check
/** The bar above the charts: which charts, which x axis, logarithmic y, smoothing, outliers, charts in a row. */

import { el } from "../dom.js";

const AXES = [["step", "step"], ["time", "time since the start"], ["wall", "clock time"]];

/**
 * Return the bar.
 * @param {import("../main.js").App} app
 * @param {() => string[]} metrics  the metrics that can be the x axis
 * @returns {{element: HTMLElement, refresh: () => void}}
 */
export function createControls(app, metrics) {
  const { store } = app;
  const set = (/** @type {object} */ patch) => store.set(patch);
  const filter = el("input", { type: "search", "aria-label": "filter charts", placeholder: "charts", on: { input: () => set({ charts: filter.value }) } });
  const axis = el("select", { "aria-label": "x axis", on: { change: () => set({ x: axis.value, from: null, to: null }) } });
  const log = el("input", { type: "checkbox", on: { change: () => set({ log: log.checked }) } });
  const clip = el("input", { type: "checkbox", on: { change: () => set({ clip: clip.checked }) } });
  const smooth = el("input", { type: "range", min: "0", max: "0.99", step: "0.01", "aria-label": "smoothing", on: { change: () => set({ smooth: Number(smooth.value) }) } });
  const row = el("select", { "aria-label": "charts in a row", on: { change: () => set({ perRow: Number(row.value) }) } },
    el("option", { value: "0", text: "auto" }), ...[1, 2, 3, 4, 5, 6].map((count) => el("option", { value: String(count), text: String(count) })));
  const reset = el("button", { text: "reset zoom", on: { click: () => set({ from: null, to: null }) } });
  const element = el("div", { class: "controls", role: "toolbar", "aria-label": "charts" }, filter,
    el("label", {}, "x ", axis), el("label", {}, log, " log y"), el("label", {}, clip, " without outliers"), el("label", {}, "smooth ", smooth), el("label", {}, "per row ", row), reset);

  function refresh() {
    const state = store.get();
    const others = [...new Set([...metrics(), state.x])].filter((name) => !AXES.some(([value]) => value === name));
    const names = [...AXES, ...others.map((metric) => [metric, metric])];
    if ([...axis.options].map((option) => option.value).join("\n") !== names.map(([value]) => value).join("\n")) axis.replaceChildren(...names.map(([value, text]) => el("option", { value, text })));
    if (document.activeElement !== filter) filter.value = state.charts;
    axis.value = state.x;
    [log.checked, clip.checked, smooth.value, row.value] = [state.log, state.clip, String(state.smooth), String(state.perRow)];
    reset.hidden = state.from === null && state.to === null;
  }

  return { element, refresh };
}
