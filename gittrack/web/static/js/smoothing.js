// @ts-check
/** Smoothing as `analysis/smoothing.py` has it.  Pure. */

/**
 * Return the exponential moving average of finite numbers, corrected for its start; a constant stays that constant.
 * @param {ArrayLike<number>} values
 * @param {number} weight  the weight of the past, from 0 to below 1
 * @param {ArrayLike<number>} [counts]  of how many points each value is the mean; none: of one
 * @returns {Float64Array}
 */
export function smoothed(values, weight, counts) {
  const averages = new Float64Array(values.length);
  let average = 0;
  let past = 1;
  for (let i = 0; i < values.length; i++) {
    const kept = counts ? weight ** counts[i] : weight;
    past *= kept;
    average = i === 0 ? values[0] : average + (values[i] - average) * ((1 - kept) / (1 - past));
    averages[i] = average;
  }
  return averages;
}
