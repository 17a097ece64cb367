// @ts-check
/** The bar over the table: search in the rows, and groups. */

import { el, fill } from "../dom.js";

const EXCEPT_SEED = "-seed";

/**
 * Return the bar.
 * @param {import("../main.js").App} app
 * @param {...HTMLElement} more  further buttons
 * @returns {{element: HTMLElement, refresh: () => void}}
 */
export function createBar(app, ...more) {
  const { store } = app;
  const find = el("input", { type: "search", "aria-label": "search in the table", placeholder: "search", value: store.get().find, on: { input: () => store.set({ find: find.value }) } });
  const choice = el("select", { "aria-label": "group by", on: { change: () => add(choice.value) } });
  const chosen = el("span", { class: "chips" });

  function add(/** @type {string} */ name) {
    const { group } = store.get();
    if (!name || group.includes(name)) return;
    const isExcept = name.startsWith("-");
    store.set({ group: [...group.filter((/** @type {string} */ other) => other.startsWith("-") === isExcept), name] });
  }

  let offered = /** @type {any} */ (undefined); // the runs whose columns are among the choices
  let choices = "";

  function offer(/** @type {any} */ runs) {
    offered = runs;
    const names = runs ? runs.columns.filter((/** @type {any} */ column) => column.group === "param" || ["experiment", "status", "branch", "code", "name"].includes(column.name)) : [];
    const now = JSON.stringify(names.map((/** @type {any} */ column) => [column.name, column.head]));
    if (now === choices) return;
    choices = now;
    fill(choice, el("option", { value: "", text: "group by …" }), el("option", { value: EXCEPT_SEED, text: "all except seed" }), ...names.map((/** @type {any} */ column) => el("option", { value: column.name, text: column.head })));
  }

  function refresh() {
    const { runs, group, baseline } = store.get();
    if (runs !== offered) offer(runs);
    choice.value = "";
    find.disabled = !runs;
    choice.disabled = !runs;
    const groups = group.map((/** @type {string} */ name) => chip(name === EXCEPT_SEED ? "all except seed" : label(runs, name), () => store.set({ group: group.filter((/** @type {string} */ other) => other !== name) })));
    fill(chosen, ...groups, baseline && chip(`baseline ${baseline.slice(-8)}`, () => store.set({ baseline: "" })));
    if (find.value !== store.get().find) find.value = store.get().find;
  }

  refresh();
  return { element: el("div", { class: "tools-row", role: "toolbar", "aria-label": "table" }, find, choice, chosen, ...more), refresh };
}

function label(/** @type {any} */ runs, /** @type {string} */ name) {
  return runs?.columns.find((/** @type {any} */ column) => column.name === name)?.head || name;
}

function chip(/** @type {string} */ text, /** @type {() => void} */ remove) {
  return el("button", { type: "button", class: "chip", "aria-label": `remove: ${text}`, on: { click: remove } }, `${text} ×`);
}
