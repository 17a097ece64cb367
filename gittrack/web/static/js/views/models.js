// @ts-check
/** The view of models: the list, and one model with its versions, stages over time, gates, history, and differences. */

import { el, fill } from "../dom.js";
import { show } from "../format.js";
import { lanesOf, partsOfTime } from "../stage_lanes.js";
import { differences } from "./compare.js";
import { commandList, link, mountPage, plainTable, section } from "./parts.js";

const MOST_METRICS = 6; // columns

/** @typedef {import("../main.js").App} App */

/**
 * Put the model `target`, or the list of models, into an element.
 * @param {HTMLElement} root
 * @param {App} app
 * @returns {() => void} removes it
 */
export function mount(root, app) {
  const load = () => {
    const { target } = app.store.get();
    return target ? app.data.get("model", { model: target }) : app.data.get("models");
  };
  return mountPage(root, app, load, (document) => (document.models ? list(app, document) : page(app, document)), ["target"]);
}

function list(/** @type {App} */ app, /** @type {any} */ document) {
  const rows = document.models.map((/** @type {any} */ model) => [
    link(app, model.model, { target: model.model }), show(model.latest && model.latest.version, "mixed"),
    Object.entries(model.stages).map(([stage, version]) => `${stage}: ${version}`).join(", "), String(model.versions.length), model.deprecated ? "deprecated" : "",
  ]);
  const table = rows.length > 0 ? plainTable(["model", "latest", "stages", "versions", ""], rows, [false, true, false, true]) : el("p", { text: "There are no models." });
  return [el("h1", { text: "Models" }), table, commandList(document.commands, app)];
}

function page(/** @type {App} */ app, /** @type {any} */ document) {
  const { model, gates = [], history } = document;
  return [
    el("p", {}, link(app, "← all models", { target: "" })),
    el("h1", { text: model.model }),
    model.deprecated && el("p", { class: "worse", text: "This model is deprecated." }),
    problems(model),
    versions(app, document),
    gates.length > 0 && gateTable(document),
    stages(history),
    section("History", el("ol", { class: "history" }, ...[...history].reverse().map(eventOf))),
    difference(app, document),
    commandList(document.commands, app),
  ];
}

function problems(/** @type {any} */ model) {
  const moved = model.moved.map((/** @type {any} */ entry) => `The tag ${entry.tag} was moved to another commit.`);
  const conflicts = model.conflicts.map((/** @type {any} */ pair) => `Two clones disagree: ${pair.ours.event} ${pair.ours.version ?? ""} and ${pair.theirs.event} ${pair.theirs.version ?? ""}.`);
  const lines = [...moved, ...conflicts];
  return lines.length > 0 && el("div", { class: "problem", role: "alert" }, ...lines.map((text) => el("p", { text })));
}

function versions(/** @type {App} */ app, /** @type {any} */ { versions: all }) {
  const metrics = [...new Set(all.flatMap((/** @type {any} */ version) => Object.keys(version.metrics)))].slice(0, MOST_METRICS);
  const rows = all.map((/** @type {any} */ version) => [
    version.key ? link(app, String(version.version), { view: "run", target: version.key }) : String(version.version),
    [...version.stages, version.deprecated ? "deprecated" : ""].filter(Boolean).join(", "), version.name || String(version.run || "").slice(-8),
    ...metrics.map((name) => show(version.metrics[/** @type {string} */ (name)], "number")),
    show(version.at, "date"), version.by || "", version.why || "", version.signature || "", String(version.artifacts.length),
  ]);
  const heads = ["version", "stages", "run", .../** @type {string[]} */ (metrics), "registered", "by", "why", "signature", "artifacts"];
  return section("Versions", plainTable(heads, rows, heads.map((head, i) => (i > 2 && i < 3 + metrics.length) || head === "artifacts")));
}

// What each version lacks for each gate; the values are those of its run.
function gateTable(/** @type {any} */ { gates, versions: all }) {
  const rows = all.map((/** @type {any} */ version) => [String(version.version), ...gates.map((/** @type {any} */ { stage }) => {
    const unmet = (version.gates || {})[stage];
    if (unmet === undefined) return "-";
    return unmet.length === 0 ? el("span", { class: "better" }, "passes") : el("span", { class: "worse" }, unmet.join("; "));
  })]);
  return section("Gates", ...gates.map((/** @type {any} */ gate) => el("p", {}, `${gate.stage}: `, el("code", { text: gate.query }))),
    plainTable(["version", ...gates.map((/** @type {any} */ gate) => gate.stage)], rows),
    el("p", { class: "muted", text: "With the recorded verdicts; a promotion compares the reruns again." }));
}

function stages(/** @type {any[]} */ history) {
  const lanes = lanesOf(history);
  if (lanes.length === 0) return null;
  const lines = partsOfTime(lanes, Date.now() / 1000).map(({ stage, parts }, i) => el("tr", {}, el("th", { scope: "row" }, stage), el("td", {},
    el("div", { class: "lane" }, ...parts.map(({ version, left, width, isNow }, j) => el("div", {
      class: isNow ? "segment now" : "segment", style: { left: `${left}%`, width: `${width}%` }, title: spanText(version, lanes[i].segments[j]),
    }, version))))));
  return section("Stages over time", el("table", { class: "lanes" }, el("tbody", {}, ...lines)));
}

function spanText(/** @type {string} */ version, /** @type {import("../stage_lanes.js").Segment} */ { from, to }) {
  const day = (/** @type {number} */ time) => new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ");
  return `version ${version}: ${day(from)} to ${to === null ? "now" : day(to)} UTC`;
}

function eventOf(/** @type {any} */ event) {
  const what = [event.event, event.version === null ? "" : `version ${event.version}`, event.stage ? `${event.event === "demote" ? "out of" : "to"} ${event.stage}` : ""].filter(Boolean).join(" ");
  const details = [
    event.replaces === null ? "" : `replaces ${event.replaces}`, event.gate ? `passed the gate: ${event.gate}` : "",
    event.forced.length > 0 ? `forced although: ${event.forced.join("; ")}` : "", event.why || "",
  ].filter(Boolean);
  return el("li", { class: `event-${event.event}` }, el("time", { datetime: event.at, title: event.at }, show(event.at, "date")), " ", el("strong", {}, what), ` by ${event.by || "?"}`,
    ...details.map((text) => el("div", { class: text.startsWith("forced") ? "worse" : "muted", text })));
}

// The difference between the runs of two versions, on demand.
function difference(/** @type {App} */ app, /** @type {any} */ { model, versions: all }) {
  const known = all.filter((/** @type {any} */ version) => version.key);
  if (known.length < 2) return null;
  const box = el("div", {});
  const field = (/** @type {string} */ label, /** @type {number} */ chosen) => {
    const select = el("select", { "aria-label": `${label} version` }, ...known.map((/** @type {any} */ version, /** @type {number} */ i) => el("option", { value: i, text: String(version.version) })));
    select.value = String(chosen);
    return select;
  };
  const [before, after] = [field("first", 1), field("second", 0)];
  const compare = el("button", { type: "button", on: { click: () => app.guarded(open) } }, "show what differs");

  async function open() {
    const [a, b] = [before, after].map((select) => known[Number(select.value)]);
    if (a.key === b.key) return fill(box, el("p", { text: "Both are the same run." }));
    const document = await app.data.get("compare", { run: [a.key, b.key] });
    const command = { what: "by command", track: `git track model diff ${quoted(model.model)} ${quoted(a.version)} ${quoted(b.version)}`, git: "" };
    fill(box, ...differences(app, document), commandList([command], app));
  }

  return section("Difference between versions", el("p", { class: "controls" }, before, " and ", after, compare), box);
}

function quoted(/** @type {any} */ word) {
  return show([String(word)], "list of words");
}
