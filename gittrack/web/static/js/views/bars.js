// @ts-check
/** What params explain, as a table with bars. */

import { el } from "../dom.js";
import { barsOf } from "../plots/bars.js";
import { plainTable } from "./parts.js";

/**
 * Return a table with a bar per param, and a thin line for its interval; the text beside a bar says the same.
 * @param {{weights: any[], goal: string | null, metric: string}} document
 * @returns {HTMLElement}
 */
export function barTable(document) {
  const rows = barsOf(document).map((bar) => [bar.name, drawn(bar), bar.text, bar.relation, bar.method, String(bar.runs)]);
  return plainTable(["param", "explains of the variance", "", "direction", "by", "runs"], rows, [false, false, false, false, false, true]);
}

function drawn(/** @type {import("../plots/bars.js").Bar} */ { share, low, high }) {
  if (share === null) return el("div", { class: "bar", "aria-hidden": "true" });
  return el("div", { class: "bar", "aria-hidden": "true" },
    el("div", { class: "share", style: { width: `${share}%` } }),
    el("div", { class: "interval", style: { left: `${low}%`, width: `${high - low}%` } }));
}
