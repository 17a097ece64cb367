import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsInSight, fits, linesInSight, total, widthOf, widthsBy } from "../../../gittrack/web/static/js/table/layout.js";

const measure = (text) => 7 * text.length;

test("a column is as wide as its longest text, within bounds", () => {
  assert.equal(widthOf(["loss", "0.12346"], measure), 49 + 18);
  assert.equal(widthOf(["id", "a1b2c3d4"], measure, 18), 56 + 36);
  assert.equal(widthOf(["x"], measure), 40);
  assert.equal(widthOf(["long ".repeat(40)], measure), 260);
});

test("the lines in sight and some more are painted; a small scroll changes nothing", () => {
  assert.deepEqual(linesInSight(1000, 26, 0, 600), [0, 28]);
  assert.deepEqual(linesInSight(1000, 26, 26 * 100, 600), [96, 128]);
  assert.deepEqual(linesInSight(1000, 26, 26 * 100 + 10, 600), [96, 128]);
  assert.deepEqual(linesInSight(1000, 26, 26 * 977, 600), [972, 1000]);
  assert.deepEqual(linesInSight(3, 26, 0, 600), [0, 3]);
  assert.deepEqual(linesInSight(0, 26, 900, 600), [0, 0]);
  assert.deepEqual(linesInSight(50, 26, 26 * 900, 600), [20, 50]); // it was scrolled when it had more lines
});

test("the columns in sight are painted", () => {
  const widths = new Array(50).fill(100);
  assert.deepEqual(columnsInSight(widths, 0, 0, 700), [0, 9]);
  assert.deepEqual(columnsInSight(widths, 0, 2000, 700), [18, 29]);
  assert.deepEqual(columnsInSight(widths, 2, 2000, 700), [18, 29]);
  assert.deepEqual(columnsInSight(widths, 0, 4300, 700), [41, 50]);
  assert.deepEqual(columnsInSight([100, 100], 0, 900, 700), [0, 2]); // it was scrolled when it had more columns
  assert.deepEqual(columnsInSight([], 0, 0, 700), [0, 0]);
  assert.equal(total(widths, 9, 50), 4100);
});

test("a text is cut only if it does not fit", () => {
  assert.ok(fits("0.25", measure, 58));
  assert.ok(!fits("0.2512", measure, 58));
  assert.ok(!fits("0.25", measure, 58, 18));
});

test("characters of plain texts are measured once, other texts as a whole", () => {
  const asked = [];
  const width = widthsBy((text) => asked.push(text) && 7 * text.length);
  assert.deepEqual(["0.25", "0.52", "été", "", "été"].map(width), [28, 28, 21, 0, 21]);
  assert.deepEqual(asked, ["0", ".", "2", "5", "été"]);
});
