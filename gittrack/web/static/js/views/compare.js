// @ts-check
/** The view of what differs between the selected runs: values, the code itself, consoles, and artifacts side by side. */

import { el, fill } from "../dom.js";
import { general, show } from "../format.js";
import { changed, settings } from "../plots/address.js";
import { columnOf, valueAt } from "../sort.js";
import { artifactPairs } from "./compare_files.js";
import { createLog } from "./log.js";
import { commandList, link, mountPage, plainTable, section, signOf } from "./parts.js";
import { patchOf } from "./patch.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {(end: () => void) => void} OnEnd */

const TITLES = { params: "Params", metrics: "Metrics", run: "Command, seed and tags", inputs: "Inputs", packages: "Packages", env: "Environment" };
const MOST_LOGS = 4; // side by side
const PAUSE = 1000; // milliseconds after which the tabs that are not shown are made
const MOST_PAIRS = 4; // whose code is asked for without a click

/**
 * Put the comparison of the runs in `selected` into an element.
 * @param {HTMLElement} root
 * @param {App} app
 * @returns {() => void} removes it
 */
export function mount(root, app) {
  const load = async () => {
    const { selected } = app.store.get();
    return selected.length < 2 ? null : app.data.get("compare", { run: selected });
  };
  const sign = (/** @type {any} */ { runs, selected }) => signOf(runs, selected);
  return mountPage(root, app, load, (document, onEnd) => page(app, document, onEnd), ["selected", "runs"], sign);
}

function page(/** @type {App} */ app, /** @type {any} */ document, /** @type {OnEnd} */ onEnd) {
  const back = el("p", {}, link(app, "← all runs", { view: "runs", target: "" }));
  if (document === null) return [back, el("p", { text: "Pick two runs or more in the table." })];
  const tabs = [
    ["values", "Values", () => [...sections(app, document), equalParts(document)]],
    ["code", "Code", () => codes(app, document)],
    ["logs", "Consoles", (/** @type {OnEnd} */ end) => logs(app, document, end), document.logs.some((/** @type {number} */ size) => size > 0)],
    ["files", "Artifacts", (/** @type {OnEnd} */ end) => artifactPairs(app, document, names(app, document), end), document.artifacts.length > 0],
  ].filter(([, , , isThere = true]) => isThere);
  return [back, el("h1", { text: "What differs" }), runList(app, document), tabbed(app, /** @type {any} */ (tabs), onEnd), commandList(document.commands.filter((/** @type {any} */ command) => !command.part), app)];
}

function runList(/** @type {App} */ app, /** @type {any} */ document) {
  const links = names(app, document).map((/** @type {string} */ name, /** @type {number} */ i) => el("span", {}, i > 0 && " · ", link(app, name, { view: "run", target: document.keys[i] })));
  return el("p", {}, ...links);
}

// Tabs of which one is shown; the choice is in the address.  The others are made when the browser has nothing to do, so that
// all of them are there if the page is printed.
function tabbed(/** @type {App} */ app, /** @type {[string, string, (onEnd: OnEnd) => import("../dom.js").Child[]][]} */ tabs, /** @type {OnEnd} */ onEnd) {
  const panels = tabs.map(([id, title]) => el("div", { role: "tabpanel", "aria-label": title, "data-tab": id, hidden: true }, el("h2", { class: "on-paper", text: title })));
  const buttons = tabs.map(([id, title]) => el("button", { type: "button", role: "tab", "data-tab": id, on: { click: () => choose(id, true), keydown: (/** @type {KeyboardEvent} */ event) => moved(event, id) } }, title));

  function choose(/** @type {string} */ id, isNew = false) {
    const [name] = tabs.find((tab) => tab[0] === id) ?? tabs[0];
    for (const button of buttons) {
      const mine = button.dataset.tab === name;
      button.setAttribute("aria-selected", String(mine));
      button.tabIndex = mine ? 0 : -1;
      if (mine && isNew) button.focus();
    }
    panels.forEach((panel, i) => {
      panel.hidden = panel.dataset.tab !== name;
      if (!panel.hidden) make(i);
    });
    if (isNew) app.store.set({ axes: changed(app.store.get().axes, { tab: name === tabs[0][0] ? null : name }) });
  }

  function make(/** @type {number} */ i) {
    if (panels[i].childElementCount === 1) panels[i].append(...content(tabs[i][2](onEnd)));
  }

  function makeAll() {
    panels.forEach((_, i) => make(i));
  }

  function moved(/** @type {KeyboardEvent} */ event, /** @type {string} */ id) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by) choose(tabs[(tabs.findIndex((tab) => tab[0] === id) + by + tabs.length) % tabs.length][0], true);
  }

  const waiting = window.setTimeout(makeAll, PAUSE);
  const print = () => {
    makeAll();
    for (const details of panels.flatMap((panel) => [...panel.querySelectorAll("details.code-pair")])) details.open = true;
  };
  addEventListener("beforeprint", print);
  if (globalThis.document.documentElement.hasAttribute("data-paper")) print(); // the view is made while it is printed
  onEnd(() => (clearTimeout(waiting), removeEventListener("beforeprint", print)));
  choose(settings(app.store.get().axes).tab || "");
  return el("div", {}, el("div", { role: "tablist", class: "tabs", "aria-label": "what is compared" }, ...buttons), ...panels);
}

function content(/** @type {import("../dom.js").Child[]} */ children) {
  return /** @type {Node[]} */ (children.filter(Boolean));
}

/**
 * Return the parts of a comparison: params, metrics, facts, environment, and the code.
 * @param {App} app
 * @param {any} document  the document `compare`
 * @returns {import("../dom.js").Child[]}
 */
export function differences(app, document) {
  return [...sections(app, document), code(app, document, document.code), equalParts(document)];
}

function sections(/** @type {App} */ app, /** @type {any} */ document) {
  const heads = names(app, document);
  const isPackage = (/** @type {any} */ row) => row.name.startsWith("packages.");
  const { env } = document.sections;
  const packages = env.filter(isPackage).map((/** @type {any} */ row) => ({ ...row, name: row.name.slice("packages.".length) }));
  const rows = { ...document.sections, packages, env: env.filter((/** @type {any} */ row) => !isPackage(row)) };
  return Object.entries(TITLES).map(([kind, title]) => values(kind, title, rows[kind], heads, commandOf(app, document, kind === "packages" ? "env" : kind)));
}

function equalParts(/** @type {any} */ document) {
  const parts = { equal: document.equal, "not recorded": document.unrecorded, "not in this file": document.left_out };
  const lines = Object.entries(parts).filter(([, names]) => names?.length > 0);
  const text = lines.map(([title, names]) => `${title}: ${names.join(", ")}`).join("; ");
  return lines.length > 0 && el("p", { class: "muted", text });
}

function commandOf(/** @type {App} */ app, /** @type {any} */ document, /** @type {string} */ part) {
  const command = document.commands.find((/** @type {any} */ entry) => entry.part === part);
  return command && (command.track || command.git) ? commandList([{ ...command, what: document.keys.length > 2 ? "by command, git of the first two" : "by command" }], app) : null;
}

function names(/** @type {App} */ app, /** @type {any} */ document) {
  const all = document.keys.map((/** @type {string} */ key) => name(app, key));
  // Runs of one name have their ids, too.
  return all.map((/** @type {string} */ text, /** @type {number} */ i) => (all.indexOf(text) === all.lastIndexOf(text) ? text : `${text} ${document.keys[i].slice(-8)}`));
}

function name(/** @type {App} */ app, /** @type {string} */ key) {
  const { runs } = app.store.get();
  const row = runs ? runs.keys.indexOf(key) : -1;
  const column = runs && columnOf(runs, "name");
  return (row >= 0 && column && valueAt(column, row)) || key.slice(-8);
}

function values(/** @type {string} */ kind, /** @type {string} */ title, /** @type {any[]} */ rows, /** @type {string[]} */ heads, /** @type {HTMLElement | null} */ command) {
  if (rows.length === 0) return null;
  const isMetric = kind === "metrics";
  const lines = rows.map((row) => [row.name, ...row.values.map((/** @type {any} */ value, /** @type {number} */ i) => cell(value, isMetric ? row : null, i))]);
  return section(title, plainTable([kind === "run" ? "fact" : title.toLowerCase(), ...heads], lines, [false, ...heads.map(() => isMetric)]), command);
}

function cell(/** @type {any} */ value, /** @type {any} */ metric, /** @type {number} */ i) {
  const text = value !== null && typeof value === "object" && value.missing ? "-" : show(value, metric ? "number" : Array.isArray(value) ? "list of words" : "text");
  const delta = metric && metric.delta[i];
  if (delta === null || delta === undefined || delta === 0) return text;
  const percent = metric.percent[i] === null ? "" : ` ${metric.percent[i] > 0 ? "+" : ""}${metric.percent[i].toFixed(1)} %`;
  const better = metric.goal === null ? "" : (delta < 0) === (metric.goal === "min") ? "better" : "worse";
  return el("span", {}, text, el("small", { class: better, title: better }, `  Δ ${delta > 0 ? "+" : ""}${general(delta, 4)}${percent}`));
}

// Of two runs the patch is in the document; of more, each is compared with the first on demand.
function codes(/** @type {App} */ app, /** @type {any} */ document) {
  const { keys, codes: commits } = document;
  if (keys.length === 2) return [code(app, document, document.code) ?? el("p", { text: commits[0] === commits[1] ? "The code is the same." : "This page does not hold the difference between these two states of the code." })];
  const heads = names(app, document);
  const rest = keys.slice(1).map((/** @type {string} */ key, /** @type {number} */ i) => {
    if (commits[i + 1] === commits[0]) return el("p", {}, `${heads[i + 1]}: the same code as ${heads[0]}`);
    const box = el("div", {});
    const details = el("details", { class: "code-pair", on: { toggle: () => details.open && !box.firstChild && app.guarded(open) } }, el("summary", {}, `${heads[i + 1]}, compared with ${heads[0]}`), box);
    async function open() {
      const pair = await app.data.get("compare", { run: [keys[0], key] });
      fill(box, code(app, pair, pair.code) ?? el("p", { text: "This page does not hold the code." }));
    }
    if (i < MOST_PAIRS) app.guarded(open); // for paper, which cannot be clicked
    return details;
  });
  return [section("Code", ...rest)];
}

function code(/** @type {App} */ app, /** @type {any} */ document, /** @type {any} */ change) {
  if (change === null) return null;
  if (change.problem) return section("Code", el("p", { text: change.problem }));
  if (!change.patch) return null;
  return section("Code", el("p", { class: "muted", text: change.stat }), patchOf(change.patch), change.truncated && el("p", { text: "… the rest is cut off" }), commandOf(app, document, "code"));
}

function logs(/** @type {App} */ app, /** @type {any} */ document, /** @type {OnEnd} */ onEnd) {
  const heads = names(app, document);
  const some = document.keys.slice(0, MOST_LOGS);
  const together = el("input", { type: "checkbox" });
  const columns = some.map((/** @type {string} */ key, /** @type {number} */ i) => {
    if (!document.logs[i]) return el("section", { "aria-label": heads[i] }, el("h3", { text: heads[i] }), el("p", { class: "muted", text: "It printed nothing." }));
    const { element, stop } = createLog(app, key, { title: `console of ${heads[i]}`, atEnd: false });
    onEnd(stop);
    return el("section", { "aria-label": heads[i] }, el("h3", { text: heads[i] }), element);
  });
  const grid = el("div", { class: "beside" }, ...columns);
  grid.addEventListener("scroll", (/** @type {Event} */ { target }) => {
    const moved = /** @type {HTMLElement} */ (target);
    if (together.checked && moved.matches(".console")) for (const box of grid.querySelectorAll(".console")) if (box !== moved) box.scrollTop = moved.scrollTop;
  }, true);
  return [
    el("p", {}, el("label", {}, together, " scroll together"), document.keys.length > MOST_LOGS && ` the first ${MOST_LOGS} of ${document.keys.length} runs`),
    grid, commandOf(app, document, "log"),
  ];
}
