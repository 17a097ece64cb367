// @ts-check
/** The bar above the charts: which charts, the axes, smoothing, outliers, the band of groups, charts in a row, zoom. */

import { el } from "../dom.js";
import { BANDS } from "./means.js";

const AXES = [["step", "step"], ["time", "time since the start"], ["wall", "clock time"]];
const ZOOM = 2;

/**
 * Return the bar.
 * @param {import("../main.js").App} app
 * @param {() => string[]} metrics  the metrics that can be the x axis
 * @param {(factor: number) => void} zoomBy
 * @returns {{element: HTMLElement, refresh: (hasGroups: boolean) => void}}
 */
export function createControls(app, metrics, zoomBy) {
  const { store } = app;
  const set = (/** @type {object} */ patch) => store.set(patch);
  const option = (/** @type {string[]} */ [value, text]) => el("option", { value, text });
  const box = (/** @type {string} */ name) => {
    const input = el("input", { type: "checkbox", on: { change: () => set({ [name]: input.checked }) } });
    return input;
  };
  const button = (/** @type {string} */ text, /** @type {string} */ label, /** @type {() => void} */ click) => el("button", { type: "button", text, title: label, "aria-label": label, on: { click } });
  const filter = el("input", { type: "search", "aria-label": "filter charts", placeholder: "charts", on: { input: () => set({ charts: filter.value }) } });
  const axis = el("select", { "aria-label": "x axis", on: { change: () => set({ x: axis.value, from: null, to: null }) } });
  const boxes = { log: box("log"), logX: box("logX"), clip: box("clip") };
  const smooth = el("input", { type: "range", min: "0", max: "0.99", step: "0.01", "aria-label": "smoothing", on: { input: () => set({ smooth: Number(smooth.value) }) } });
  const weight = el("span", { class: "muted" });
  const band = el("select", { "aria-label": "band of groups", on: { change: () => set({ band: band.value }) } }, ...BANDS.map(option));
  const bands = el("label", {}, "groups ", band);
  const row = el("select", { "aria-label": "charts in a row", on: { change: () => set({ perRow: Number(row.value) }) } }, option(["0", "auto"]), ...[1, 2, 3, 4, 5, 6].map((count) => option([String(count), String(count)])));
  const reset = button("reset zoom", "reset zoom", () => set({ from: null, to: null }));
  const element = el("div", { class: "controls", role: "toolbar", "aria-label": "charts" }, filter,
    el("label", {}, "x ", axis), el("label", {}, boxes.logX, " log x"), el("label", {}, boxes.log, " log y"), el("label", {}, boxes.clip, " without outliers"),
    el("label", {}, "smooth ", smooth, weight), bands, el("label", {}, "per row ", row),
    el("span", { class: "zoom" }, button("−", "zoom out", () => zoomBy(ZOOM)), button("+", "zoom in", () => zoomBy(1 / ZOOM)), reset));

  function refresh(/** @type {boolean} */ hasGroups) {
    const state = store.get();
    const others = [...new Set([...metrics(), state.x])].filter((name) => !AXES.some(([value]) => value === name));
    const names = [...AXES, ...others.map((metric) => [metric, metric])];
    if ([...axis.options].map((entry) => entry.value).join("\n") !== names.map(([value]) => value).join("\n")) axis.replaceChildren(...names.map(option));
    if (document.activeElement !== filter) filter.value = state.charts;
    axis.value = state.x;
    for (const [name, input] of Object.entries(boxes)) input.checked = state[name];
    [smooth.value, row.value] = [String(state.smooth), String(state.perRow)];
    weight.textContent = state.smooth > 0 ? String(state.smooth) : "";
    band.value = BANDS.some(([name]) => name === state.band) ? state.band : BANDS[0][0];
    bands.hidden = !hasGroups;
    reset.hidden = state.from === null && state.to === null;
  }

  return { element, refresh };
}
