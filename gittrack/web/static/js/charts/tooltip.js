// @ts-check
/** The box beside the pointer: what each line has there, the largest first, with the difference to the baseline. */

import { el, fill } from "../dom.js";
import { general, show } from "../format.js";

const MOST_ROWS = 12;

/** @typedef {import("./nearest.js").Reading} Reading */

/**
 * Return a tooltip: its element, and a function that shows readings or hides it.
 */
export function createTooltip() {
  const element = el("div", { class: "tooltip", hidden: true });

  /**
   * @param {Reading[]} readings  empty: hide it
   * @param {{hovered: import("./lines.js").Line | undefined, base: Reading | undefined, place: string, x: number, width: number}} options
   *   `place` is the place as a text, and `x` its pixel
   */
  function show(readings, { hovered, base, place, x, width }) {
    element.hidden = readings.length === 0;
    if (readings.length === 0) return;
    const rows = visible(readings, hovered).map((entry) => row(entry, entry.line === hovered, base));
    const rest = readings.length - rows.length;
    fill(element, el("div", { class: "muted", text: place }), ...rows, rest > 0 && el("div", { class: "muted", text: `${rest} more` }));
    element.style.setProperty(x < width / 2 ? "left" : "right", `${x < width / 2 ? x + 12 : width - x + 12}px`);
    element.style.removeProperty(x < width / 2 ? "right" : "left");
  }

  return { element, show };
}

function visible(/** @type {Reading[]} */ readings, /** @type {import("./lines.js").Line | undefined} */ hovered) {
  const first = readings.slice(0, MOST_ROWS);
  const entry = readings.find(({ line }) => line === hovered);
  return !entry || first.includes(entry) ? first : [...first.slice(0, -1), entry];
}

function row(/** @type {Reading} */ entry, /** @type {boolean} */ isHovered, /** @type {Reading | undefined} */ base) {
  return el("div", { class: isHovered ? "reading hovered" : "reading" },
    el("span", { class: "swatch", style: { background: entry.line.color } }),
    el("span", { class: "label", text: entry.line.label }),
    el("span", { class: "number", text: valueText(entry, base) }));
}

/**
 * Return a reading as text: the value, of a group the runs there if they are not all, and the difference to the baseline.
 * @param {Reading} entry
 * @param {Reading | undefined} base
 */
export function valueText({ line, y, runs }, base) {
  const most = line.counts ? line.counts.reduce((a, b) => Math.max(a, b), 0) : 0;
  const some = runs !== null && runs < most ? ` of ${runs} runs` : "";
  const difference = base && base.line !== line ? ` (${y >= base.y ? "+" : ""}${general(y - base.y, 3)})` : "";
  return show(y, "number") + some + difference;
}
