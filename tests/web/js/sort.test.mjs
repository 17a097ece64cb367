import assert from "node:assert/strict";
import { test } from "node:test";
import { sorted } from "../../../gittrack/web/static/js/sort.js";
import { nextSort } from "../../../gittrack/web/static/js/table/columns.js";

const RUNS = {
  keys: ["a", "b", "c", "d", "e"],
  columns: [
    { name: "metrics.loss", kind: "number", values: [0.5, "NaN", 0.1, null, "-Infinity"] },
    { name: "params.opt", kind: "mixed", values: ["sgd", 3, "adam", null, 2] },
    { name: "params.same", kind: "number", value: 1 },
  ],
};

test("missing values and NaN come last in both directions", () => {
  assert.deepEqual(sorted(RUNS, ["metrics.loss"]), [4, 2, 0, 1, 3]);
  assert.deepEqual(sorted(RUNS, ["-metrics.loss"]), [0, 2, 4, 1, 3]);
});

test("numbers come before text, and equal rows keep their order", () => {
  assert.deepEqual(sorted(RUNS, ["opt"]), [4, 1, 2, 0, 3]);
  assert.deepEqual(sorted(RUNS, ["same"]), [0, 1, 2, 3, 4]);
});

test("a second key orders the rows that the first leaves equal", () => {
  assert.deepEqual(sorted(RUNS, ["params.same", "-metrics.loss"]), [0, 2, 4, 1, 3]);
});

test("a click shows the best first, then the worst, then no order", () => {
  const loss = { name: "metrics.loss", group: "metric", goal: "min" };
  const accuracy = { name: "metrics.acc", group: "metric", goal: "max" };
  assert.deepEqual(nextSort([], accuracy, false), ["-metrics.acc"]);
  assert.deepEqual(nextSort(["-metrics.acc"], accuracy, false), ["metrics.acc"]);
  assert.deepEqual(nextSort(["metrics.acc"], accuracy, false), []);
  assert.deepEqual(nextSort(["-metrics.acc"], loss, true), ["-metrics.acc", "metrics.loss"]);
});
