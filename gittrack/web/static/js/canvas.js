// @ts-check
/** What all pictures share: a canvas of the right size, its colours, and when to paint again. */

const PALETTE = ["ink", "muted", "line", "panel", "accent", "good", "bad"];

const NEAR = 100; // pixels out of sight

/** @typedef {Record<string, string>} Colors  `ink`, `muted`, `line`, `panel`, `accent`, `good` and `bad` */

/** @typedef {{width: number, height: number, font: string, colors: Colors}} Measured  what a page says about a canvas */

/**
 * Return how large a canvas is shown, and the font and the colours of now.
 * @param {HTMLCanvasElement} canvas
 * @param {number} [wide]  pixels, if it is not shown yet
 * @param {number} [high]
 * @returns {Measured}
 */
export function measured(canvas, wide = 600, high = 420) {
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  return { width: canvas.clientWidth || wide, height: canvas.clientHeight || high, font, colors: colorsOn(canvas) };
}

/**
 * Return the empty context of a canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {Measured} size
 */
export function prepared(canvas, { width, height, font }) {
  return Object.assign(cleared(canvas, width, height), { font });
}

/**
 * Return the empty context of a canvas of a size; it asks for no style, so it can follow the pointer.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width  in pixels of the page
 * @param {number} height
 */
export function cleared(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [columns, lines] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  if (canvas.width !== columns || canvas.height !== lines) [canvas.width, canvas.height] = [columns, lines];
  else {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, columns, lines);
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  Object.assign(context, { globalAlpha: 1, lineWidth: 1, lineJoin: "miter", textAlign: "start", textBaseline: "alphabetic" });
  context.setLineDash([]);
  return context;
}

/**
 * Return the colours of now.
 * @param {Element} element
 * @returns {Colors}
 */
export function colorsOn(element) {
  const style = getComputedStyle(element.isConnected ? element : document.documentElement);
  return Object.fromEntries(PALETTE.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** @typedef {"size" | "colors" | "paper" | "sight"} Reason  `sight`: it has come into sight */

/**
 * Call a function whenever an element must be painted again, with the reason.  It ends by itself when the element has left
 * the page.
 * @param {HTMLElement} element
 * @param {(reason: Reason) => void} paint
 * @returns {() => void} ends it
 */
export function paintAgain(element, paint) {
  let wasThere = false;
  const repaint = (/** @type {Reason} */ reason) => () => {
    if (wasThere && !element.isConnected) return stop();
    wasThere = element.isConnected;
    paint(reason);
  };
  const [size, colors, paper, sight] = /** @type {Reason[]} */ (["size", "colors", "paper", "sight"]).map(repaint);
  const resizes = new ResizeObserver(size);
  const themes = new MutationObserver(colors);
  const sights = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && sight(), { rootMargin: `${NEAR}px` });
  const system = matchMedia("(prefers-color-scheme: dark)");
  resizes.observe(element);
  themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  sights.observe(element);
  system.addEventListener("change", colors);
  addEventListener("paper", paper);

  function stop() {
    [resizes, themes, sights].forEach((observer) => observer.disconnect());
    system.removeEventListener("change", colors);
    removeEventListener("paper", paper);
  }

  return stop;
}

/**
 * Return whether an element can be seen, or nearly so.
 * @param {Element} element
 */
export function isInSight(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > -NEAR && top < innerHeight + NEAR;
}

/**
 * Show the page in the colours of paper while it is printed: dark colours cannot be read there.
 *
 * The event `paper` tells pictures to paint at once, because nothing waits for an observer before printing.
 */
export function followPrinting() {
  const root = document.documentElement;
  for (const [event, isPaper] of /** @type {[string, boolean][]} */ ([["beforeprint", true], ["afterprint", false]])) {
    addEventListener(event, () => {
      root.toggleAttribute("data-paper", isPaper);
      dispatchEvent(new Event("paper"));
    });
  }
}
