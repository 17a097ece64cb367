// @ts-check
/** The x axis of charts: steps, seconds since the start, the clock, or a metric.  Pure. */

import { show } from "../format.js";
import { clockText, durationText, numberTexts, timeTicks } from "../ticks.js";

const PIXELS = 80; // between two labels
const CLOCK_PIXELS = 110;
const COUNTED = ["step", "trial"]; // axes on which people expect whole numbers

/**
 * Return the ticks of an x axis, each with its text.
 * @param {string} name  step, time, wall or a metric
 * @param {import("./scale.js").Scale} scale
 * @param {number} width  in pixels
 * @returns {[number, string][]}
 */
export function xTicks(name, scale, width) {
  const count = Math.max(2, width / PIXELS);
  if (scale.log || !["time", "wall"].includes(name)) {
    const places = scale.ticks(count);
    const whole = COUNTED.includes(name) ? places.filter(Number.isInteger) : [];
    return labelled(whole.length > 0 ? whole : places, 7);
  }
  if (name === "time") return timeTicks(scale.low, scale.high, count).map((tick) => [tick, durationText(tick)]);
  const offset = -60 * new Date(scale.low * 1000).getTimezoneOffset() || 0;
  const places = timeTicks(scale.low, scale.high, width / CLOCK_PIXELS, offset).filter((tick, i, all) => i === 0 || clockText(tick) !== clockText(all[i - 1]));
  return places.map((tick, i) => [tick, clockText(tick, i === 0)]);
}

/**
 * Return numbers with texts that differ.
 * @param {number[]} places
 * @param {number} [digits]  at least
 * @returns {[number, string][]}
 */
export function labelled(places, digits) {
  const texts = numberTexts(places, digits);
  return places.map((tick, i) => [tick, texts[i]]);
}

/**
 * Return a place on the axis as a text with its unit: `step 40`, `1 min 30 s`, `29 Nov 14:05`, `epoch 3`.
 * @param {string} name
 * @param {number} value
 */
export function placeText(name, value) {
  if (name === "time") return durationText(value);
  if (name === "wall") return clockText(value);
  return `${name} ${show(value, "number")}`;
}
