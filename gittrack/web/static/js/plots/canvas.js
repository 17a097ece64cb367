// @ts-check
/** What the plots share: a canvas with a text under the pointer, and fields. */

import { el, fill } from "../dom.js";

/**
 * Return a plot: a canvas, and a text that follows the pointer.
 * @param {string} label  for screen readers
 * @param {string} [kind]  what it is, if it takes the focus
 * @param {(key: string, isExtending: boolean) => boolean} [act]  do what a key means; false if it means nothing here
 */
export function createPlot(label, kind, act) {
  const canvas = el("canvas", kind ? { "aria-hidden": "true" } : { role: "img", "aria-label": label });
  const tooltip = el("div", { class: "tooltip", hidden: true });
  const element = el("div", { class: "plot large", ...(kind && { tabindex: "0", role: "application", "aria-roledescription": kind, "aria-label": label }) }, canvas, tooltip);
  element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !act?.(event.key, event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation(); // the key means nothing else here
  });

  /** Show lines of text near a place, or nothing. */
  function tell(/** @type {string[] | null} */ lines, /** @type {number} */ x, /** @type {number} */ y) {
    tooltip.hidden = lines === null;
    canvas.style.cursor = lines ? "pointer" : "default";
    if (!lines) return;
    fill(tooltip, ...lines.map((line, i) => el(i === 0 ? "strong" : "div", { text: line })));
    const isRight = x > canvas.clientWidth / 2;
    tooltip.style.left = isRight ? "auto" : `${x + 14}px`;
    tooltip.style.right = isRight ? `${canvas.clientWidth - x + 14}px` : "auto";
    tooltip.style.top = `${Math.max(0, Math.min(y, canvas.clientHeight - tooltip.offsetHeight))}px`;
  }

  return { element, canvas, tell };
}

/**
 * Return a function that says whether a click opens a run: a finger has to have pointed at the run before.
 * @param {HTMLCanvasElement} canvas
 * @param {() => string} pointed  returns the key of the run that was pointed at last
 * @returns {(key: string) => boolean}
 */
export function opensAt(canvas, pointed) {
  let isTouch = false;
  let before = "";
  canvas.addEventListener("pointerdown", (event) => {
    isTouch = event.pointerType === "touch";
    before = pointed();
  }, true);
  return (key) => !isTouch || key === before;
}

/**
 * Return a field that chooses a column.
 * @param {string} label
 * @param {import("./axes.js").Choice[]} choices
 * @param {string} value
 * @param {(id: string) => void} change
 * @param {string} [none]  the name of the choice of nothing
 * @returns {HTMLElement}
 */
export function chooser(label, choices, value, change, none) {
  const groups = Object.entries({ param: "params", metric: "metrics", fact: "facts" }).map(([group, title]) => {
    const options = choices.filter((choice) => choice.group === group).map((choice) => el("option", { value: choice.id, text: choice.label }));
    return options.length > 0 && el("optgroup", { label: title }, ...options);
  });
  const select = el("select", { "aria-label": label, on: { change: () => change(select.value) } }, none !== undefined && el("option", { value: "", text: none }), ...groups);
  select.value = value;
  return el("label", {}, `${label} `, select);
}

/**
 * Return a box that is checked or not.
 * @param {string} label
 * @param {boolean} value
 * @param {(value: boolean) => void} change
 * @param {boolean} [isOff]  whether it cannot be changed
 * @returns {HTMLElement}
 */
export function checkbox(label, value, change, isOff = false) {
  const box = el("input", { type: "checkbox", disabled: isOff, on: { change: () => change(box.checked) } });
  box.checked = value;
  return el("label", {}, box, ` ${label}`);
}
