// @ts-check
/** The view of many runs: the table on the left, the charts on the right. */

import { createChart } from "../charts/chart.js";
import { colorOf } from "../color.js";
import { el, fill } from "../dom.js";
import { show } from "../format.js";
import { unpack } from "../pack.js";
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
  const grid = el("div", { class: "grid" });
  const right = el("div", { class: "pane charts" }, grid);
  fill(root, left, right);

  function paintTable() {
    const { runs, sort } = app.store.get();
    if (!runs) return;
    const rows = runs.complete ? sorted(runs, sort) : runs.keys.map((/** @type {string} */ _, /** @type {number} */ i) => i);
    table.show(runs, rows, runs.columns.filter((/** @type {any} */ column) => column.shown), sort);
    const fixed = runs.columns.filter((/** @type {any} */ column) => "value" in column && column.group === "param");
    fill(constants, fixed.map((/** @type {any} */ column) => `${column.head}=${show(column.value, column.kind)}`).join("  "));
    fill(commands, runs.commands.map((/** @type {any} */ command) => command.track).join("   "));
  }

  let current = 0;
  async function paintCharts() {
    const { runs, selected, x, log } = app.store.get();
    if (!runs) return;
    const keys = selected.length > 0 ? selected : runs.keys.slice(0, MOST_CURVES);
    const turn = ++current;
    const document = keys.length > 0 ? await app.data.get("series", { run: keys, x }) : { series: [] };
    if (turn !== current) return;
    /** @type {Map<string, any[]>} */
    const curves = new Map();
    for (const entry of document.series) {
      const curve = { key: entry.run, x: unpack(entry.x), y: unpack(entry.y), color: colorOf(entry.run) };
      curves.set(entry.metric, [...(curves.get(entry.metric) || []), curve]);
    }
    const charts = [...curves].map(([metric, lines]) => ({ chart: createChart(metric), lines }));
    fill(grid, ...charts.map(({ chart }) => chart.element));
    for (const { chart, lines } of charts) chart.paint(lines, { log, x });
  }

  const off = [
    app.store.on(["runs", "sort", "selected", "columns"], paintTable),
    app.store.on(["runs", "selected", "x", "log"], () => app.guarded(paintCharts)),
  ];
  paintTable();
  app.guarded(paintCharts);
  return () => off.forEach((end) => end());
}
