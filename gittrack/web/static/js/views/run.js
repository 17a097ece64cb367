// @ts-check
/** The view of one run: its facts, curves, log and artifacts, and how to reproduce it. */

import { createChart } from "../charts/chart.js";
import { followCurves } from "../charts/curves.js";
import { linesOf } from "../charts/lines.js";
import { colorOf } from "../color.js";
import { el, fill } from "../dom.js";
import { flattened } from "../flat.js";
import { duration, show, size } from "../format.js";
import { artifactList } from "./artifacts.js";
import { createLog } from "./log.js";
import { mediaList } from "./media.js";
import { commandList, link, mountPage, plainTable, section, signOf } from "./parts.js";
import { patchOf } from "./patch.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {(end: () => void) => void} OnEnd */

/**
 * Put the view of the run `target` into an element.
 * @param {HTMLElement} root
 * @param {App} app
 * @returns {() => void} removes it
 */
export function mount(root, app) {
  const load = () => app.data.get("run", { run: app.store.get().target });
  const sign = (/** @type {any} */ { runs, target }) => signOf(runs, [target]);
  return mountPage(root, app, load, (document, onEnd) => page(app, document, onEnd), ["target", "runs"], sign);
}

function page(/** @type {App} */ app, /** @type {any} */ document, /** @type {OnEnd} */ onEnd) {
  const { run, key } = document;
  return [
    el("p", {}, link(app, "← all runs", { view: "runs", target: "" })),
    el("h1", { text: run.name || run.id }),
    facts(app, run),
    verdict(app, document),
    related(app, document),
    values(run),
    curves(app, document, onEnd),
    mediaList(app, document, onEnd),
    changes(document.files),
    inputs(document.inputs),
    artifactList(app, document, onEnd),
    (document.log.size > 0 || run.status === "running") && log(app, key, onEnd),
    environment(document.env),
    commandList(document.commands, app),
  ];
}

function facts(/** @type {App} */ app, /** @type {any} */ run) {
  const sweep = run.sweep?.id ?? run["sweep.id"];
  const trial = run.sweep?.trial ?? run["sweep.trial"];
  /** @type {[string, any][]} */
  const rows = [
    ["id", run.id], ["experiment", run.experiment], ["status", run.seen ? `${run.status} on ${run.host || "another machine"}, seen ${show(run.seen, "date")}` : run.status], ["exit code", run.exit_code ? String(run.exit_code) : ""], ["signal", run.signal ? String(run.signal) : ""],
    ["started", show(run.started, "date")], ["took", run.duration === null || run.duration === undefined ? "" : duration(run.duration)],
    ["command", run.command ? show(run.command, "list of words") : ""], ["folder", run.cwd && run.cwd !== "." ? run.cwd : ""],
    ["code", codeOf(run)], ["seed", show(run.seed, "number")], ["config", run.fingerprint || ""], ["recipe", run.recipe || ""],
    ["sweep", sweep ? link(app, `${trial === null || trial === undefined ? "" : `trial ${trial} of `}${sweep}`, { view: "sweep", target: sweep }) : ""],
    ["group", run.group || ""], ["tags", (run.tags || []).join(", ")], ["note", run.note || ""],
    ["memory", run.peak_memory ? `${size(run.peak_memory)} at most` : ""], ["user", [run.user, run.host].filter(Boolean).join("@")], ["problem", run.problem || ""],
  ];
  return plainTable(["fact", "value"], rows.filter(([, value]) => value && value !== "-"));
}

function codeOf(/** @type {any} */ run) {
  if (!run.code || typeof run.code === "string") return run.code ? run.code.slice(0, 12) : "";
  const commit = (run.code.snapshot || run.code.commit || "").slice(0, 12);
  return [commit, run.code.branch, run.code.dirty ? "with uncommitted changes" : ""].filter(Boolean).join("  ");
}

function verdict(/** @type {App} */ app, /** @type {any} */ { verdict: result, related }) {
  if (!result) return null;
  const rerun = related.find((/** @type {any} */ other) => other.relation === "reproduced by" && result.rerun && other.key.endsWith(result.rerun));
  return el("p", { class: "verdict" }, el("strong", { class: result.level === "DIFFERENT" ? "worse" : "better" }, result.level),
    ` when it was reproduced${result.evidence.length > 0 ? `, which rests on ${result.evidence.join(", ")}` : ""}  `,
    rerun && link(app, `rerun ${result.rerun.slice(-8)}`, { view: "run", target: rerun.key }));
}

function related(/** @type {App} */ app, /** @type {any} */ { related: others, models }) {
  if (others.length + models.length === 0) return null;
  const runs = others.map((/** @type {any} */ other) => [other.relation, link(app, other.name || other.key, { view: "run", target: other.key }), other.key.slice(-8), other.status, other.verdict || ""]);
  const versions = models.map((/** @type {any} */ version) => ["model", link(app, `${version.model}@${version.version}`, { view: "models", target: version.model }), "", version.stages.join(", "), ""]);
  return section("Related", plainTable(["relation", "name", "id", "status", "verdict"], [...runs, ...versions]));
}

function values(/** @type {any} */ run) {
  const params = Object.entries(flattened(run.params)).map(([name, value]) => [name, show(value, typeof value === "number" ? "number" : "text")]);
  const metrics = Object.entries(run.metrics).map(([name, metric]) => [name, ...["last", "min", "max"].map((part) => show(metric[part], "number")), show(metric.count, "integer")]);
  return el("div", { class: "columns" },
    section("Params", plainTable(["param", "value"], params)),
    section("Metrics", plainTable(["metric", "last", "min", "max", "points"], metrics, [false, true, true, true, true])));
}

// The curves follow a run that goes on, and the keys of the charts.  Charts have their places before the curves come, so that
// what is below them does not move.
function curves(/** @type {App} */ app, /** @type {any} */ { run, key }, /** @type {OnEnd} */ onEnd) {
  const grid = el("div", { class: "grid" });
  /** @type {Map<string, ReturnType<typeof createChart>>} */
  const charts = new Map();
  const { store } = app;
  const actions = {
    announce: app.announce,
    zoom: (/** @type {number | null} */ from, /** @type {number | null} */ to) => store.set({ from, to }),
    cross: (/** @type {string} */ metric, /** @type {number | null} */ at, /** @type {string} */ hover) => store.set({ cross: at === null ? null : { metric, x: at }, hover }),
  };
  const point = () => charts.forEach((chart) => chart.point(store.get().cross, store.get().hover, ""));
  function chartOf(/** @type {string} */ metric) {
    const chart = charts.get(metric) ?? createChart(metric, actions);
    charts.set(metric, chart);
    if (!chart.element.isConnected) grid.append(chart.element);
    return chart;
  }
  function paint() {
    const { curves: all, curvesOf, x, from, to, log: isLog, logX, clip, smooth } = store.get();
    const looks = () => ({ label: run.name || run.id, color: colorOf(key) });
    const seen = new Set();
    for (const [metric, lines] of Object.entries(/** @type {Record<string, any[]>} */ (all))) {
      const own = lines.filter((line) => line.key === key);
      if (own.length === 0) continue;
      seen.add(metric);
      chartOf(metric).paint(linesOf(own, looks, { smooth, band: "none", groups: null }), { log: isLog, logX, clip, x, from, to });
    }
    if (curvesOf.includes(key)) charts.forEach(({ element, title }) => (element.hidden = !seen.has(title)));
  }
  for (const [metric, { count }] of Object.entries(run.metrics)) if (count > 0) chartOf(metric);
  onEnd(followCurves(app, () => [key]));
  onEnd(store.on(["curves", "x", "from", "to", "log", "logX", "clip", "smooth"], paint));
  onEnd(store.on(["cross", "hover"], point));
  return section("Curves", grid);
}

function changes(/** @type {any[]} */ files) {
  if (files.length === 0) return null;
  const rows = files.map((file) => [String(file.path), file.status || "", file.added === undefined ? "" : `+${file.added}`, file.removed === undefined ? "" : `−${file.removed}`]);
  const patch = files.map((file) => (typeof file.patch === "string" ? file.patch : "")).join("");
  return section("Uncommitted changes", plainTable(["path", "", "", ""], rows, [false, false, true, true]),
    patch && el("details", {}, el("summary", {}, "the changes"), patchOf(patch)));
}

function inputs(/** @type {any[]} */ items) {
  if (items.length === 0) return null;
  const rows = items.map((item) => [String(item.path), item.kind || "", typeof item.size === "number" ? size(item.size) : "", String(item.sha256 || "").slice(0, 12)]);
  return section("Inputs", plainTable(["path", "kind", "size", "SHA-256"], rows, [false, false, true]));
}

function log(/** @type {App} */ app, /** @type {string} */ key, /** @type {OnEnd} */ onEnd) {
  const { element, stop } = createLog(app, key);
  onEnd(stop);
  return section("Log", element);
}

function environment(/** @type {any} */ env) {
  const rows = Object.entries(flattened(env)).map(([name, value]) => [name, show(value, "text")]);
  return rows.length > 0 && el("details", { class: "part" }, el("summary", {}, "Environment"), plainTable(["", ""], rows));
}
