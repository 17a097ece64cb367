// @ts-check
/** The view of one run: its facts, curves, log and artifacts, and how to reproduce it. */

import { createChart } from "../charts/chart.js";
import { grouped } from "../charts/curves.js";
import { colorOf } from "../color.js";
import { el, fill } from "../dom.js";
import { duration, show, size } from "../format.js";
import { createLog } from "./log.js";
import { commandList, link, mountPage, plainTable, section } from "./parts.js";

/**
 * Put the view of the run `target` into an element.
 * @param {HTMLElement} root
 * @param {import("../main.js").App} app
 * @returns {() => void} removes it
 */
export function mount(root, app) {
  const load = () => app.data.get("run", { run: app.store.get().target });
  return mountPage(root, app, load, (document, onEnd) => page(app, document, onEnd), ["target"]);
}

function page(/** @type {import("../main.js").App} */ app, /** @type {any} */ document, /** @type {(end: () => void) => void} */ onEnd) {
  const { run, key } = document;
  return [
    el("p", {}, link(app, "← all runs", { view: "runs", target: "" })),
    el("h1", { text: run.name || run.id }),
    facts(run),
    document.verdict && el("p", {}, `reproduced: ${document.verdict.level} (${document.verdict.evidence.join(", ")})`),
    related(app, document),
    values(run),
    curves(app, key),
    artifacts(app, document),
    (document.log.size > 0 || run.status === "running") && log(app, key, onEnd),
    environment(document.env),
    commandList(document.commands),
  ];
}

function facts(/** @type {any} */ run) {
  const rows = [
    ["id", run.id], ["experiment", run.experiment], ["status", run.status], ["started", show(run.started, "date")],
    ["took", run.duration === null || run.duration === undefined ? "" : duration(run.duration)],
    ["command", run.command ? show(run.command, "list of words") : ""],
    ["code", codeOf(run)], ["seed", show(run.seed, "number")], ["tags", (run.tags || []).join(", ")], ["note", run.note || ""],
    ["user", [run.user, run.host].filter(Boolean).join("@")], ["problem", run.problem || ""],
  ].filter(([, value]) => value && value !== "-");
  return plainTable(["fact", "value"], rows);
}

function codeOf(/** @type {any} */ run) {
  if (!run.code || typeof run.code === "string") return run.code ? run.code.slice(0, 12) : "";
  const commit = (run.code.snapshot || run.code.commit || "").slice(0, 12);
  return [commit, run.code.branch, run.code.dirty ? "with uncommitted changes" : ""].filter(Boolean).join("  ");
}

function related(/** @type {import("../main.js").App} */ app, /** @type {any} */ { related, models }) {
  if (related.length + models.length === 0) return null;
  const runs = related.map((/** @type {any} */ other) => [other.relation, link(app, other.name || other.key, { view: "run", target: other.key }), other.verdict || other.status]);
  const versions = models.map((/** @type {any} */ one) => ["model", link(app, `${one.model} ${one.version}`, { view: "models", target: one.model }), one.stages.join(", ")]);
  return section("Related", plainTable(["", "", ""], [...runs, ...versions]));
}

function values(/** @type {any} */ run) {
  const params = Object.entries(flattened(run.params)).map(([name, value]) => [name, show(value, typeof value === "number" ? "number" : "text")]);
  const metrics = Object.entries(run.metrics).map(([name, one]) => [name, ...["last", "min", "max"].map((part) => show(one[part], "number")), show(one.count, "integer")]);
  return el("div", { class: "columns" },
    section("Params", plainTable(["param", "value"], params, [false, true])),
    section("Metrics", plainTable(["metric", "last", "min", "max", "points"], metrics, [false, true, true, true, true])));
}

function flattened(/** @type {any} */ value, prefix = "") {
  /** @type {Record<string, any>} */
  const flat = {};
  for (const [name, item] of Object.entries(value || {})) {
    const nested = item !== null && typeof item === "object" && !Array.isArray(item) && Object.keys(item).length > 0;
    if (nested) Object.assign(flat, flattened(item, `${prefix}${name}.`));
    else flat[prefix + name] = item;
  }
  return flat;
}

function curves(/** @type {import("../main.js").App} */ app, /** @type {string} */ key) {
  const grid = el("div", { class: "grid" });
  app.guarded(async () => {
    const { x, log: logarithmic, smooth } = app.store.get();
    const { series } = await app.data.get("series", { run: [key], x, smooth });
    const charts = Object.entries(grouped(series)).map(([metric, lines]) => ({ chart: createChart(metric), lines }));
    fill(grid, ...charts.map(({ chart }) => chart.element));
    for (const { chart, lines } of charts) chart.paint(lines.map((line) => ({ ...line, color: colorOf(key) })), { log: logarithmic, x });
  });
  return section("Curves", grid);
}

function artifacts(/** @type {import("../main.js").App} */ app, /** @type {any} */ { outputs, key }) {
  if (outputs.length === 0) return null;
  const rows = outputs.map((/** @type {any} */ item) => [content(app, key, item), item.size === undefined ? "" : size(item.size), item.missing || item.where || ""]);
  return section("Artifacts", plainTable(["path", "size", "where"], rows, [false, true]));
}

function content(/** @type {import("../main.js").App} */ app, /** @type {string} */ key, /** @type {any} */ item) {
  const address = item.missing ? null : app.data.artifact(key, item);
  if (address === null) return item.path;
  const anchor = el("a", { href: address, download: item.path.split("/").pop() }, item.path);
  if (item.preview === "image") return el("div", {}, anchor, el("img", { class: "preview", src: address, alt: item.path, loading: "lazy" }));
  if (item.preview === "audio") return el("div", {}, anchor, el("audio", { controls: true, src: address, preload: "none" }));
  if (item.preview === "page") return el("details", {}, el("summary", {}, item.path), el("iframe", { class: "preview", sandbox: "", src: `${address}&frame=1`, title: item.path, loading: "lazy" }));
  return anchor;
}

function log(/** @type {import("../main.js").App} */ app, /** @type {string} */ key, /** @type {(end: () => void) => void} */ onEnd) {
  const { element, stop } = createLog(app, key);
  onEnd(stop);
  return section("Log", element);
}

function environment(/** @type {any} */ env) {
  const rows = Object.entries(flattened(env)).map(([name, value]) => [name, show(value, "text")]);
  return rows.length > 0 && el("details", { class: "part" }, el("summary", {}, "Environment"), plainTable(["", ""], rows));
}
