// @ts-check
/** What the plots share: a canvas of the right size, its colours, a text under the pointer, and when to paint again. */

import { el, fill } from "../dom.js";

/**
 * Return a plot: a canvas, and a text that follows the pointer.
 * @param {string} label  for screen readers
 */
export function createPlot(label) {
  const canvas = el("canvas", { role: "img", "aria-label": label });
  const tooltip = el("div", { class: "tooltip", hidden: true });
  const element = el("div", { class: "plot large" }, canvas, tooltip);

  /** Show lines of text near a place, or nothing. */
  function tell(/** @type {string[] | null} */ lines, /** @type {number} */ x, /** @type {number} */ y) {
    tooltip.hidden = lines === null;
    canvas.style.cursor = lines ? "pointer" : "default";
    if (!lines) return;
    fill(tooltip, ...lines.map((line, i) => el(i === 0 ? "strong" : "div", { text: line })));
    const isRight = x > canvas.clientWidth / 2;
    tooltip.style.left = isRight ? "auto" : `${x + 14}px`;
    tooltip.style.right = isRight ? `${canvas.clientWidth - x + 14}px` : "auto";
    tooltip.style.top = `${Math.min(y, canvas.clientHeight - 70)}px`;
  }

  return { element, canvas, tell };
}

/**
 * Return the context of a canvas that was made as large as it is shown, and its colours.
 * @param {HTMLCanvasElement} canvas
 */
export function prepared(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth || 600, canvas.clientHeight || 420];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const color = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`);
  context.font = `11px ${style.fontFamily}`;
  return { context, width, height, ink: color("ink"), muted: color("muted"), line: color("line"), panel: color("panel"), accent: color("accent") };
}

/**
 * Call a function whenever an element must be painted again: its size or the colours changed, or it is printed.
 * @param {HTMLElement} element
 * @param {() => void} paint
 * @returns {() => void} ends it
 */
export function paintAgain(element, paint) {
  const size = new ResizeObserver(() => paint());
  const dark = matchMedia("(prefers-color-scheme: dark)");
  size.observe(element);
  dark.addEventListener("change", paint);
  addEventListener("beforeprint", paint);
  return () => {
    size.disconnect();
    dark.removeEventListener("change", paint);
    removeEventListener("beforeprint", paint);
  };
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
