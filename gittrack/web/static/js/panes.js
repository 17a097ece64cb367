// @ts-check
/** The two panes of a view: a bar between them resizes them, and hides one of them. */

import { el } from "./dom.js";

const STEP = 5; // percent, by an arrow key
const LEAST = 10;

/**
 * Return the bar between two panes; it keeps `panes` (both, table or charts) and `split` (percent) of the state.
 * @param {import("./main.js").App} app
 * @param {HTMLElement} left
 * @param {HTMLElement} right
 * @returns {{element: HTMLElement, stop: () => void}}
 */
export function createSplitter(app, left, right) {
  const { store } = app;
  const button = (/** @type {string} */ text, /** @type {string} */ label, /** @type {string} */ pane) => el("button", { type: "button", "aria-label": label, title: label, on: { click: () => collapse(app, pane) } }, text);
  const grip = el("div", { class: "grip", role: "separator", "aria-orientation": "vertical", "aria-label": "width of the table", "aria-valuemin": LEAST, "aria-valuemax": 100 - LEAST, tabindex: "0" });
  const element = el("div", { class: "splitter" }, button("‹", "hide or show the table", "table"), grip, button("›", "hide or show the charts", "charts"));

  function paint() {
    const { panes, split } = store.get();
    left.hidden = panes === "charts";
    right.hidden = panes === "table";
    left.style.flex = panes === "both" ? `0 0 ${split}%` : "";
    grip.setAttribute("aria-valuenow", String(split));
  }

  const resize = (/** @type {number} */ percent) => store.set({ panes: "both", split: Math.round(Math.min(100 - LEAST, Math.max(LEAST, percent))) });
  grip.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    const frame = element.parentElement.getBoundingClientRect();
    if (grip.hasPointerCapture(event.pointerId)) resize((100 * (event.clientX - frame.left)) / frame.width);
  });
  grip.addEventListener("dblclick", () => resize(50));
  grip.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (step) resize(store.get().split + step);
  });
  const stop = store.on(["panes", "split"], paint);
  paint();
  return { element, stop };
}

/**
 * Hide a pane, or show it again; the other one is shown in any case.
 * @param {import("./main.js").App} app
 * @param {string} pane  table or charts
 */
export function collapse(app, pane) {
  const other = pane === "table" ? "charts" : "table";
  app.store.set({ panes: app.store.get().panes === other ? "both" : other });
}
