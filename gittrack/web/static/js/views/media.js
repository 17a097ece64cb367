// @ts-check
/** The media of a run: a part per name, with a slider over its steps. */

import { el, fill } from "../dom.js";
import { general } from "../format.js";
import { previewOf } from "./artifacts.js";
import { section } from "./parts.js";

/**
 * Return the media of a run; null if it has none.
 * @param {import("../main.js").App} app
 * @param {any} document  the document `run`
 * @param {(end: () => void) => void} onEnd  takes what must be ended with the page
 * @returns {HTMLElement | null}
 */
export function mediaList(app, { outputs, key }, onEnd) {
  /** @type {Map<string, any[]>} */
  const names = new Map();
  for (const item of outputs.filter(isMedium)) names.set(String(item.media.name), [...(names.get(String(item.media.name)) ?? []), item]);
  if (names.size === 0) return null;
  return section("Media", el("div", { class: "grid" }, ...[...names].map(([name, items]) => medium(app, key, name, items, onEnd))));
}

/**
 * Say whether an artifact is a medium, which has a name and a step.
 * @param {any} item
 */
export function isMedium(item) {
  return item.media !== null && typeof item.media === "object";
}

function medium(/** @type {import("../main.js").App} */ app, /** @type {string} */ key, /** @type {string} */ name, /** @type {any[]} */ items, /** @type {(end: () => void) => void} */ onEnd) {
  const box = el("div", {});
  const label = el("output", { class: "muted" });
  const slider = el("input", { type: "range", min: 0, max: items.length - 1, value: items.length - 1, "aria-label": `step of ${name}`, hidden: items.length < 2, on: { input: show } });
  let turn = 0;

  function show() {
    const item = items[Number(slider.value)];
    const { step, caption } = item.media;
    const mine = ++turn;
    fill(label, [typeof step === "number" ? `step ${general(step, 10)}` : "", caption ? String(caption) : ""].filter(Boolean).join("  "));
    app.guarded(async () => {
      const content = await previewOf(app, key, item, onEnd);
      if (mine === turn) fill(box, ...content);
    });
  }

  show();
  return el("section", { class: "medium", "aria-label": name }, el("h3", {}, el("span", { class: "label" }, name), label), slider, box);
}
