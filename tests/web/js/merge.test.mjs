import assert from "node:assert/strict";
import { test } from "node:test";
import { appended, grouped } from "../../../gittrack/web/static/js/charts/curves.js";
import { merged } from "../../../gittrack/web/static/js/merge.js";

const fact = (name, rest) => ({ name, group: "fact", kind: "text", head: name, shown: true, ...rest });
const metric = (name, values) => ({ name, group: "metric", kind: "number", values, min: values, max: values, count: values.map(() => 1) });
const RUNS = {
  total: 2, complete: true, keys: ["a/2", "a/1"],
  columns: [fact("status", { value: "running" }), metric("metrics.loss", [0.5, 0.4]), { name: "params.lr", group: "param", kind: "number", value: 1 }],
};
const column = (runs, name) => runs.columns.find((entry) => entry.name === name);

test("a changed row stays in its place, a new one comes on top", () => {
  const changed = { keys: ["a/1", "b/3"], columns: [fact("status", { values: ["finished", "running"] }), metric("metrics.loss", [0.1, 9])] };
  const runs = merged(RUNS, changed, []);
  assert.deepEqual(runs.keys, ["b/3", "a/2", "a/1"]);
  assert.deepEqual(column(runs, "status").values, ["running", "running", "finished"]);
  assert.deepEqual(column(runs, "metrics.loss").min, [9, 0.5, 0.1]);
  assert.deepEqual(column(runs, "params.lr").values, [null, 1, null]); // a changed row has only the columns that it names
  assert.equal(runs.total, 3);
});

test("a removed row goes, and what is then constant is a constant", () => {
  const runs = merged({ ...RUNS, columns: [fact("name", { values: ["x", "y"] })] }, { keys: [], columns: [] }, ["a/2", "nothing"]);
  assert.deepEqual(runs.keys, ["a/1"]);
  assert.deepEqual(column(runs, "name").values, ["y"]);
});

test("a column that only a new row has is added in its group", () => {
  const changed = { keys: ["a/3"], columns: [metric("metrics.acc", [0.9])] };
  const runs = merged(RUNS, changed, []);
  assert.deepEqual(runs.columns.map((entry) => entry.name), ["status", "metrics.loss", "metrics.acc", "params.lr"]);
  assert.deepEqual(column(runs, "metrics.acc").values, [0.9, null, null]);
});

test("points of a live run are put at the end of its curve", () => {
  const line = (run, x, y) => ({ run, metric: "loss", x, y, marks: [], total: x.length, thinned: false });
  const curves = appended(grouped([line("a", [0], [1])]), grouped([line("a", [1], [2]), line("b", [0], [3])]));
  assert.deepEqual(curves.loss.map((curve) => [curve.key, [...curve.x], [...curve.y], curve.total]), [["a", [0, 1], [1, 2], 2], ["b", [0], [3], 1]]);
});
