// @ts-check
/** The names of the lines with their colours; a click hides a line, the pointer lifts it out. */

import { el, fill } from "../dom.js";

/**
 * Return the legend.
 * @param {import("../main.js").App} app
 * @returns {{element: HTMLElement, show: (entries: {key: string, label: string, color: string}[]) => void}}
 */
export function createLegend(app) {
  const { store } = app;
  const element = el("div", { class: "legend chips", role: "group", "aria-label": "lines of the charts" });
  let shown = "";

  function toggle(/** @type {string} */ key) {
    const { hidden } = store.get();
    store.set({ hidden: hidden.includes(key) ? hidden.filter((/** @type {string} */ other) => other !== key) : [...hidden, key], hover: "" });
  }

  function entry(/** @type {{key: string, label: string, color: string}} */ { key, label, color }, /** @type {boolean} */ isOff) {
    const hover = (/** @type {string} */ now) => () => store.set({ hover: now });
    return el("button", { type: "button", class: isOff ? "chip off" : "chip", "data-key": key, "aria-pressed": String(!isOff), title: isOff ? "show" : "hide", on: { click: () => toggle(key), pointerenter: hover(key), pointerleave: hover("") } },
      el("span", { class: "swatch", style: { background: color } }), label);
  }

  return {
    element,
    show(entries) {
      const { hidden } = store.get();
      const now = JSON.stringify([entries, entries.map(({ key }) => hidden.includes(key))]);
      if (now === shown) return; // the focus stays where it is
      shown = now;
      const focus = document.activeElement?.getAttribute("data-key");
      fill(element, ...entries.map((line) => entry(line, hidden.includes(line.key))));
      element.hidden = entries.length === 0;
      if (focus) [...element.children].find((child) => child.getAttribute("data-key") === focus)?.focus();
    },
  };
}
