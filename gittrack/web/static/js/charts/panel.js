// @ts-check
/** All charts of some runs: sections of charts that zoom and show the pointer together. */

import { colorOf, colorsOf } from "../color.js";
import { el, fill } from "../dom.js";
import { createChart } from "./chart.js";
import { createControls } from "./controls.js";
import { followCurves } from "./curves.js";
import { sections } from "./sections.js";

const FEW = 12; // runs that get colours of their own, so that no two are equal

/**
 * Return the charts of runs.
 * @param {import("../main.js").App} app
 * @param {() => string[]} keys  returns the runs to draw
 * @returns {{element: HTMLElement, stop: () => void}}
 */
export function createCharts(app, keys) {
  const { store } = app;
  const controls = createControls(app, () => Object.keys(store.get().curves).sort());
  const body = el("div", {});
  const element = el("div", { class: "pane charts" }, controls.element, body);
  /** @type {Map<string, ReturnType<typeof createChart>>} */
  const charts = new Map();
  let full = "";
  let frame = 0;

  const actions = {
    cross: (/** @type {string} */ metric, /** @type {number | null} */ x, /** @type {string} */ hover) => store.set({ cross: x === null ? null : { metric, x }, hover }),
    zoom: (/** @type {number | null} */ from, /** @type {number | null} */ to) => store.set({ from, to }),
    pin: (/** @type {string} */ metric) => {
      const { pinned } = store.get();
      store.set({ pinned: pinned.includes(metric) ? pinned.filter((/** @type {string} */ name) => name !== metric) : [...pinned, metric] });
    },
    enlarge: (/** @type {string} */ metric) => enlarge(full === metric ? "" : metric),
  };

  function enlarge(/** @type {string} */ metric) {
    full = metric;
    for (const [name, chart] of charts) chart.element.classList.toggle("full", name === full);
    paint();
  }

  function arrange() {
    const { curves, charts: filter, pinned, perRow } = store.get();
    const groups = sections(Object.keys(curves), filter, pinned);
    const shown = groups.flatMap((group) => group.metrics);
    if (!shown.includes(full)) full = "";
    for (const metric of shown) if (!charts.has(metric)) charts.set(metric, createChart(metric, actions));
    for (const metric of [...charts.keys()]) if (!shown.includes(metric)) charts.delete(metric);
    const style = perRow > 0 ? { "grid-template-columns": `repeat(${perRow}, minmax(0, 1fr))` } : {};
    fill(body, ...groups.map(({ name, metrics }) => el("section", { "aria-label": name || "charts" }, name && el("h2", { text: name }),
      el("div", { class: "grid", style }, ...metrics.map((metric) => charts.get(metric)?.element)))));
    paint();
  }

  function paint() {
    const { curves, runs, log, clip, x, from, to } = store.get();
    const drawn = keys();
    if (drawn.length <= FEW) store.set({ colors: colorsOf(drawn) });
    const looks = looksOf(runs, store.get().colors);
    for (const [metric, chart] of charts) {
      if (full && metric !== full) continue;
      chart.paint((curves[metric] || []).map((/** @type {any} */ curve) => ({ ...curve, ...looks(curve.key) })), { log, clip, x, from, to });
    }
    controls.refresh();
    point();
  }

  function point() {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      const { cross, hover, baseline } = store.get();
      for (const chart of charts.values()) chart.point(cross, hover, baseline);
    });
  }

  function key(/** @type {KeyboardEvent} */ event) {
    const names = [...charts.keys()];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (full && step) enlarge(names[(names.indexOf(full) + step + names.length) % names.length]);
    else if (full && event.key === "Escape") {
      event.stopPropagation(); // the key means nothing else meanwhile
      enlarge("");
    }
  }

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const size = new ResizeObserver(() => paint());
  size.observe(element);
  document.addEventListener("keydown", key, true);
  dark.addEventListener("change", paint);
  addEventListener("beforeprint", paint);
  const off = [
    store.on(["curves", "charts", "pinned", "perRow"], arrange),
    store.on(["log", "clip", "from", "to", "runs", "theme"], paint),
    store.on(["cross", "hover", "baseline"], point),
    followCurves(app, keys),
  ];
  arrange();
  return {
    element,
    stop: () => {
      off.forEach((end) => end());
      size.disconnect();
      document.removeEventListener("keydown", key, true);
      dark.removeEventListener("change", paint);
      removeEventListener("beforeprint", paint);
    },
  };
}

/**
 * Return a function from the key of a run to its label and colour.
 * @param {any} runs  the document `runs`
 * @param {Map<string, string>} colors  of the runs that have a colour of their own
 */
export function looksOf(runs, colors) {
  const names = runs ? runs.columns.find((/** @type {any} */ column) => column.name === "name") : null;
  const rows = new Map(runs ? runs.keys.map((/** @type {string} */ key, /** @type {number} */ i) => [key, i]) : []);
  return (/** @type {string} */ key) => {
    const name = names && ("value" in names ? names.value : names.values[rows.get(key) ?? -1]);
    return { label: name || key.slice(-8), color: colors.get(key) ?? colorOf(key) };
  };
}
