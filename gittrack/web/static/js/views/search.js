// @ts-check
/** The search demonstration: three methods on one landscape, step by step, with the same budget. */

import { measured, paintAgain, prepared } from "../canvas.js";
import { el, fill } from "../dom.js";
import { general } from "../format.js";
import { bestOf, heat, position, until } from "../replay.js";
import { mountPage } from "./parts.js";

const DURATION = 12_000; // milliseconds of the whole replay
const SIZE = 300; // pixels of a landscape
const EDGE = 10; // pixels around it, so that a trial at its end is shown in whole

/**
 * Put the demonstration into an element.
 * @param {HTMLElement} root
 * @param {import("../main.js").App} app
 * @returns {() => void} removes it
 */
export function mount(root, app) {
  let stop = () => {};
  const unmount = mountPage(root, app, () => app.data.get("search"), (document) => {
    const { elements, end } = replay(document);
    stop = end;
    return elements;
  }, ["target"]);
  return () => {
    stop();
    unmount();
  };
}

function replay(/** @type {any} */ document) {
  const total = Math.max(...document.methods.map((/** @type {any} */ method) => method.steps[method.steps.length - 1][4]));
  const panels = document.methods.map((/** @type {any} */ method) => panel(document, method));
  const slider = el("input", { type: "range", min: 0, max: total, step: 1, value: 0, "aria-label": "epochs spent" });
  const label = el("output", { class: "muted" });
  const play = el("button", { type: "button" }, "play");
  const reveal = el("input", { type: "checkbox" });
  let frame = 0;
  let last = 0;

  function paint() {
    const spent = Number(slider.value);
    fill(label, `${spent} of ${total} epochs spent by each method`);
    for (const { show } of panels) show(spent, reveal.checked);
  }

  function tick(/** @type {number} */ now) {
    const next = Number(slider.value) + ((now - last) * total) / DURATION;
    if (next < Number(slider.value) + 1 && next < total) return void (frame = requestAnimationFrame(tick));
    last = now;
    slider.value = String(Math.min(total, Math.floor(next)));
    paint();
    if (Number(slider.value) < total) frame = requestAnimationFrame(tick);
    else pause();
  }

  function pause() {
    cancelAnimationFrame(frame);
    frame = 0;
    fill(play, "play");
  }

  play.addEventListener("click", () => {
    if (frame) return pause();
    if (Number(slider.value) >= total) slider.value = "0";
    last = performance.now();
    fill(play, "pause");
    frame = requestAnimationFrame(tick);
  });
  slider.addEventListener("input", () => {
    pause();
    paint();
  });
  reveal.addEventListener("change", paint);
  const landscapes = el("div", { class: "landscapes" }, ...panels.map((/** @type {any} */ entry) => entry.element));
  paintAgain(landscapes, paint);
  const elements = [
    el("h1", { text: "Three ways to search" }),
    el("p", {}, `Each method may spend ${total} epochs to find the smallest ${document.metric} over ${document.x.name} and ${document.y.name}. `,
      "Halving tries many configurations with few epochs, and continues with the best third. Each dot is a trial; the larger it is, the more epochs it had. ",
      "This is one landscape and one seed: other problems have other winners."),
    el("div", { class: "controls" }, play, slider, label, el("label", {}, reveal, " show the landscape and its true optimum")),
    landscapes,
  ];
  return { elements, end: pause };
}

function panel(/** @type {any} */ document, /** @type {any} */ method) {
  const canvas = el("canvas", { role: "img", "aria-label": `trials of ${method.name}` });
  const text = el("p", { class: "muted", "aria-live": "off" });
  const { above, below } = captions(document);
  const element = el("section", { class: "landscape", "aria-label": method.name }, el("h2", { text: method.name }), above, canvas, below, text);

  function show(/** @type {number} */ spent, /** @type {boolean} */ isRevealed) {
    const steps = until(method.steps, spent);
    const best = bestOf(steps);
    draw(canvas, document, steps, best, isRevealed);
    const found = best && `best: ${general(best[2], 4)} at ${document.x.name} ${general(best[0], 3)}, ${document.y.name} ${general(best[1], 3)}`;
    fill(text, `${steps.length} trial${steps.length === 1 ? "" : "s"}; ${found || "no result yet"}`);
  }

  return { element, show };
}

function captions(/** @type {any} */ { x, y }) {
  const title = (/** @type {any} */ { name, log }) => `${name}${log ? " (log)" : ""}`;
  const texts = [general(x.low, 3), `→ ${title(x)}`, general(x.high, 3)];
  return {
    above: el("div", { class: "axis muted", text: `↑ ${title(y)}, from ${general(y.low, 3)} to ${general(y.high, 3)}` }),
    below: el("div", { class: "axis muted" }, ...texts.map((text) => el("span", { text }))),
  };
}

function draw(/** @type {HTMLCanvasElement} */ canvas, /** @type {any} */ document, /** @type {number[][]} */ steps, /** @type {number[] | null} */ best, /** @type {boolean} */ isRevealed) {
  const size = measured(canvas, SIZE, SIZE);
  const [context, { colors }] = [prepared(canvas, size), size];
  context.translate(EDGE, EDGE);
  const side = SIZE - 2 * EDGE;
  if (isRevealed) landscape(context, document.landscape, side);
  context.strokeStyle = colors.line;
  context.strokeRect(0.5, 0.5, side - 1, side - 1);
  const range = document.landscape.flat();
  const [low, high] = [Math.min(...range), Math.max(...range)];
  for (const step of steps) {
    const [x, y] = position(step, document, side);
    context.beginPath();
    context.arc(x, y, 2 + Math.sqrt(step[3]) * 1.3, 0, 7);
    context.fillStyle = heat((step[2] - low) / (high - low));
    context.fill();
    context.strokeStyle = colors.panel;
    context.stroke();
  }
  if (best) cross(context, position(best, document, side), colors.accent, "best so far", "inwards");
  if (isRevealed) cross(context, position([document.optimum.x, document.optimum.y], document, side), colors.bad, "optimum", "outwards");
}

function landscape(/** @type {CanvasRenderingContext2D} */ context, /** @type {number[][]} */ rows, /** @type {number} */ size) {
  const range = rows.flat();
  const [low, high] = [Math.min(...range), Math.max(...range)];
  const side = size / rows.length;
  context.globalAlpha = 0.55;
  rows.forEach((row, j) => row.forEach((value, i) => {
    context.fillStyle = heat((value - low) / (high - low));
    context.fillRect(i * side, size - (j + 1) * side, side, side);
  }));
  context.globalAlpha = 1;
}

// The words of two marks that are near each other stand on different sides.
function cross(/** @type {CanvasRenderingContext2D} */ context, /** @type {number[]} */ [x, y], /** @type {string} */ color, /** @type {string} */ word, /** @type {"inwards" | "outwards"} */ side) {
  const isLeft = x > SIZE / 2 === (side === "inwards");
  context.strokeStyle = context.fillStyle = color;
  context.lineWidth = 2;
  context.strokeRect(x - 6, y - 6, 12, 12);
  context.lineWidth = 1;
  context.font = "11px sans-serif";
  context.textAlign = isLeft ? "right" : "left";
  context.fillText(word, x + (isLeft ? -10 : 10), y < 20 ? y + 12 : y - 4);
}
