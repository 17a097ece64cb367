// @ts-check
/** The menu that copies the picked runs, or all rows of the table if none is picked. */

import { download } from "../charts/save.js";
import { copy } from "../clipboard.js";
import { el } from "../dom.js";
import { columnsOf } from "./columns.js";
import { csvOf, idsOf, markdownOf, reproduceCommands } from "./copies.js";
import { createMenu } from "./menu.js";
import { matching } from "./rows.js";
import { sorted } from "../sort.js";

/**
 * Return the button that opens the menu.
 * @param {import("../main.js").App} app
 * @returns {HTMLElement}
 */
export function createCopyMenu(app) {
  function chosen() {
    const { runs, selected, sort, find } = app.store.get();
    const here = sorted(runs, runs.complete ? sort : []).filter((row) => runs.keys[row]);
    const rows = selected.length > 0 ? here.filter((row) => selected.includes(runs.keys[row])) : matching(runs, here, find);
    return { runs, rows, keys: rows.map((row) => runs.keys[row]), columns: columnsOf(runs, app.store.get()) };
  }

  function content(/** @type {() => void} */ close) {
    if (!app.store.get().runs) return [];
    const { runs, rows, keys, columns } = chosen();
    const about = el("p", { class: "muted", text: `${rows.length} ${app.store.get().selected.length > 0 ? "picked" : "shown"} run${rows.length === 1 ? "" : "s"}` });
    const item = (/** @type {string} */ text, /** @type {() => void} */ action) => el("button", { type: "button", on: { click: () => (action(), close()) } }, text);
    return [
      about,
      item("copy ids", () => copy(app, idsOf(keys))),
      item("copy git track reproduce", () => copy(app, reproduceCommands(keys))),
      item("copy Markdown", () => copy(app, markdownOf(runs, rows, columns))),
      item("save CSV", () => download("runs.csv", new Blob([csvOf(runs, rows, columns)], { type: "text/csv" }))),
    ];
  }

  return createMenu("copy", content);
}
