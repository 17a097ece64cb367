// @ts-check
/** The mean of some curves, and a band around it.  Pure. */

const MOST_PLACES = 600;
// Student's t with 1 to 30 degrees of freedom, the quantile of 97.5 %.
const STUDENT = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604, 2.1448, 2.1314,
  2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
];

/** @typedef {{x: ArrayLike<number>, y: ArrayLike<number>}} Points  in the order of x */

/**
 * @typedef {object} Means
 * @property {Float64Array} x
 * @property {Float64Array} y  the mean of the curves that reach this place
 * @property {Float64Array} counts  how many they are
 * @property {{low: Float64Array, high: Float64Array} | null} band
 */

/** The bands: their names in the address, and as people read them. */
export const BANDS = /** @type {[string, string][]} */ ([
  ["deviation", "± deviation"], ["error", "± standard error"], ["range", "min to max"], ["interval", "95 % interval"], ["none", "mean only"],
]);

/**
 * Return the mean of curves at their places.  Between two points a curve is a line; before its first point and after its
 * last one it does not count.
 * @param {Points[]} curves
 * @param {string} band  one of BANDS: the sample standard deviation (n - 1), the standard error of the mean, the smallest
 *   and largest value, or the interval that holds the mean of further runs like these with 95 % confidence (Student's t)
 * @param {boolean} [isLog]  whether the places of many are at equal distances on a logarithmic axis
 * @returns {Means}
 */
export function meansOf(curves, band, isLog = false) {
  const distinct = curves.map(unique).filter(({ x }) => x.length > 0);
  const x = placesOf(distinct, isLog);
  const columns = distinct.map((curve) => valuesAt(curve, x));
  const [y, counts] = [new Float64Array(x.length), new Float64Array(x.length)];
  const ends = band === "none" ? null : { low: new Float64Array(x.length), high: new Float64Array(x.length) };
  for (let i = 0; i < x.length; i++) {
    const values = columns.map((column) => column[i]).filter((value) => !Number.isNaN(value));
    counts[i] = values.length;
    y[i] = meanOf(values);
    if (ends) [ends.low[i], ends.high[i]] = endsOf(values, y[i], band);
  }
  return { x, y, counts, band: ends };
}

// A division first, because the sum of large numbers would be infinite; a constant stays that constant.
function meanOf(/** @type {number[]} */ values) {
  return values.every((value) => value === values[0]) ? values[0] : values.reduce((sum, value) => sum + value / values.length, 0);
}

function endsOf(/** @type {number[]} */ values, /** @type {number} */ mean, /** @type {string} */ band) {
  if (band === "range") return [Math.min(...values), Math.max(...values)];
  const n = values.length;
  if (n < 2) return [mean, mean];
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const error = deviation / Math.sqrt(n);
  const reach = { error, interval: student(n - 1) * error }[band] ?? deviation;
  return [mean - reach, mean + reach];
}

/**
 * Return the quantile of 97.5 % of Student's t.
 * @param {number} freedom  degrees of freedom, from 1
 */
export function student(freedom) {
  if (freedom <= STUDENT.length) return STUDENT[freedom - 1];
  const z = 1.959964; // of the normal distribution; the expansion is 26.7.5 of Abramowitz and Stegun
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}

// The places of all curves; of many, places at equal distances.
function placesOf(/** @type {Points[]} */ curves, /** @type {boolean} */ isLog) {
  const [first, ...others] = curves;
  if (!first) return new Float64Array(0);
  if (first.x.length <= MOST_PLACES && others.every((other) => equal(first.x, other.x))) return Float64Array.from(first.x);
  const all = new Set(curves.flatMap(({ x }) => [...Array.from(x)]));
  const places = Float64Array.from(all).sort();
  if (places.length <= MOST_PLACES) return places;
  const high = places[places.length - 1];
  const low = (isLog && places.find((place) => place > 0)) || places[0];
  const at = isLog && low > 0 ? (/** @type {number} */ share) => low * (high / low) ** share : (/** @type {number} */ share) => low + (high - low) * share;
  return Float64Array.from({ length: MOST_PLACES }, (_, i) => Math.min(high, at(i / (MOST_PLACES - 1))));
}

function equal(/** @type {ArrayLike<number>} */ a, /** @type {ArrayLike<number>} */ b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

// Points at the same place become one, their mean.
function unique(/** @type {Points} */ { x, y }) {
  /** @type {number[]} */
  const places = [];
  /** @type {number[]} */
  const values = [];
  for (let i = 0; i < x.length; ) {
    let end = i + 1;
    while (end < x.length && x[end] === x[i]) end++;
    places.push(x[i]);
    values.push(end === i + 1 ? y[i] : meanOf(Array.from(y).slice(i, end)));
    i = end;
  }
  return { x: places, y: values };
}

function valuesAt(/** @type {Points} */ { x, y }, /** @type {Float64Array} */ places) {
  const values = new Float64Array(places.length).fill(NaN);
  let next = 0; // the first point that is not before the place
  for (let i = 0; i < places.length; i++) {
    while (next < x.length && x[next] < places[i]) next++;
    if (next === x.length) break;
    if (x[next] === places[i]) values[i] = y[next];
    else if (next > 0) values[i] = y[next - 1] + (y[next] - y[next - 1]) * ((places[i] - x[next - 1]) / (x[next] - x[next - 1]));
  }
  return values;
}
