import assert from "node:assert/strict";
import { test } from "node:test";
import { createScale, extent } from "../../../gittrack/web/static/js/charts/scale.js";
import { logTicks, ticks } from "../../../gittrack/web/static/js/ticks.js";

test("ticks are round numbers inside the range", () => {
  assert.deepEqual(ticks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticks(0.1, 0.32, 2), [0.1, 0.2, 0.3]);
  assert.deepEqual(ticks(-1e9, 1e9, 2), [-1e9, 0, 1e9]);
  assert.deepEqual(ticks(3, 3, 4), [3]);
});

test("ticks of a logarithmic axis are powers of ten, with 2 and 5 if they are few", () => {
  assert.deepEqual(logTicks(0.001, 10, 4), [0.001, 0.01, 0.1, 1, 10]);
  assert.deepEqual(logTicks(0.1, 1, 4), [0.1, 0.2, 0.5, 1]);
});

test("a scale maps numbers to pixels and back", () => {
  const scale = createScale(1, 100, 0, 200, true);
  assert.equal(scale.at(10), 100);
  assert.ok(Math.abs(scale.value(100) - 10) < 1e-9);
  assert.equal(createScale(5, 5, 0, 100).at(5), 50);
});

test("the extent leaves out what cannot be drawn", () => {
  assert.deepEqual(extent([[1, NaN, 3], [-2, Infinity]]), [-2, 3]);
  assert.deepEqual(extent([[0, -1, 2]], true), [2, 2]);
  assert.equal(extent([[NaN]]), null);
});
