// @ts-check
/** All charts of some runs: sections of charts that zoom and show the pointer together. */

import { colorOf, colorsOf, dashesOf } from "../color.js";
import { el, fill } from "../dom.js";
import { pin } from "../keys.js";
import { createChart } from "./chart.js";
import { createControls } from "./controls.js";
import { followCurves } from "./curves.js";
import { createLegend } from "./legend.js";
import { linesOf } from "./lines.js";
import { widened } from "./scale.js";
import { sections } from "./sections.js";

const FEW = 20; // lines that get colours and dashes of their own, so that no two look alike

/**
 * Return the charts of runs.
 * @param {import("../main.js").App} app
 * @param {() => string[]} keys  returns the runs to draw
 * @param {() => import("./choice.js").Choice} [choose]  returns the groups to draw, and what is left out
 * @returns {{element: HTMLElement, stop: () => void}}
 */
export function createCharts(app, keys, choose = () => ({ keys: keys(), groups: null, all: [], note: "" })) {
  const { store } = app;
  const controls = createControls(app, () => Object.keys(store.get().curves).sort(), zoomBy);
  const legend = createLegend(app);
  const note = el("p", { class: "muted note", role: "note" });
  const body = el("div", {});
  const element = el("div", { class: "pane charts" }, controls.element, legend.element, note, body);
  /** @type {Map<string, ReturnType<typeof createChart>>} */
  const charts = new Map();
  let full = "";
  let layout = "";
  let pointing = 0;
  let painting = 0;
  let known = store.get().group.length > 0 ? new Map() : store.get().colors; // of lines: a run keeps its colour if others are picked

  const actions = {
    cross: (/** @type {string} */ metric, /** @type {number | null} */ x, /** @type {string} */ hover) => store.set({ cross: x === null ? null : { metric, x }, hover }),
    zoom: (/** @type {number | null} */ from, /** @type {number | null} */ to) => store.set({ from, to }),
    preview: (/** @type {number} */ from, /** @type {number} */ to) => {
      cancelAnimationFrame(painting);
      painting = requestAnimationFrame(() => {
        const sizes = [...charts.values()].map((chart) => chart.measured());
        [...charts.values()].forEach((chart, i) => chart.paint(null, { from, to }, sizes[i]));
      });
    },
    open: (/** @type {string} */ key) => !key.startsWith("*") && store.set({ view: "run", target: key, hover: "", cross: null }),
    announce: app.announce,
    pin: (/** @type {string} */ metric) => pin(app, metric),
    enlarge: (/** @type {string} */ metric) => enlarge(full === metric ? "" : metric),
  };

  function zoomBy(/** @type {number} */ factor) {
    const scene = [...charts.values()].map((chart) => chart.scene()).find(Boolean);
    if (scene) actions.zoom(...widened(scene.x, factor));
  }

  function enlarge(/** @type {string} */ metric) {
    full = metric;
    for (const [name, chart] of charts) chart.element.classList.toggle("full", name === full);
    paint();
  }

  function arrange() {
    const { curves, charts: filter, pinnedCharts, perRow } = store.get();
    const groups = sections(Object.keys(curves), filter, pinnedCharts);
    const shown = groups.flatMap((group) => group.metrics);
    const now = JSON.stringify([groups, perRow]);
    if (now === layout) return paint(); // the focus stays where it is
    if ([...charts.values()].some((chart) => chart.isHeld())) { // it would lose the pointer by a change of place
      addEventListener("lostpointercapture", arrange, { once: true });
      return paint();
    }
    layout = now;
    if (!shown.includes(full)) full = "";
    for (const metric of shown) if (!charts.has(metric)) charts.set(metric, createChart(metric, actions));
    for (const metric of [...charts.keys()]) if (!shown.includes(metric)) charts.delete(metric);
    const style = perRow > 0 ? { "grid-template-columns": `repeat(${perRow}, minmax(0, 1fr))` } : {};
    fill(body, ...groups.map(({ name, metrics }) => el("section", { "aria-label": name || "charts" }, name && el("h2", { text: name }),
      el("div", { class: "grid", style }, ...metrics.map((metric) => charts.get(metric)?.element)))));
    paint();
  }

  function paint() {
    const state = store.get();
    const choice = choose();
    if (choice.keys.join(" ") !== state.curvesOf.join(" ")) return controls.refresh(choice.groups !== null); // their curves are on the way
    const [colors, dashes] = colored(choice);
    const looks = looksOf(state.runs, colors, dashes);
    const options = { smooth: state.smooth, band: state.band, groups: choice.groups, logX: state.logX };
    const { log, logX, clip, x, from, to } = state;
    const shown = [...charts.values()].filter(({ title }) => !full || title === full);
    const sizes = shown.map((chart) => chart.measured());
    shown.forEach((chart, i) => chart.paint(linesOf(state.curves[chart.title] || [], looks, options), { log, logX, clip, x, from, to }, sizes[i]));
    controls.refresh(choice.groups !== null);
    const isNamed = choice.groups !== null || state.panes === "charts";
    legend.show(isNamed && choice.all.length <= FEW ? choice.all.map(({ key, label }) => ({ key, ...looks(key), ...(label && { label }) })) : []);
    fill(note, choice.note);
    note.hidden = choice.note === "";
  }

  // Keeps `colors` of the store: of the lines, and of the runs of groups.
  /** @returns {[Map<string, string>, Map<string, number[]>]} */
  function colored(/** @type {import("./choice.js").Choice} */ { keys: drawn, groups, all }) {
    const ids = groups ? all.map(({ key }) => key) : drawn;
    const colors = ids.length <= FEW ? colorsOf(ids, known) : new Map(ids.map((id) => [id, colorOf(id)]));
    known = new Map([...known, ...colors]);
    for (const { key, runs } of groups ?? []) for (const run of runs) colors.set(run, /** @type {string} */ (colors.get(key)));
    store.set({ colors });
    return [colors, dashesOf(ids, colors)];
  }

  function point() {
    cancelAnimationFrame(pointing);
    pointing = requestAnimationFrame(() => {
      const { cross, hover, baseline } = store.get();
      for (const chart of charts.values()) chart.point(cross, hover, baseline);
    });
  }

  function key(/** @type {KeyboardEvent} */ event) {
    if (/** @type {Element} */ (event.target).matches("input, select, textarea, .plot")) return;
    const names = [...charts.keys()];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (full && step) enlarge(names[(names.indexOf(full) + step + names.length) % names.length]);
    else if (full && event.key === "Escape") {
      event.stopPropagation(); // the key means nothing else meanwhile
      enlarge("");
    }
  }

  document.addEventListener("keydown", key, true);
  const off = [
    store.on(["curves", "charts", "pinnedCharts", "perRow"], arrange),
    store.on(["log", "logX", "clip", "from", "to", "runs", "smooth", "band", "group", "hidden", "panes"], paint),
    store.on(["cross", "hover", "baseline"], point),
    followCurves(app, keys),
  ];
  arrange();
  return {
    element,
    stop: () => {
      off.forEach((end) => end());
      document.removeEventListener("keydown", key, true);
    },
  };
}

/**
 * Return a function from the key of a run to its label, its colour and its dashes.
 * @param {any} runs  the document `runs`
 * @param {Map<string, string>} colors  of the runs that have a colour of their own
 * @param {Map<string, number[]>} [dashes]
 * @returns {import("./lines.js").Looks}
 */
export function looksOf(runs, colors, dashes = new Map()) {
  const names = runs ? runs.columns.find((/** @type {any} */ column) => column.name === "name") : null;
  const rows = new Map(runs ? runs.keys.map((/** @type {string} */ key, /** @type {number} */ i) => [key, i]) : []);
  return (/** @type {string} */ key) => {
    const name = names && ("value" in names ? names.value : names.values[rows.get(key) ?? -1]);
    return { label: name || key.slice(-8), color: colors.get(key) ?? colorOf(key), dash: dashes.get(key) ?? [] };
  };
}
