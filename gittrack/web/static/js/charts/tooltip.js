// @ts-check
/** The box beside the pointer: what each run has there, the largest first, with the difference to the baseline. */

import { el, fill } from "../dom.js";
import { general } from "../format.js";

const MOST_ROWS = 12;

/**
 * Return a tooltip: its element, and a function that shows readings or hides it.
 */
export function createTooltip() {
  const element = el("div", { class: "tooltip", hidden: true });

  /**
   * @param {{key: string, label: string, color: string, x: number, y: number}[]} points  empty: hide it
   * @param {{hover: string, baseline: string, x: number, width: number}} options
   */
  function show(points, { hover, baseline, x, width }) {
    element.hidden = points.length === 0;
    if (points.length === 0) return;
    const base = points.find((point) => point.key === baseline);
    const rows = visible(points, hover).map((point) => row(point, point.key === hover, base));
    const rest = points.length - rows.length;
    fill(element, el("div", { class: "muted", text: general(points[0].x, 7) }), ...rows, rest > 0 && el("div", { class: "muted", text: `${rest} more` }));
    element.style.setProperty(x < width / 2 ? "left" : "right", `${x < width / 2 ? x + 12 : width - x + 12}px`);
    element.style.removeProperty(x < width / 2 ? "right" : "left");
  }

  return { element, show };
}

function visible(/** @type {any[]} */ points, /** @type {string} */ hover) {
  const first = points.slice(0, MOST_ROWS);
  const hovered = points.find((point) => point.key === hover);
  return !hovered || first.includes(hovered) ? first : [...first.slice(0, -1), hovered];
}

function row(/** @type {any} */ point, /** @type {boolean} */ hovered, /** @type {any} */ base) {
  const difference = base && base !== point ? ` (${point.y >= base.y ? "+" : ""}${general(point.y - base.y, 3)})` : "";
  return el("div", { class: hovered ? "reading hovered" : "reading" },
    el("span", { class: "swatch", style: { background: point.color } }),
    el("span", { class: "label", text: point.label }),
    el("span", { class: "number", text: general(point.y) + difference }));
}
