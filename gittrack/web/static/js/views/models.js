// @ts-check
/** The view of models: the list, and one model with its versions and its history. */

import { el } from "../dom.js";
import { show } from "../format.js";
import { commandList, link, mountPage, plainTable, section } from "./parts.js";

/**
 * Put the model `target`, or the list of models, into an element.
 * @param {HTMLElement} root
 * @param {import("../main.js").App} app
 * @returns {() => void} removes it
 */
export function mount(root, app) {
  const load = () => {
    const { target } = app.store.get();
    return target ? app.data.get("model", { model: target }) : app.data.get("models");
  };
  return mountPage(root, app, load, (document) => (document.models ? list(app, document) : one(app, document)), ["target"]);
}

function list(/** @type {import("../main.js").App} */ app, /** @type {any} */ document) {
  const rows = document.models.map((/** @type {any} */ model) => [
    link(app, model.model, { target: model.model }), show(model.latest && model.latest.version, "mixed"),
    Object.entries(model.stages).map(([stage, version]) => `${stage}: ${version}`).join(", "), model.deprecated ? "deprecated" : "",
  ]);
  const table = rows.length > 0 ? plainTable(["model", "latest", "stages", ""], rows) : el("p", { text: "There are no models." });
  return [el("h1", { text: "Models" }), table, commandList(document.commands, app)];
}

function one(/** @type {import("../main.js").App} */ app, /** @type {any} */ document) {
  const versions = document.versions.map((/** @type {any} */ version) => [
    version.key ? link(app, String(version.version), { view: "run", target: version.key }) : String(version.version),
    version.stages.join(", "), show(version.at, "date"), version.by || "", version.why || "", version.signature || "",
  ]);
  const history = [...document.history].reverse().map((/** @type {any} */ event) => [
    show(event.at, "date"), event.event, String(event.version ?? ""), event.stage || "", event.by || "", event.gate || "", event.why || "",
  ]);
  return [
    el("p", {}, link(app, "← all models", { target: "" })),
    el("h1", { text: document.model.model }),
    section("Versions", plainTable(["version", "stages", "registered", "by", "why", "signature"], versions)),
    section("History", plainTable(["when", "event", "version", "stage", "by", "gate", "why"], history)),
    commandList(document.commands, app),
  ];
}
