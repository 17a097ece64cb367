import assert from "node:assert/strict";
import { test } from "node:test";
import { filled, hasValues, sourceOf } from "../../../gittrack/web/static/js/known_rows.js";
import { matching } from "../../../gittrack/web/static/js/table/rows.js";

const known = {
  keys: ["a", "b", "c"],
  columns: [
    { name: "params.lr", kind: "mixed", values: [1, "x", 3] },
    { name: "params.seed", kind: "number", value: 7 },
    { name: "metrics.loss", values: [4, "NaN", 6], min: [1, 2, 3], max: [7, 8, 9], count: [5, 5, 6] },
  ],
};

test("rows of a query have the values of the rows that the page has", () => {
  const answer = { total: 2, keys: ["c", "a"], columns: [{ name: "params.lr", kind: "number", shown: true }, { name: "params.seed", value: 7 }, { name: "metrics.loss", goal: "min" }] };
  const runs = filled(answer, known);
  assert.deepEqual(runs, {
    total: 2,
    keys: ["c", "a"],
    columns: [
      { name: "params.lr", kind: "number", shown: true, values: [3, 1] },
      { name: "params.seed", value: 7 },
      { name: "metrics.loss", goal: "min", values: [6, 4], min: [3, 1], max: [9, 7], count: [6, 5] },
    ],
  });
  assert.deepEqual([hasValues(answer), hasValues(runs), hasValues(known)], [false, true, true]);
});

test("the only row of a query has values, not constants", () => {
  const runs = filled({ keys: ["b"], columns: [{ name: "params.seed" }, { name: "params.lr" }] }, known);
  assert.deepEqual(runs.columns.map(({ values }) => values), [[7], ["x"]]);
});

test("a row or a column that the page does not have is asked for", () => {
  assert.equal(filled({ keys: ["a", "new"], columns: [{ name: "params.lr" }] }, known), null);
  assert.equal(filled({ keys: ["a"], columns: [{ name: "params.new" }] }, known), null);
});

test("rows of a query are searched by the texts of the rows that they are taken from", () => {
  const heads = known.columns.map((column) => ({ ...column, head: column.name.slice(column.name.indexOf(".") + 1) }));
  const all = { ...known, columns: heads };
  const taken = () => filled({ keys: ["c", "b"], columns: heads.map(({ name, head, kind }) => ({ name, head, kind })) }, all);
  const before = taken();
  assert.deepEqual(sourceOf(before), { known: all, rows: [2, 1] });
  assert.equal(sourceOf(all), null);
  assert.deepEqual(["lr=x", "loss=6", "seed=7", "lr=1"].map((words) => matching(before, [0, 1], words)), [[1], [0], [0, 1], []]);
  assert.deepEqual(matching(all, [0, 1, 2], "lr=1"), [0]);
  assert.deepEqual(["lr=x", "loss=6", "seed=7", "lr=1"].map((words) => matching(taken(), [0, 1], words)), [[1], [0], [0, 1], []]);
});

test("the values of a column are taken when they are first looked at, once", () => {
  let looks = 0;
  const column = { name: "params.lr", get values() { looks++; return [1, 2]; } };
  const runs = filled({ keys: ["b"], columns: [{ name: "params.lr" }] }, { keys: ["a", "b"], columns: [column] });
  assert.deepEqual([hasValues(runs), looks], [true, 0]);
  assert.equal(runs.columns[0].values, runs.columns[0].values);
  assert.deepEqual([runs.columns[0].values, looks], [[2], 1]);
});
