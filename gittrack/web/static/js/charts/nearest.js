// @ts-check
/** The point of a curve that is nearest to a place on its x axis.  Pure. */

/**
 * Return the index of the value nearest to `target` in an array that ascends; -1 for an empty one.
 * @param {ArrayLike<number>} values
 * @param {number} target
 */
export function nearest(values, target) {
  let low = 0;
  let high = values.length - 1;
  if (high < 0) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle] < target) low = middle;
    else high = middle;
  }
  return Math.abs(values[low] - target) <= Math.abs(values[high] - target) ? low : high;
}

/**
 * Return what curves have near a place, the largest value first; a curve that ends before it is left out.
 * @param {{key: string, x: Float64Array, y: Float64Array}[]} curves
 * @param {number} target
 * @param {number} reach  how far a point may be from the place
 * @returns {{key: string, x: number, y: number}[]}
 */
export function readings(curves, target, reach) {
  const points = [];
  for (const { key, x, y } of curves) {
    const at = nearest(x, target);
    if (at >= 0 && Math.abs(x[at] - target) <= reach) points.push({ key, x: x[at], y: y[at] });
  }
  return points.sort((a, b) => b.y - a.y);
}
