// @ts-check
/** The places of ticks on an axis, and their texts.  Pure. */

import { duration, general } from "./format.js";

const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * Return round numbers from `low` to `high`, about `count` of them.
 * @param {number} low
 * @param {number} high
 * @param {number} count
 * @returns {number[]}
 */
export function ticks(low, high, count) {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return [low];
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const error = rough / power;
  return multiples(low, high, power * (error >= Math.sqrt(50) ? 10 : error >= Math.sqrt(10) ? 5 : error >= Math.SQRT2 ? 2 : 1));
}

function multiples(/** @type {number} */ low, /** @type {number} */ high, /** @type {number} */ step) {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/**
 * Return the powers of ten from `low` to `high`, thinned to about `count`; with 2 and 5 between them if they are few.
 * @param {number} low  above 0
 * @param {number} high
 * @param {number} count
 * @returns {number[]}
 */
export function logTicks(low, high, count) {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const factors = last - first <= count / 3 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil((last - first) / count));
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((power) => power % every === 0);
  const all = powers.flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)));
  return all.filter((tick) => tick >= low * 0.999999 && tick <= high * 1.000001 && tick < Infinity);
}

/**
 * Return round times from `low` to `high` in seconds: multiples of seconds, minutes, hours or days.
 * @param {number} low
 * @param {number} high
 * @param {number} count
 * @param {number} [offset]  seconds between these times and those whose multiples are round
 * @returns {number[]}
 */
export function timeTicks(low, high, count, offset = 0) {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough >= 0.7) || !Number.isFinite(rough)) return ticks(low, high, count);
  const step = SECONDS.find((seconds) => seconds >= rough * 0.7) ?? 86400 * Math.ceil(rough / 86400);
  return multiples(low + offset, high + offset, step).map((tick) => tick - offset);
}

/**
 * Return numbers as texts with as many digits as tell neighbours apart, but at least `least`.
 * @param {number[]} numbers
 * @param {number} [least]
 * @returns {string[]}
 */
export function numberTexts(numbers, least = 5) {
  for (let digits = least; digits < 16; digits++) {
    const texts = numbers.map((number) => general(number, digits));
    if (new Set(texts).size === new Set(numbers).size) return texts;
  }
  return numbers.map(String);
}

/**
 * Return seconds as a short text: `5 s`, `1 min 30 s`, `2 h`.
 * @param {number} seconds
 */
export function durationText(seconds) {
  return seconds < 10 ? `${general(seconds, 4)} s` : duration(seconds).replace(/ 0 (s|min|h)$/, "");
}

/**
 * Return a time of the clock here: `29 Nov 14:05`, with seconds if they are not 0.
 * @param {number} seconds  since 1970
 * @param {boolean} [withDate]
 */
export function clockText(seconds, withDate = true) {
  const at = new Date(Math.round(seconds) * 1000);
  if (Number.isNaN(at.getTime())) return general(seconds, 12);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const time = [at.getHours(), at.getMinutes(), ...(at.getSeconds() ? [at.getSeconds()] : [])].map(two).join(":");
  const date = `${at.getDate()} ${MONTHS[at.getMonth()]}`;
  if (time === "00:00") return date;
  return withDate ? `${date} ${time}` : time;
}
