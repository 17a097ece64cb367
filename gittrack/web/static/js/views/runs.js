// @ts-check
/** The view of many runs: the table on the left, the charts on the right. */

import { createChoice } from "../charts/choice.js";
import { createCharts } from "../charts/panel.js";
import { el, fill } from "../dom.js";
import { quoted, show } from "../format.js";
import { createSplitter } from "../panes.js";
import { sorted } from "../sort.js";
import { createBar } from "../table/bar.js";
import { columnsOf } from "../table/columns.js";
import { linesOf, matching, quality } from "../table/rows.js";
import { createCopyMenu } from "../table/copy.js";
import { createDifference } from "../table/difference.js";
import { createPicker } from "../table/picker.js";
import { createTable } from "../table/table.js";
import { commandList } from "./parts.js";

/**
 * Put the view into an element.
 * @param {HTMLElement} root
 * @param {import("../main.js").App} app
 * @returns {() => void} removes it
 */
export function mount(root, app) {
  const { store } = app;
  const bar = createBar(app, createPicker(app), createCopyMenu(app));
  const difference = createDifference(app);
  const constants = el("div", { class: "constants" });
  const left = el("div", { class: "pane" }, el("h1", { class: "hidden-text" }, "Runs"), bar.element, constants);
  const table = createTable(left, app);
  const commands = el("div");
  left.append(difference.element, commands);
  const choice = createChoice();
  const charts = createCharts(app, () => choice(store.get()).keys, () => choice(store.get()));
  const splitter = createSplitter(app, left, charts.element);
  fill(root, left, splitter.element, charts.element);

  function arrange(/** @type {any} */ _ = null, /** @type {Set<string> | null} */ changed = null) {
    const state = store.get();
    const { runs, sort } = state;
    if (!changed || ["runs", "group", "find", "baseline"].some((name) => changed.has(name))) bar.refresh();
    if (!runs) return;
    const every = runs.keys.map((/** @type {string} */ _, /** @type {number} */ i) => i);
    // Of many runs only windows of rows are here: what needs all rows is off.
    const rows = runs.complete ? matching(runs, sorted(runs, sort), state.find) : every;
    const lines = linesOf(runs, rows, state);
    const columns = columnsOf(runs, state);
    const qualities = new Map(columns.filter((column) => column.goal && runs.complete).map((column) => [column.name, quality(column, rows)]));
    store.set({ order: lines.map((line) => line.id) });
    if (state.panes === "charts") return; // the rest is not shown
    table.show({ lines, columns, look: { runs, sort, baseline: runs.keys.indexOf(state.baseline), qualities } });
    const fixed = runs.columns.filter((/** @type {any} */ column) => "value" in column && column.group === "param");
    const same = fixed.map((/** @type {any} */ column) => `${column.head}=${show(column.value, column.kind)}`).join("  ");
    if (constants.textContent !== same) fill(constants, same); // else the page need not be laid out again
    const order = runs.complete && sort.length > 0 ? ` --sort ${quoted(sort[0])}` : ""; // by the page; ls sorts by one key
    const search = state.find ? ", without the search" : ""; // which the command line does not have
    fill(commands, commandList(runs.commands.map((/** @type {any} */ command) => ({ ...command, what: command.what + search, track: command.track + order })), app));
  }

  const off = [
    store.on(["runs", "sort", "columns", "pinned", "widths", "group", "folded", "find", "baseline", "panes"], arrange),
    store.on(["selected", "cursor", "colors", "hidden", "hover"], table.mark),
    charts.stop,
    table.stop,
    difference.stop,
    splitter.stop,
    store.on(["cursor"], ({ cursor }) => table.reveal(cursor)),
  ];
  arrange();
  return () => off.forEach((end) => end());
}
