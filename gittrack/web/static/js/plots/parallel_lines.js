// @ts-check
/** Draws parallel coordinates: a line per run, the axes, and the brushes. */

import { measured, prepared } from "../canvas.js";
import { escape } from "../format.js";
import { shareOf } from "./axes.js";
import { labelsOf, narrow, short, spanOf } from "./brushes.js";

/** The room around the axes in pixels. */
export const FRAME = { left: 78, right: 60, top: 34, bottom: 14 };

/**
 * Draw parallel coordinates; return the lines, the function from an axis to its pixel, and the height.
 * @param {HTMLCanvasElement} canvas
 * @param {{keys: (string | null)[], sides: import("./brushes.js").Side[], brushes: Record<string, import("./brushes.js").Brush>, rows: number[], within: number[], paint: (row: number) => string}} scene
 * @param {string} hover  the key of a run
 * @param {{side: number, from: number, to: number} | null} drag  in pixels
 */
export function draw(canvas, { keys, sides, brushes, rows, within, paint }, hover, drag) {
  const size = measured(canvas);
  const { width, height, colors: { ink, muted, line, panel, accent } } = size;
  const context = prepared(canvas, size);
  const at = (/** @type {number} */ i) => FRAME.left + (i / Math.max(1, sides.length - 1)) * (width - FRAME.left - FRAME.right);
  const up = (/** @type {number} */ share) => height - FRAME.bottom - share * (height - FRAME.bottom - FRAME.top);
  const placesOf = (/** @type {number} */ row) => sides.map(({ axis }, i) => /** @type {[number, number]} */ ([at(i), up(shareOf(axis, axis.numbers[row]))]));
  const isIn = new Set(within);
  const lines = within.map((/** @type {number} */ row) => ({ row, places: placesOf(row) }));
  context.globalAlpha = 0.5;
  context.strokeStyle = line;
  for (const row of rows) if (!isIn.has(row)) drawLine(context, placesOf(row));
  context.globalAlpha = within.length > 100 ? 0.5 : 0.85;
  context.lineWidth = 1.5;
  for (const { row, places } of lines) {
    context.strokeStyle = paint(row);
    drawLine(context, places);
  }
  context.globalAlpha = 1;
  const hovered = lines.find((/** @type {{row: number}} */ { row }) => keys[row] === hover && hover !== "");
  if (hovered) {
    context.strokeStyle = ink;
    context.lineWidth = 3;
    drawLine(context, hovered.places);
  }
  sides.forEach((side, i) => drawAxis(context, side, at(i), up, { ink, muted, panel, count: height / 60, wide: Math.max(10, Math.floor((at(1) - at(0)) / 7)) }));
  context.fillStyle = accent;
  context.globalAlpha = 0.3;
  sides.forEach(({ id, axis }, i) => {
    const span = drag && drag.side === i ? null : Object.hasOwn(brushes, id) ? spanOf(axis, brushes[id]) : null;
    if (span) context.fillRect(at(i) - 8, up(span[1]), 16, Math.max(2, up(span[0]) - up(span[1])));
  });
  if (drag) context.fillRect(at(drag.side) - 8, Math.min(drag.from, drag.to), 16, Math.abs(drag.to - drag.from));
  return { lines, at, height };
}

function drawLine(/** @type {CanvasRenderingContext2D} */ context, /** @type {[number, number][]} */ places) {
  context.beginPath();
  let isOpen = false;
  for (const [x, y] of places) {
    if (Number.isNaN(y)) isOpen = false;
    else if (isOpen) context.lineTo(x, y);
    else {
      context.moveTo(x, y);
      isOpen = true;
    }
  }
  context.stroke();
}

function drawAxis(/** @type {CanvasRenderingContext2D} */ context, /** @type {import("../plots/brushes.js").Side} */ { label, axis }, /** @type {number} */ x, /** @type {(share: number) => number} */ up, /** @type {{ink: string, muted: string, panel: string, count: number, wide: number}} */ { ink, muted, panel, count, wide }) {
  context.strokeStyle = muted;
  context.lineWidth = 1;
  context.strokeRect(Math.round(x) + 0.5, up(1), 0, up(0) - up(1));
  context.fillStyle = ink;
  context.textAlign = "center";
  context.fillText(escape(narrow(label, wide - (axis.log ? 6 : 0)) + (axis.log ? " (log)" : "")), x, 14);
  context.fillStyle = muted;
  context.textAlign = "right";
  context.strokeStyle = panel; // a rim, so that lines do not cross the text
  context.lineWidth = 3;
  for (const [share, text] of labelsOf(axis, count)) {
    context.strokeText(escape(short(text, 10)), x - 6, up(share) + 4);
    context.fillText(escape(short(text, 10)), x - 6, up(share) + 4);
  }
}
