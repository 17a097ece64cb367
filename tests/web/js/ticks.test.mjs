import assert from "node:assert/strict";
import { test } from "node:test";
import { createScale, extent } from "../../../gittrack/web/static/js/charts/scale.js";
import { placeText, xTicks } from "../../../gittrack/web/static/js/charts/axis.js";
import { durationText, logTicks, numberTexts, ticks, timeTicks } from "../../../gittrack/web/static/js/ticks.js";

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
  assert.equal(createScale(-1.7e308, 1.7e308, 0, 100).at(0), 50);
  assert.ok([true, false].every((log) => createScale(1.7e308, 1.7e308, 0, 100, log).ticks(4).every(Number.isFinite)));
  assert.deepEqual(createScale(12, 18, 0, 100, true).ticks(2), [12, 14, 16, 18]); // no power of ten is between them
});

test("texts of ticks have as many digits as tell them apart", () => {
  assert.deepEqual(numberTexts([0, 0.5, 1]), ["0", "0.5", "1"]);
  assert.deepEqual(numberTexts([100000.1, 100000.2]), ["100000.1", "100000.2"]);
});

test("ticks of time are round seconds, minutes, hours or days", () => {
  assert.deepEqual(timeTicks(0, 300, 5).map(durationText), ["0 s", "1 min", "2 min", "3 min", "4 min", "5 min"]);
  assert.deepEqual(timeTicks(0, 7200, 4).map(durationText), ["0 s", "30 min", "1 h", "1 h 30 min", "2 h"]);
  assert.deepEqual(timeTicks(0, 1, 2).map(durationText), ["0 s", "0.5 s", "1 s"]);
  assert.deepEqual(timeTicks(100, 86400 * 9, 3, 100), [259100, 518300, 777500]);
});

test("the clock is that of here, with a date at the first tick", () => {
  const noon = new Date(2026, 10, 29, 12, 0).getTime() / 1000;
  assert.deepEqual(xTicks("wall", createScale(noon, noon + 7200, 0, 400), 400).map(([, text]) => text), ["29 Nov 12:00", "12:30", "13:00", "13:30", "14:00"]);
  assert.equal(placeText("wall", noon + 5), "29 Nov 12:00:05");
  assert.deepEqual([placeText("step", 40), placeText("time", 90), placeText("epoch", 1.5)], ["step 40", "1 min 30 s", "epoch 1.5"]);
});

test("the extent leaves out what cannot be drawn", () => {
  assert.deepEqual(extent([[1, NaN, 3], [-2, Infinity]]), [-2, 3]);
  assert.deepEqual(extent([[0, -1, 2]], true), [2, 2]);
  assert.equal(extent([[NaN]]), null);
});

test("an axis of steps or trials has whole numbers, if there are any", () => {
  const texts = (name, low, high) => xTicks(name, createScale(low, high, 0, 400), 400).map(([, text]) => text);
  assert.deepEqual(texts("trial", 1, 3), ["1", "2", "3"]);
  assert.deepEqual(texts("step", -0.5, 0.5), ["0"]);
  assert.deepEqual(texts("step", 0.1, 0.5), ["0.1", "0.2", "0.3", "0.4", "0.5"]);
  assert.deepEqual(texts("loss", 1, 3), ["1", "1.5", "2", "2.5", "3"]);
});
