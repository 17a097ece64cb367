// @ts-check
/** The artifacts of a run with a preview of each: pictures, sounds, tables, texts, pages without scripts, and figures. */

import { rowsOf } from "../delimited.js";
import { el, fill } from "../dom.js";
import { size } from "../format.js";
import { createLog } from "./log.js";
import { foldedPart, plainTable, section } from "./parts.js";

const MOST_ROWS = 500; // of a table
const MOST_BYTES = 1 << 20; // of a table

/** @typedef {(end: () => void) => void} OnEnd */

/**
 * Return the list of artifacts; a click opens a preview.
 * @param {import("../main.js").App} app
 * @param {any} document  the document `run`
 * @param {OnEnd} onEnd  takes what must be ended with the page
 */
export function artifactList(app, { outputs, key }, onEnd) {
  const files = outputs.filter((/** @type {any} */ item) => !item.media); // media have a part of their own
  if (files.length === 0) return null;
  const rows = files.map((/** @type {any} */ item) => {
    const address = item.missing ? null : app.data.artifact(key, item);
    const name = item.path.split("/").pop();
    const save = address === null ? "" : el("a", { href: address, download: name, "aria-label": `save ${item.path}` }, "save");
    return [entry(app, key, item, address, onEnd), item.size === undefined ? "" : size(item.size), item.missing || item.where || "", save];
  });
  return section("Artifacts", plainTable(["path", "size", "where", ""], rows, [false, true]));
}

function entry(/** @type {import("../main.js").App} */ app, /** @type {string} */ key, /** @type {any} */ item, /** @type {string | null} */ address, /** @type {OnEnd} */ onEnd) {
  if (address === null || !item.preview) return item.path;
  const box = el("div", { class: "preview-box" });
  const isSmall = item.preview === "image" || item.preview === "audio"; // they are there at once
  return foldedPart(app, { open: isSmall }, [item.path], box, () => previewOf(app, key, item, onEnd));
}

/**
 * Return the preview of an artifact; a text if it cannot be shown.
 * @param {import("../main.js").App} app
 * @param {string} key
 * @param {any} item
 * @param {OnEnd} onEnd
 * @returns {Promise<import("../dom.js").Child[]>}
 */
export async function previewOf(app, key, item, onEnd) {
  const address = item.missing ? null : app.data.artifact(key, item);
  if (address === null) return [el("p", { class: "muted", text: item.missing || "its content is not here" })];
  if (!item.preview) return [el("a", { href: address, download: item.path.split("/").pop() }, item.path)];
  return PREVIEWS[item.preview](app, key, item, address, onEnd);
}

/** @type {Record<string, (app: import("../main.js").App, key: string, item: any, address: string, onEnd: OnEnd) => any>} */
const PREVIEWS = {
  image: async (_, __, item, address) => [picture(item.path, address)],
  audio: async (_, __, item, address) => [el("audio", { controls: true, src: address, preload: "none", "aria-label": item.path })],
  text: async (app, key, item, _, onEnd) => {
    const { element, stop } = createLog(app, key, { oid: item.oid, title: item.path, atEnd: false });
    onEnd(stop);
    return [element];
  },
  table: async (app, key, item) => [tableOf(await readTable(app, key, item))],
  page: async (app, key, item, address) => {
    const { figure, installed } = /\.html?$/i.test(item.path) ? await app.data.get("figure", { run: key, oid: item.oid }) : { figure: false, installed: false };
    const page = frame(item.path, `${address}&frame=1`, "");
    if (!figure) return [page];
    const box = el("div", {}, page);
    const draw = el("button", { type: "button", on: { click: () => fill(box, figureFrame(app, key, item)) } }, "draw by plotly");
    return [el("p", {}, installed ? draw : MISSING), box];
  },
  figure: async (app, key, item) => {
    const { figure, installed } = await app.data.get("figure", { run: key, oid: item.oid });
    if (!figure) return [el("p", { text: "This is not a figure of plotly." })];
    return [installed ? figureFrame(app, key, item) : el("p", { text: MISSING })];
  },
};

const MISSING = "This is a figure of plotly. It can be drawn if plotly is installed where the server runs: pip install plotly";

/**
 * Return a picture; a click shows it in its own size.
 * @param {string} path
 * @param {string} address
 * @returns {HTMLElement}
 */
export function picture(path, address) {
  const image = el("img", { class: "preview", src: address, alt: path, loading: "lazy" });
  return el("button", { type: "button", class: "zoomed", "aria-label": `${path}: own size`, "aria-pressed": "false", on: {
    click: (/** @type {any} */ event) => event.currentTarget.setAttribute("aria-pressed", String(image.classList.toggle("large"))),
  } }, image);
}

// A page without scripts, forms, and an origin.
function frame(/** @type {string} */ title, /** @type {string} */ src, /** @type {string} */ sandbox) {
  return el("iframe", { class: "preview", sandbox, src, title, loading: "lazy", referrerpolicy: "no-referrer" });
}

// The page of a figure runs one script of the server, but without the origin of this page.
function figureFrame(/** @type {import("../main.js").App} */ app, /** @type {string} */ key, /** @type {any} */ item) {
  return frame(item.path, app.data.figure(key, item) || "", "allow-scripts");
}

/**
 * Return the rows of a table among the artifacts of a run, and what was left out.
 * @param {import("../main.js").App} app
 * @param {string} key
 * @param {any} item
 * @returns {Promise<{rows: string[][], about: string}>}
 */
export async function readTable(app, key, item) {
  const { text, to, size: whole } = await app.data.get("log", { run: key, oid: item.oid, from: 0, limit: MOST_BYTES });
  const rows = rowsOf(text, item.path.toLowerCase().endsWith(".tsv") ? "\t" : ",", MOST_ROWS + 2);
  if (to < whole && rows.length < MOST_ROWS + 2) rows.pop(); // it may be cut
  const isCut = to < whole || rows.length > MOST_ROWS + 1;
  return { rows: rows.slice(0, MOST_ROWS + 1), about: isCut ? `The first ${Math.min(rows.length - 1, MOST_ROWS)} rows are shown; the file has ${size(whole)}.` : "" };
}

function tableOf(/** @type {{rows: string[][], about: string}} */ { rows: [heads = [], ...rows], about }) {
  const isNumber = heads.map((_, i) => rows.length > 0 && rows.every((row) => row[i] === undefined || row[i] === "" || !Number.isNaN(Number(row[i]))));
  return el("div", { class: "sheet", tabindex: "0" }, about && el("p", { class: "muted", text: about }), plainTable(heads, rows, isNumber));
}
