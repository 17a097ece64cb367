import assert from "node:assert/strict";
import { test } from "node:test";
import { changed, settings } from "../../../gittrack/web/static/js/plots/address.js";
import { axisOf, choicesOf, isWide, numberAt, shareOf, tickTexts, varied } from "../../../gittrack/web/static/js/plots/axes.js";
import { colorsBy, nearestRow, rowAfter, rowsBelow, rowsOn } from "../../../gittrack/web/static/js/plots/points.js";

const RUNS = {
  keys: ["e/1", "e/2", "e/3", "e/4"],
  columns: [
    { name: "id", group: "fact", kind: "run id", values: ["1", "2", "3", "4"] },
    { name: "started", group: "fact", kind: "date", values: ["2026-01-02T03:04:05Z", null, null, null] },
    { name: "metrics.loss", group: "metric", kind: "number", goal: "min", values: [4, "NaN", 2, 1], min: [3, 5, 1, 1], max: [9, 9, 9, 9] },
    { name: "metrics.free", group: "metric", kind: "number", goal: null, value: 1, min: [1, 1, 1, 1], max: [1, 1, 1, 1] },
    { name: "params.lr", group: "param", kind: "number", values: [0.001, 0.01, 0, 1] },
    { name: "params.kind", group: "param", kind: "text", values: ["b", "a", null, "b"] },
    { name: "params.depth", group: "param", kind: "mixed", values: [10, "auto", 9, true] },
    { name: "params.seed", group: "param", kind: "number", value: 1 },
  ],
};
const axis = (id, log) => axisOf(RUNS, choicesOf(RUNS).find((choice) => choice.id === id), log);

test("what differs can be an axis: params, metrics, facts; a metric with a goal also by its best", () => {
  assert.deepEqual(choicesOf(RUNS).map(({ id }) => id), ["params.lr", "params.kind", "params.depth", "metrics.loss", "best:metrics.loss", "metrics.free", "started"]);
});

test("plots begin with params that vary among the runs with the metric", () => {
  const few = { ...RUNS, columns: [{ name: "metrics.loss", group: "metric", kind: "number", values: [1, 2, null, null] }, ...["a", "b", "c"].map((name, i) => ({ name: `params.${name}`, group: "param", kind: "number", values: [[1, 1, 2, 3], [1, 2, 2, 2], [1, null, 2, 2]][i] }))] };
  const choices = choicesOf(few);
  const ids = (metric) => varied(few, choices.filter(({ group }) => group === "param"), metric).map(({ id }) => id);
  assert.deepEqual([ids(choices.find(({ group }) => group === "metric")), ids(undefined)], [["params.b"], ["params.a", "params.b", "params.c"]]);
});

test("a run without a finite value has no place", () => {
  assert.deepEqual([...axis("metrics.loss").numbers], [4, NaN, 2, 1]);
  assert.deepEqual(axis("metrics.loss").range, [1, 4]);
  assert.deepEqual([...axis("best:metrics.loss").numbers], [3, 5, 1, 1]);
  assert.deepEqual([...axis("metrics.free").numbers], [1, 1, 1, 1]);
  assert.deepEqual(rowsOn([axis("metrics.loss"), axis("params.kind")]), [0, 3]);
});

test("0 has no place on a logarithmic axis", () => {
  assert.deepEqual([...axis("params.lr", true).numbers], [0.001, 0.01, NaN, 1]);
  assert.equal(axis("params.kind", true).log, false);
});

test("names are in order, and numbers among them come by size", () => {
  assert.deepEqual(axis("params.kind").names, ["a", "b"]);
  assert.deepEqual([...axis("params.kind").numbers], [1, 0, NaN, 1]);
  assert.deepEqual(axis("params.depth").names, ["9", "10", "auto", "true"]);
  assert.equal(axis("params.kind").text(1), "b");
  assert.equal(axis("started").text(Date.UTC(2026, 0, 2, 3, 4) / 1000), "01-02 03:04");
});

test("a place goes to a number and back", () => {
  const log = axis("params.lr", true);
  assert.ok(Math.abs(shareOf(log, 0.1) - 2 / 3) < 1e-12);
  assert.ok(Math.abs(numberAt(log, 2 / 3) - 0.1) < 1e-12);
  assert.equal(shareOf(axis("metrics.free"), 1), 0.5);
});

test("the best run is bright, and a run without a value is gray", () => {
  const color = colorsBy(RUNS.keys, axis("metrics.loss"), "min");
  assert.deepEqual([color(3), color(0), color(1)], ["rgb(189 223 38)", "rgb(65 68 135)", "#888888"]);
  const named = colorsBy(RUNS.keys, axis("params.kind"), null);
  assert.equal(named(0), named(3));
  assert.notEqual(named(0), named(1));
  assert.match(colorsBy(RUNS.keys, null, null)(0), /^#/);
});

test("the nearest point within reach", () => {
  const points = [{ row: 4, x: 0, y: 0 }, { row: 7, x: 10, y: 0 }];
  assert.deepEqual([nearestRow(points, 4, 1, 14), nearestRow(points, 8, 1, 14), nearestRow(points, 50, 0, 14)], [4, 7, -1]);
});

test("a plot keeps the settings of the others", () => {
  const axes = changed("metric=loss&x=params.a%26b", { y: "metrics.loss", metric: null });
  assert.deepEqual(settings(axes), { x: "params.a&b", y: "metrics.loss" });
  assert.deepEqual(settings(""), {});
});

test("a logarithmic axis is for numbers that spread over powers of ten", () => {
  const wide = (...values) => isWide(axisOf({ keys: values.map(String), columns: [] }, { id: "x", label: "x", group: "param", column: { name: "x", kind: "number", values } }));
  assert.equal(wide(1e-5, 1e-3, 1e-1), true);
  assert.equal(wide(0.004, 0.3, 0.5, 0.7, 0.99), false);
  assert.deepEqual([wide(0, 1e-3, 1), wide(1, 5, 50), wide("a", 1e-3, 1)], [false, false, false]);
});

test("points at the same place name each other", () => {
  const points = [{ row: 4, x: 0, y: 0 }, { row: 7, x: 10, y: 0 }, { row: 9, x: 1, y: 1 }];
  assert.deepEqual([rowsBelow(points, 4), rowsBelow(points, 7), rowsBelow(points, 1)], [[9], [], []]);
});

test("numbers are written as everywhere on the page, and two different ones are two names", () => {
  const axisWith = (kind, ...values) => axisOf({ keys: values.map(String), columns: [] }, { id: "x", label: "x", group: "param", column: { name: "x", kind, values } });
  assert.deepEqual([axisWith("number", 123456, 1).text(123456), axisWith("number", 0.1).text(1 / 3)], ["123456", "0.33333"]);
  assert.deepEqual(axisWith("mixed", 0.1234561, 0.1234562, "auto").names, ["0.1234561", "0.1234562", "auto"]);
  assert.deepEqual(axisWith("mixed", 0.1234561, "auto").names, ["0.12346", "auto"]);
  assert.deepEqual(tickTexts(axisWith("number", 1), [1.000001, 1.000002]), ["1.000001", "1.000002"]);
});

test("keys go from point to point: left and right by x, up and down by y", () => {
  const points = [{ row: 4, x: 0, y: 50 }, { row: 7, x: 10, y: 90 }, { row: 9, x: 20, y: 10 }];
  const path = ["ArrowRight", "ArrowRight", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowLeft", "Home", "End"];
  assert.deepEqual(path.reduce((rows, key) => [...rows, rowAfter(points, rows[rows.length - 1], key)], [-1]).slice(1), [4, 7, 4, 9, 9, 7, 4, 9]);
  assert.deepEqual([rowAfter(points, 4, "q"), rowAfter([], -1, "Home")], [-1, -1]);
});
