import assert from "node:assert/strict";
import { test } from "node:test";
import { meansOf, student } from "../../../gittrack/web/static/js/charts/means.js";

const points = (x, y) => ({ x: Float64Array.from(x), y: Float64Array.from(y) });
const ends = (band, ...values) => {
  const means = meansOf(values.map((value) => points([0], [value])), band);
  return means.band && [means.band.low[0], means.band.high[0]].map((end) => Number(end.toFixed(3)));
};

test("the mean of curves with the same steps", () => {
  const { x, y, counts } = meansOf([points([0, 1], [1, 2]), points([0, 1], [3, 4])], "none");
  assert.deepEqual([[...x], [...y], [...counts]], [[0, 1], [2, 3], [2, 2]]);
});

test("on a logarithmic axis the mean of long curves has as many places in each power of ten", () => {
  const places = Float64Array.from({ length: 10_000 }, (_, i) => i);
  const { x, y, counts } = meansOf([points(places, places), points(places, places)], "range", true);
  assert.ok(x.filter((place) => place < 10).length > 100);
  assert.deepEqual([x[0], x[599], y[599], counts[599]], [1, 9999, 9999, 2]);
});

test("bands: deviation, standard error, range, and the interval of Student's t", () => {
  assert.deepEqual(ends("deviation", 1, 2, 3), [1, 3]);
  assert.deepEqual(ends("error", 1, 2, 3), [1.423, 2.577]);
  assert.deepEqual(ends("range", 1, 2, 6), [1, 6]);
  assert.deepEqual(ends("interval", 1, 2, 3), [-0.484, 4.484]);
  assert.equal(ends("none", 1, 2), null);
  assert.deepEqual(ends("interval", 7), [7, 7]);
  assert.deepEqual(ends("nonsense", 1, 2, 3), [1, 3]); // as the usual one
});

test("between its points a curve is a line, and beyond them it does not count", () => {
  const { x, y, counts } = meansOf([points([0, 4], [0, 4]), points([1, 2], [10, 20])], "deviation");
  assert.deepEqual([[...x], [...y], [...counts]], [[0, 1, 2, 4], [0, 5.5, 11, 4], [1, 2, 2, 1]]);
});

test("points at the same place count once, and of very many places some are taken", () => {
  assert.deepEqual([...meansOf([points([1, 1, 2], [0, 4, 5])], "none").y], [2, 5]);
  const many = meansOf([points(Array.from({ length: 2000 }, (_, i) => i), new Array(2000).fill(0.1))], "range");
  assert.deepEqual([many.x.length, many.x[0], many.x[599], new Set(many.y).size], [600, 0, 1999, 1]);
  assert.equal(meansOf([points([], [])], "range").x.length, 0);
});

test("the sum of large numbers is no infinity", () => {
  assert.deepEqual([...meansOf([points([0], [1.5e308]), points([0], [1.7e308])], "none").y], [1.6e308]);
});

test("the quantiles of Student's t", () => {
  assert.ok(Math.abs(student(1) - 12.7062) < 1e-4 && Math.abs(student(40) - 2.02108) < 1e-4 && Math.abs(student(31) - 2.03951) < 2e-4);
});
