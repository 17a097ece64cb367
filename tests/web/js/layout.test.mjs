import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsInSight, fits, linesInSight, total, widthOf } from "../../../gittrack/web/static/js/table/layout.js";

const measure = (text) => 7 * text.length;

test("a column is as wide as its longest text, within bounds", () => {
  assert.equal(widthOf(["loss", "0.12346"], measure), 49 + 18);
  assert.equal(widthOf(["id", "a1b2c3d4"], measure, 18), 56 + 36);
  assert.equal(widthOf(["x"], measure), 40);
  assert.equal(widthOf(["long ".repeat(40)], measure), 260);
});

test("the lines in sight and some more are painted; a small scroll changes nothing", () => {
  assert.deepEqual(linesInSight(1000, 26, 0, 600), [0, 32]);
  assert.deepEqual(linesInSight(1000, 26, 26 * 100, 600), [88, 136]);
  assert.deepEqual(linesInSight(1000, 26, 26 * 101, 600), [88, 136]);
  assert.deepEqual(linesInSight(1000, 26, 26 * 977, 600), [968, 1000]);
  assert.deepEqual(linesInSight(3, 26, 0, 600), [0, 3]);
  assert.deepEqual(linesInSight(0, 26, 900, 600), [0, 0]);
});

test("the columns in sight are painted", () => {
  const widths = new Array(50).fill(100);
  assert.deepEqual(columnsInSight(widths, 0, 0, 700), [0, 9]);
  assert.deepEqual(columnsInSight(widths, 0, 2000, 700), [18, 29]);
  assert.deepEqual(columnsInSight(widths, 2, 2000, 700), [18, 29]);
  assert.deepEqual(columnsInSight(widths, 0, 4300, 700), [41, 50]);
  assert.deepEqual(columnsInSight([100, 100], 0, 900, 700), [1, 2]);
  assert.deepEqual(columnsInSight([], 0, 0, 700), [0, 0]);
  assert.equal(total(widths, 9, 50), 4100);
});

test("a text is cut only if it does not fit", () => {
  assert.ok(fits("0.25", measure, 58));
  assert.ok(!fits("0.2512", measure, 58));
  assert.ok(!fits("0.25", measure, 58, 18));
});
