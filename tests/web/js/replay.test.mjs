import assert from "node:assert/strict";
import { test } from "node:test";
import { bestOf, heat, position, until } from "../../../gittrack/web/static/js/replay.js";

const STEPS = [[0.1, 0, 3, 1, 1], [1, 0.4, 2, 1, 2], [0.1, 0, 2.5, 3, 5], [1, 0.4, 2.6, 3, 8]];

test("a replay shows the steps that had ended", () => {
  assert.deepEqual(until(STEPS, 4).length, 2);
  assert.deepEqual(until(STEPS, 0), []);
});

test("the best is among the trials with the most epochs", () => {
  assert.deepEqual(bestOf(STEPS), STEPS[2]);
  assert.deepEqual(bestOf(STEPS.slice(0, 2)), STEPS[1]);
  assert.equal(bestOf([]), null);
});

test("places on a logarithmic and a linear axis", () => {
  const axes = { x: { low: 0.01, high: 1, log: true }, y: { low: 0, high: 0.8, log: false } };
  assert.deepEqual(position([0.1, 0.4], axes, 300).map(Math.round), [150, 150]);
  assert.deepEqual(position([0.01, 0], axes, 300), [0, 300]);
});

test("better scores are brighter, and scores outside of the landscape have its ends' colours", () => {
  assert.equal(heat(0), "rgb(189 223 38)");
  assert.equal(heat(1), heat(7));
});
