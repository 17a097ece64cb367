import assert from "node:assert/strict";
import { test } from "node:test";
import { choicesOf } from "../../../gittrack/web/static/js/plots/axes.js";
import { brushesFrom, brushOf, isWithin, labelsOf, namesFrom, narrow, nearestLine, short, sidesOf, spanOf, stepped } from "../../../gittrack/web/static/js/plots/brushes.js";

const RUNS = {
  keys: ["e/1", "e/2", "e/3", "e/4"],
  columns: [
    { name: "metrics.loss", group: "metric", kind: "number", goal: "min", values: [4, null, 2, 1], min: [3, null, 1, 1], max: [9, null, 9, 9] },
    { name: "params.lr", group: "param", kind: "number", values: [0.001, 0.01, 0.1, 1] },
    { name: "params.kind", group: "param", kind: "text", values: ["b", "a", "c", "b"] },
  ],
};
const CHOICES = choicesOf(RUNS);
const METRIC = CHOICES.find(({ id }) => id === "metrics.loss");
const SIDES = sidesOf(RUNS, CHOICES, null, METRIC);
const [LR, KIND, LOSS] = SIDES.map(({ axis }) => axis);
const within = (brushes) => [0, 1, 2, 3].filter((row) => isWithin(SIDES, brushes, row));

test("params come first and the metric last; wide params are logarithmic", () => {
  assert.deepEqual(SIDES.map(({ id, axis }) => [id, axis.log]), [["params.lr", true], ["params.kind", false], ["metrics.loss", false]]);
  assert.deepEqual(sidesOf(RUNS, CHOICES, ["params.kind"], METRIC).map(({ id }) => id), ["params.kind", "metrics.loss"]);
  assert.deepEqual(sidesOf(RUNS, CHOICES, [], undefined), []);
});

test("a drag over a part of an axis is a range, or the names in it", () => {
  const [low, high] = brushOf(LR, 1, 1 / 3);
  assert.ok(Math.abs(low - 0.01) < 1e-9 && Math.abs(high - 1) < 1e-9);
  assert.deepEqual(brushOf(KIND, 0, 0.6), ["a", "b"]);
  assert.deepEqual(brushOf(KIND, 0.3, 0.35), []);
  assert.deepEqual(brushOf(LOSS, -3, 0.5), [1, 2.5]);
});

test("the runs within all brushes; a run without a value is in none", () => {
  assert.deepEqual(within({}), [0, 1, 2, 3]);
  assert.deepEqual(within({ "params.lr": brushOf(LR, 1 / 3, 1) }), [1, 2, 3]);
  assert.deepEqual(within({ "metrics.loss": [0, 9] }), [0, 2, 3]);
  assert.deepEqual(within({ "params.kind": ["b", "gone"], "metrics.loss": [0, 2] }), [3]);
  assert.deepEqual(within({ "params.other": [5, 6], "params.kind": [0, 1] }), [0, 1, 2, 3]);
});

test("a brush covers a part of its axis", () => {
  assert.deepEqual(spanOf(LOSS, [1, 2.5]), [0, 0.5]);
  assert.deepEqual(spanOf(KIND, ["a"]), [0, 1 / 3]);
  assert.deepEqual(spanOf(LR, [-1, 1]), [0, 1]);
  assert.equal(spanOf(KIND, ["gone"]), null);
  assert.equal(spanOf(LR, ["a"]), null);
});

test("what is no brush in an address is left out", () => {
  assert.deepEqual(brushesFrom('{"a": [1, 2], "b": ["x"], "c": [1], "d": [], "e": 3, "f": [1, "x"]}'), { a: [1, 2], b: ["x"] });
  for (const text of [undefined, "", "{", "3", "null", "[]"]) assert.deepEqual(brushesFrom(text), {});
  assert.deepEqual([namesFrom('["a", 1]'), namesFrom("{}"), namesFrom("[]"), namesFrom(undefined)], [["a"], null, [], null]);
});

test("the nearest line within reach, with a gap", () => {
  const lines = [{ row: 1, places: [[0, 0], [10, 0], [20, NaN]] }, { row: 5, places: [[0, 10], [10, 10], [20, 10]] }];
  assert.deepEqual([nearestLine(lines, 5, 2, 8), nearestLine(lines, 15, 4, 8), nearestLine(lines, 19, 1, 8)], [1, 5, -1]);
});

test("labels of an axis have its ends, and are cut", () => {
  assert.deepEqual(labelsOf(LOSS, 3).map(([, text]) => text), ["1", "2", "3", "4"]);
  assert.deepEqual(labelsOf(KIND, 9).map(([, text]) => text), ["a", "b", "c"]);
  assert.deepEqual(labelsOf(KIND, 2).map(([, text]) => text), ["a", "c"]);
  assert.deepEqual([short("abcdef", 4), short("abcd", 4)], ["abc…", "abcd"]);
  assert.deepEqual([narrow("param_name_12", 8), narrow("short", 8)], ["para…_12", "short"]);
});

test("keys go up and down to the next run on an axis, and left and right to another axis", () => {
  const path = ["ArrowUp", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "Home", "End"];
  const places = path.reduce((all, key) => [...all, stepped(SIDES, [0, 1, 2, 3], all[all.length - 1], key)], [{ side: 0, row: -1 }]).slice(1);
  assert.deepEqual(places.map(({ side, row }) => [side, row]), [[0, 3], [0, 2], [0, 1], [1, 1], [2, 1], [2, 1], [2, 3], [2, 0]]);
  assert.deepEqual([stepped(SIDES, [], { side: 0, row: -1 }, "ArrowUp"), stepped(SIDES, [0], { side: 0, row: 0 }, "q")], [null, null]);
});
