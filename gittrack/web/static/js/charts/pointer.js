// @ts-check
/** The pointer on a chart: a crosshair, drag to zoom, shift-drag to move, double click to reset; a tap shows values, two fingers zoom, one moves. */

const LEAST_PIXELS = 4; // a shorter drag is a click

/** @typedef {[number, number]} Range */

/**
 * Follow the pointer on an element.
 * @param {HTMLElement} element
 * @param {() => import("./scale.js").Scale | null} scale  the scale of x
 * @param {object} actions
 * @param {(x: number | null, pixelY: number) => void} actions.cross  the pointer is at a place, or has left
 * @param {(range: Range) => void} actions.zoom
 * @param {(range: Range) => void} actions.preview  show a range while a gesture goes on
 * @param {() => void} actions.reset
 * @param {(from: number | null, to: number) => void} actions.select  draw the part that is being chosen
 * @param {() => boolean} actions.isZoomed
 * @returns {() => boolean} whether a button or a finger holds the chart
 */
export function followPointer(element, scale, { cross, zoom, preview, reset, select, isZoomed }) {
  /** @type {Map<number, number>} */
  const pixels = new Map(); // where each finger or button is
  /** @type {{kind: "select" | "move" | "pinch" | "look", scale: import("./scale.js").Scale, starts: Map<number, number>, range: Range | null} | null} */
  let gesture = null;

  const pixelOf = (/** @type {PointerEvent} */ event) => event.clientX - element.getBoundingClientRect().left;
  const kindOf = (/** @type {PointerEvent} */ event) => {
    if (pixels.size === 2) return "pinch";
    if (event.pointerType !== "touch") return event.shiftKey ? "move" : "select";
    return isZoomed() ? "move" : "look";
  };

  element.addEventListener("pointerdown", (event) => {
    const now = scale();
    if (!now || event.button !== 0 || pixels.size === 2) return;
    pixels.set(event.pointerId, pixelOf(event));
    select(null, 0);
    gesture = { kind: kindOf(event), scale: now, starts: new Map(pixels), range: gesture?.range ?? null };
    element.setPointerCapture(event.pointerId);
    if (gesture.kind === "look") cross(now.value(pixelOf(event)), event.clientY - element.getBoundingClientRect().top);
  });
  element.addEventListener("pointermove", (event) => {
    const now = scale();
    if (!now) return;
    const at = pixelOf(event);
    if (gesture && !pixels.has(event.pointerId)) return;
    if (gesture) pixels.set(event.pointerId, at);
    if (gesture?.kind === "pinch" || gesture?.kind === "move") {
      gesture.range = gesture.kind === "pinch" ? pinched(gesture.scale, gesture.starts, pixels) : moved(gesture.scale, at - (gesture.starts.get(event.pointerId) ?? at));
      if (gesture.range) preview(gesture.range);
      return;
    }
    cross(now.value(at), event.clientY - element.getBoundingClientRect().top);
    const start = gesture?.starts.get(event.pointerId) ?? at;
    if (gesture?.kind === "select" && Math.abs(at - start) >= LEAST_PIXELS) select(start, at);
  });
  element.addEventListener("pointerup", (event) => {
    if (!gesture || !pixels.has(event.pointerId)) return;
    const [end, { kind, scale: first, starts, range }] = [pixelOf(event), gesture];
    pixels.delete(event.pointerId);
    if (pixels.size > 0) return; // the other finger ends it
    gesture = null;
    select(null, 0);
    const start = starts.get(event.pointerId) ?? end;
    if (range) zoom(range);
    else if (kind === "select" && Math.abs(end - start) >= LEAST_PIXELS) zoom(ascending(first.value(start), first.value(end)));
  });
  element.addEventListener("pointercancel", (event) => {
    pixels.delete(event.pointerId);
    if (gesture?.range) zoom(gesture.range);
    gesture = null;
    select(null, 0);
    cross(null, 0); // the page is scrolled
  });
  element.addEventListener("pointerleave", (event) => {
    if (gesture) return;
    if (event.pointerType !== "touch") return cross(null, 0);
    // What a finger has shown stays until it touches another place: it covers the chart meanwhile.
    document.addEventListener("pointerdown", (next) => next.target !== element && cross(null, 0), { once: true, capture: true });
  });
  element.addEventListener("dblclick", reset);
  return () => gesture !== null;
}

function ascending(/** @type {number} */ a, /** @type {number} */ b) {
  return /** @type {Range} */ (a < b ? [a, b] : [b, a]);
}

/**
 * Return the range after a drag: what was under the pointer stays under it.
 * @param {import("./scale.js").Scale} scale
 * @param {number} pixels
 * @returns {Range}
 */
export function moved(scale, pixels) {
  return [scale.value(scale.at(scale.low) - pixels), scale.value(scale.at(scale.high) - pixels)];
}

/**
 * Return the range after two fingers moved: what was under each of them stays under it; null if they are too close.
 * @param {import("./scale.js").Scale} scale
 * @param {Map<number, number>} starts  pixels by finger
 * @param {Map<number, number>} ends
 * @returns {Range | null}
 */
export function pinched(scale, starts, ends) {
  const [[a, b], [c, d]] = [[...starts.values()], [...starts.keys()].map((finger) => ends.get(finger) ?? NaN)];
  const factor = (b - a) / (d - c);
  if (!(factor > 0) || Math.abs(d - c) < LEAST_PIXELS) return null;
  const place = (/** @type {number} */ pixel) => scale.value(a + (pixel - c) * factor);
  return [place(scale.at(scale.low)), place(scale.at(scale.high))];
}
