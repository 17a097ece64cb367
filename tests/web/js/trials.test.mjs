import assert from "node:assert/strict";
import { test } from "node:test";
import { shareOf } from "../../../gittrack/web/static/js/plots/axes.js";
import { endedTrials, rungsOf, sideOf } from "../../../gittrack/web/static/js/plots/trials.js";

const trial = (config, rung, score, more = {}) => ({ key: `${config}.r${rung}`, config, rung, bracket: 0, budget: 3 ** rung, score, order: config, params: { lr: 10 ** -config, kind: "ab"[config % 2] }, ...more });
const SWEEP = {
  metric: "loss", goal: "minimize",
  axes: [{ name: "lr", kind: "number", log: true, low: 1e-4, high: 1, values: [] }, { name: "kind", kind: "choice", log: false, low: null, high: null, values: ["a", "b"] }],
  trials: [trial(1, 0, 3, { order: 1 }), trial(0, 0, 2, { order: 0 }), trial(2, 0, null, { order: 2 }), trial(3, 0, 9, { order: null }), trial(0, 1, 1, { order: 3 })],
};

test("trials that ended, in order", () => {
  assert.deepEqual(endedTrials(SWEEP).map(({ key }) => key), ["0.r0", "1.r0", "2.r0", "0.r1"]);
});

test("axes of trials have the bounds and the scale of the search", () => {
  const trials = endedTrials(SWEEP);
  const { label, axis } = sideOf(SWEEP, trials, "lr");
  assert.deepEqual([label, axis.log, axis.range], ["lr", true, [1e-4, 1]]);
  assert.equal(shareOf(axis, 0.01), 0.5);
  assert.deepEqual(sideOf(SWEEP, trials, "kind").axis.names, ["a", "b"]);
  const score = sideOf(SWEEP, trials, "");
  assert.deepEqual([score.label, score.axis.range], ["loss", [1, 3]]);
  assert.ok(Number.isNaN(score.axis.numbers[2]));
});

test("values that are not numbers or words are axes of texts", () => {
  const trials = [[1], { a: 1 }, true, null].map((kind, order) => trial(order, 0, 1, { params: { kind } }));
  assert.deepEqual([...sideOf({ ...SWEEP, axes: [] }, trials, "kind").axis.names].sort(), ["[1]", "true", '{"a":1}']);
});

test("rungs with their best, and how many went on", () => {
  const [first, second] = rungsOf(SWEEP);
  assert.deepEqual(first, { bracket: 0, rung: 0, budget: 1, trials: 4, scored: 3, best: 2, median: 3, continued: 1 });
  assert.deepEqual([second.rung, second.best, second.continued], [1, 1, 0]);
  assert.equal(rungsOf({ ...SWEEP, goal: "maximize" })[0].best, 9);
  assert.deepEqual(rungsOf({ ...SWEEP, trials: SWEEP.trials.slice(0, 4) }), []);
});
