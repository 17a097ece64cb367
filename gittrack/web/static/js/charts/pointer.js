// @ts-check
/** The pointer on a chart: a crosshair, drag to zoom, shift-drag to move, double click to reset. */

const LEAST_PIXELS = 4; // a shorter drag is a click

/**
 * Follow the pointer on an element.
 * @param {HTMLElement} element
 * @param {() => import("./scale.js").Scale | null} scale  the scale of x
 * @param {object} actions
 * @param {(x: number | null, pixelY: number) => void} actions.cross  the pointer is at a place, or has left
 * @param {(from: number, to: number) => void} actions.zoom
 * @param {(distance: number) => void} actions.move  shift the visible range by a distance in x
 * @param {() => void} actions.reset
 * @param {(from: number | null, to: number) => void} actions.select  draw the part that is being chosen
 */
export function followPointer(element, scale, { cross, zoom, move, reset, select }) {
  /** @type {{start: number, value: number, moving: boolean} | null} */
  let drag = null;

  function place(/** @type {PointerEvent} */ event) {
    return event.clientX - element.getBoundingClientRect().left;
  }

  element.addEventListener("pointerdown", (event) => {
    const x = scale();
    if (!x || event.button !== 0) return;
    drag = { start: place(event), value: x.value(place(event)), moving: event.shiftKey };
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    const x = scale();
    if (!x) return;
    const at = place(event);
    cross(x.value(at), event.clientY - element.getBoundingClientRect().top);
    if (drag && !drag.moving && Math.abs(at - drag.start) >= LEAST_PIXELS) select(drag.start, at);
  });
  element.addEventListener("pointerup", (event) => {
    const [x, end] = [scale(), place(event)];
    const begun = drag;
    drag = null;
    select(null, 0);
    if (!x || !begun || Math.abs(end - begun.start) < LEAST_PIXELS) return;
    const value = x.value(end);
    if (begun.moving) move(begun.value - value);
    else zoom(Math.min(begun.value, value), Math.max(begun.value, value));
  });
  element.addEventListener("pointercancel", () => {
    drag = null;
    select(null, 0);
  });
  element.addEventListener("pointerleave", () => {
    if (!drag) cross(null, 0);
  });
  element.addEventListener("dblclick", reset);
}
