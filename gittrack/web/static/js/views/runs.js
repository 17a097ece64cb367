// @ts-check
/** The view of many runs: the table on the left, the charts on the right. */

import { createCharts } from "../charts/panel.js";
import { el, fill } from "../dom.js";
import { show } from "../format.js";
import { sorted } from "../sort.js";
import { createTable } from "../table/table.js";

const MOST_CURVES = 10; // runs whose curves are drawn if none is selected

/**
 * Put the view into an element.
 * @param {HTMLElement} root
 * @param {import("../main.js").App} app
 * @returns {() => void} removes it
 */
export function mount(root, app) {
  const constants = el("div", { class: "constants" });
  const left = el("div", { class: "pane" }, constants);
  const table = createTable(left, app);
  const commands = el("div", { class: "commands" });
  left.append(commands);
  const charts = createCharts(app, keys);
  fill(root, left, charts.element);

  function paintTable() {
    const { runs, sort } = app.store.get();
    if (!runs) return;
    const rows = runs.complete ? sorted(runs, sort) : runs.keys.map((/** @type {string} */ _, /** @type {number} */ i) => i);
    app.store.set({ order: rows.map((/** @type {number} */ row) => runs.keys[row]) });
    table.show(runs, rows, runs.columns.filter((/** @type {any} */ column) => column.shown), sort);
    const fixed = runs.columns.filter((/** @type {any} */ column) => "value" in column && column.group === "param");
    fill(constants, fixed.map((/** @type {any} */ column) => `${column.head}=${show(column.value, column.kind)}`).join("  "));
    fill(commands, runs.commands.map((/** @type {any} */ command) => command.track).join("   "));
  }

  function keys() {
    const { runs, selected, hidden } = app.store.get();
    const chosen = selected.length > 0 ? selected : runs ? runs.keys.slice(0, MOST_CURVES).filter(Boolean) : [];
    return chosen.filter((/** @type {string} */ key) => !hidden.includes(key));
  }

  const off = [
    app.store.on(["runs", "sort", "selected", "columns", "cursor", "colors"], paintTable),
    charts.stop,
  ];
  paintTable();
  return () => off.forEach((end) => end());
}
