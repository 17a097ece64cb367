// @ts-check
/** The view of what differs between the selected runs: values, and the code itself. */

import { el } from "../dom.js";
import { general, show } from "../format.js";
import { columnOf, valueAt } from "../sort.js";
import { commandList, link, mountPage, plainTable, section } from "./parts.js";

const TITLES = { params: "Params", metrics: "Metrics", run: "Command, seed and tags", inputs: "Inputs", env: "Environment and packages" };

/**
 * Put the comparison of the runs in `selected` into an element.
 * @param {HTMLElement} root
 * @param {import("../main.js").App} app
 * @returns {() => void} removes it
 */
export function mount(root, app) {
  const load = async () => {
    const { selected } = app.store.get();
    return selected.length < 2 ? null : app.data.get("compare", { run: selected });
  };
  return mountPage(root, app, load, (document) => page(app, document), ["selected", "runs"]);
}

function page(/** @type {import("../main.js").App} */ app, /** @type {any} */ document) {
  const back = el("p", {}, link(app, "← all runs", { view: "runs", target: "" }));
  if (document === null) return [back, el("p", { text: "Pick two runs or more in the table." })];
  return [back, el("h1", { text: "What differs" }), ...differences(app, document), commandList(document.commands, app)];
}

/**
 * Return the parts of a comparison: params, metrics, facts, environment, and the code.
 * @param {import("../main.js").App} app
 * @param {any} document  the document `compare`
 * @returns {import("../dom.js").Child[]}
 */
export function differences(app, document) {
  const heads = document.keys.map((/** @type {string} */ key) => name(app, key));
  const sections = Object.entries(TITLES).map(([kind, title]) => values(kind, title, document.sections[kind], heads));
  const equal = document.equal.length > 0 && el("p", { class: "muted", text: `equal: ${document.equal.join(", ")}` });
  return [...sections, code(document.code), equal];
}

function name(/** @type {import("../main.js").App} */ app, /** @type {string} */ key) {
  const { runs } = app.store.get();
  const row = runs ? runs.keys.indexOf(key) : -1;
  const column = runs && columnOf(runs, "name");
  return (row >= 0 && column && valueAt(column, row)) || key.slice(-8);
}

function values(/** @type {string} */ kind, /** @type {string} */ title, /** @type {any[]} */ rows, /** @type {string[]} */ heads) {
  if (rows.length === 0) return null;
  const isMetric = kind === "metrics";
  const lines = rows.map((row) => [row.name, ...row.values.map((/** @type {any} */ value, /** @type {number} */ i) => cell(value, isMetric ? row : null, i))]);
  return section(title, plainTable([kind === "run" ? "fact" : kind, ...heads], lines, [false, ...heads.map(() => isMetric)]));
}

function cell(/** @type {any} */ value, /** @type {any} */ metric, /** @type {number} */ i) {
  const text = value !== null && typeof value === "object" && value.missing ? "-" : show(value, metric ? "number" : Array.isArray(value) ? "list of words" : "text");
  const delta = metric && metric.delta[i];
  if (delta === null || delta === undefined || delta === 0) return text;
  const percent = metric.percent[i] === null ? "" : ` ${metric.percent[i] > 0 ? "+" : ""}${metric.percent[i].toFixed(1)} %`;
  const better = metric.goal === null ? "" : (delta < 0) === (metric.goal === "min") ? "better" : "worse";
  return el("span", {}, text, el("small", { class: better }, `  ${delta > 0 ? "+" : ""}${general(delta, 4)}${percent}`));
}

function code(/** @type {any} */ change) {
  if (change === null) return null;
  if (change.problem) return section("Code", el("p", { text: change.problem }));
  if (!change.patch) return null;
  const lines = change.patch.split("\n").map((/** @type {string} */ line) => el("span", { class: lineClass(line) }, `${line}\n`));
  return section("Code", el("p", { class: "muted", text: change.stat }), el("pre", { class: "patch", tabindex: "0" }, ...lines), change.truncated && el("p", { text: "… the rest is cut off" }));
}

function lineClass(/** @type {string} */ line) {
  if (line.startsWith("+++") || line.startsWith("---") || line.startsWith("diff ")) return "file";
  return { "+": "added", "-": "removed", "@": "hunk" }[line[0]] || "";
}
