// @ts-check
/** Smoothing as `analysis/smoothing.py` has it.  Pure. */

/**
 * Return the exponential moving average of finite numbers, corrected for its start at zero.
 * @param {ArrayLike<number>} values
 * @param {number} weight  the weight of the past, from 0 to below 1
 * @returns {Float64Array}
 */
export function smoothed(values, weight) {
  const averages = new Float64Array(values.length);
  let mean = 0;
  let past = 1;
  for (let i = 0; i < values.length; i++) {
    mean = weight * mean + (1 - weight) * values[i];
    past *= weight;
    averages[i] = mean / (1 - past);
  }
  return averages;
}
