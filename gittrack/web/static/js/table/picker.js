// @ts-check
/** The picker of columns: search, show, pin and move them. */

import { el, fill } from "../dom.js";
import { columnsOf } from "./columns.js";
import { moveColumn } from "./head.js";
import { createMenu } from "./menu.js";

/**
 * Return the button that opens the picker.
 * @param {import("../main.js").App} app
 * @returns {HTMLElement}
 */
export function createPicker(app) {
  const { store } = app;

  function content() {
    const list = el("ul", { class: "picker", "aria-label": "columns" });
    const search = el("input", { type: "search", placeholder: "search columns", "aria-label": "search columns", on: { input: refresh } });
    const reset = el("button", { type: "button", on: { click: () => change({ columns: [], pinned: [], widths: [] }) } }, "as git track ls");

    function change(/** @type {object} */ patch) {
      store.set(patch);
      refresh();
    }

    function refresh() {
      const { runs } = store.get();
      if (!runs) return;
      const visible = columnsOf(runs, store.get());
      const rest = runs.columns.filter((/** @type {any} */ column) => !visible.includes(column));
      const text = search.value.toLowerCase();
      const listed = [...visible, ...rest].filter((column) => column.name.toLowerCase().includes(text));
      const label = document.activeElement?.getAttribute("aria-label");
      fill(list, ...listed.map((column) => entry(column, visible)));
      [...list.querySelectorAll("input, button")].find((part) => part.getAttribute("aria-label") === label)?.focus();
    }

    function entry(/** @type {any} */ column, /** @type {any[]} */ visible) {
      const names = visible.map((other) => other.name);
      const at = names.indexOf(column.name);
      const { pinned } = store.get();
      const isPinned = pinned.includes(column.name);
      const check = el("input", { type: "checkbox", "aria-label": column.name, checked: at >= 0, on: { change: () => change({ columns: at < 0 ? [...names, column.name] : names.filter((name) => name !== column.name) }) } });
      const pin = () => change(isPinned ? { pinned: pinned.filter((/** @type {string} */ name) => name !== column.name) } : { pinned: [...pinned, column.name], columns: at < 0 ? [...names, column.name] : names });
      const earlier = () => {
        moveColumn(app, column.name, names[at - 1]);
        refresh();
      };
      return el("li", {}, el("label", {}, check, column.name),
        el("button", { type: "button", "aria-label": `pin: ${column.name}`, "aria-pressed": String(isPinned), title: "keep on the left", on: { click: pin } }, isPinned ? "★" : "☆"),
        el("button", { type: "button", "aria-label": `move to the left: ${column.name}`, disabled: at < 1, on: { click: earlier } }, "↑"));
    }

    refresh();
    return [search, reset, list];
  }

  return createMenu("columns", content);
}
