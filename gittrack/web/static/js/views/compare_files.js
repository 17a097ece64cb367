// @ts-check
/** The artifacts of several runs side by side: pictures, tables row by row, texts, and sizes of the rest. */

import { sideBySide } from "../delimited.js";
import { el, fill } from "../dom.js";
import { size } from "../format.js";
import { picture, readTable } from "./artifacts.js";
import { createLog } from "./log.js";
import { commandList, foldedPart, plainTable, section } from "./parts.js";

const MOST_RUNS = 4; // side by side

/** @typedef {import("../main.js").App} App */
/** @typedef {(end: () => void) => void} OnEnd */

/**
 * Return the artifacts of the runs of a comparison, side by side.
 * @param {App} app
 * @param {any} document  the document `compare`
 * @param {string[]} heads  the names of the runs
 * @param {OnEnd} onEnd  takes what must be ended with the page
 * @returns {import("../dom.js").Child[]}
 */
export function artifactPairs(app, document, heads, onEnd) {
  const rows = document.artifacts.map((/** @type {any} */ row) => [
    row.path, row.equal ? "equal" : row.items.some((/** @type {any} */ item) => item === null) ? "not in all" : "differs",
    ...row.items.map((/** @type {any} */ item) => (item && typeof item.size === "number" ? size(item.size) : "-")),
  ]);
  const shown = document.artifacts.filter((/** @type {any} */ row) => BESIDE[row.preview]);
  return [
    document.keys.length > MOST_RUNS && el("p", { class: "muted", text: `The first ${MOST_RUNS} of ${document.keys.length} runs are side by side.` }),
    ...shown.map((/** @type {any} */ row) => part(app, document, row, heads, onEnd)),
    section("All artifacts", plainTable(["path", "", ...heads], rows, [false, false, ...heads.map(() => true)])),
  ];
}

function part(/** @type {App} */ app, /** @type {any} */ document, /** @type {any} */ row, /** @type {string[]} */ heads, /** @type {OnEnd} */ onEnd) {
  const box = el("div", {});
  const isOpen = !row.equal && row.preview === "image";
  const runs = document.keys.slice(0, MOST_RUNS).map((/** @type {string} */ key, /** @type {number} */ i) => ({ key, head: heads[i], item: row.items[i] }));
  const command = commandList(row.git ? [{ what: "by command", track: "", git: row.git }] : [], app);
  const title = [row.path, row.equal && el("small", { class: "muted" }, "  equal")];
  return foldedPart(app, { class: "part", open: isOpen }, title, box, async () => [...(await BESIDE[row.preview](app, runs, onEnd)), command]);
}

/** @typedef {{key: string, head: string, item: any}[]} Runs */

/** @type {Record<string, (app: App, runs: Runs, onEnd: OnEnd) => any>} */
const BESIDE = {
  image: async (app, runs) => [el("div", { class: "beside" }, ...runs.map(({ key, head, item }) => {
    const address = isHere(item) ? app.data.artifact(key, item) : null;
    return el("figure", {}, el("figcaption", { text: head }), address ? picture(`${item.path} of ${head}`, address) : absent(item));
  }))],
  text: async (app, runs, onEnd) => [el("div", { class: "beside" }, ...runs.map(({ key, head, item }) => {
    if (!isHere(item)) return el("section", {}, el("h3", { text: head }), absent(item));
    const { element, stop } = createLog(app, key, { oid: item.oid, title: `${item.path} of ${head}`, atEnd: false });
    onEnd(stop);
    return el("section", {}, el("h3", { text: head }), element);
  }))],
  table: async (app, runs) => {
    const here = runs.filter(({ item }) => isHere(item));
    const tables = await Promise.all(here.map(({ key, item }) => readTable(app, key, item)));
    const abouts = tables.map(({ about }, i) => about && el("p", { class: "muted", text: `${here[i].head}: ${about}` }));
    return [...abouts, tableBeside(tables.map(({ rows }) => rows), here.map(({ head }) => head))];
  },
};

function isHere(/** @type {any} */ item) {
  return Boolean(item && item.oid && !item.missing);
}

function absent(/** @type {any} */ item) {
  return el("p", { class: "muted", text: item ? item.missing || "its content is not here" : "this run does not have it" });
}

// Each column of the tables has a column per run; a cell that differs from the first run is marked.
function tableBeside(/** @type {string[][][]} */ tables, /** @type {string[]} */ names) {
  const { heads, rows } = sideBySide(tables);
  const differing = rows.filter((row) => row.differs.some(Boolean)).length;
  const only = el("input", { type: "checkbox", on: { change: paint } });
  const body = el("tbody", {});
  const top = el("tr", {}, el("th", { rowspan: 2, scope: "col" }, "row"), ...heads.map((head) => el("th", { colspan: names.length, scope: "colgroup" }, head)));
  const second = el("tr", {}, ...heads.flatMap(() => names.map((name) => el("th", { scope: "col" }, name))));

  function paint() {
    const lines = rows.map((row, i) => ({ ...row, number: i + 1 })).filter((row) => !only.checked || row.differs.some(Boolean));
    fill(body, ...lines.map(({ cells, number }) => el("tr", {}, el("th", { scope: "row" }, String(number)),
      ...cells.flatMap((texts) => texts.map((text) => el("td", { class: text !== texts[0] ? "differs" : "" }, text ?? "-"))))));
  }

  paint();
  return el("div", {},
    el("p", {}, `${differing} of ${rows.length} rows differ  `, el("label", {}, only, " only these")),
    el("div", { class: "sheet", tabindex: "0" }, el("table", { class: "plain" }, el("thead", {}, top, second), body)));
}
