import assert from "node:assert/strict";
import { test } from "node:test";
import { rowsOf, sideBySide } from "../../../gittrack/web/static/js/delimited.js";
import { flattened } from "../../../gittrack/web/static/js/flat.js";

test("rows of a table with commas or tabs", () => {
  assert.deepEqual(rowsOf("a,b\r\n1,\"x, \"\"y\"\"\nz\"\n\n2,", ","), [["a", "b"], ["1", 'x, "y"\nz'], [""], ["2", ""]]);
  assert.deepEqual(rowsOf("\ufeffa\tb\n", "\t"), [["a", "b"]]);
  assert.deepEqual(rowsOf('a\n"no end', ","), [["a"], ["no end"]]);
  assert.deepEqual(rowsOf("1\n2\n3", ",", 2), [["1"], ["2"]]);
  assert.deepEqual(rowsOf("", ","), []);
});

test("tables side by side, row by row, by the names of columns", () => {
  const first = [["step", "loss"], ["0", "1"], ["1", "0.5"]];
  const second = [["step", "acc", "loss"], ["0", "9", "1"]];
  const { heads, rows } = sideBySide([first, second]);
  assert.deepEqual(heads, ["step", "loss", "acc"]);
  assert.deepEqual(rows[0], { cells: [["0", "0"], ["1", "1"], [null, "9"]], differs: [false, false, true] });
  assert.deepEqual(rows[1].cells, [["1", null], ["0.5", null], [null, null]]);
  assert.deepEqual(sideBySide([[], []]), { heads: [], rows: [] });
});

test("nested values by dotted names", () => {
  const hostile = JSON.parse('{"a": {"b": {"c": 1}, "d": [1], "e": {}}, "__proto__": {"x": 1}}');
  assert.deepEqual({ ...flattened(hostile) }, { "a.b.c": 1, "a.d": [1], "a.e": {}, "__proto__.x": 1 });
  assert.deepEqual(Object.keys(flattened(JSON.parse('{"__proto__": 1}'))), ["__proto__"]);
  assert.deepEqual({ ...flattened(null) }, {});
});
