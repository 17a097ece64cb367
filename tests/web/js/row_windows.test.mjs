import assert from "node:assert/strict";
import { test } from "node:test";
import { missing, placed, searchOf, spread, wayOf, WINDOW } from "../../../gittrack/web/static/js/row_windows.js";

const part = (offset, keys, ...columns) => ({ total: 1000, complete: false, offset, keys, columns });
const lr = (rest) => ({ name: "params.lr", group: "param", kind: "number", ...rest });
const loss = (values) => ({ name: "metrics.loss", group: "metric", kind: "number", values, min: values, max: values, count: values });

test("each row has a place, and a window fills its own", () => {
  let runs = spread(part(0, ["a", "b"], lr({ value: 1 }), loss([5, 6])));
  runs = placed(runs, part(500, ["x"], loss([7]), { name: "name", group: "fact", kind: "text", values: ["late"] }));
  assert.equal(runs.keys.length, 1000);
  assert.deepEqual([runs.keys[1], runs.keys[2], runs.keys[500]], ["b", null, "x"]);
  const [rate, metric, name] = runs.columns;
  assert.deepEqual([rate.values[1], rate.values[500], metric.min[500], name.values[500], name.values[0]], [1, null, 7, "late", null]);
});

test("what is missing is asked for, a whole window at the end", () => {
  const runs = spread(part(0, ["a", "b"], lr({ value: 1 })));
  assert.equal(missing(runs, 0, 2), -1);
  assert.equal(missing(runs, 0, 30), 2);
  assert.equal(missing(runs, 990, 1000), 1000 - WINDOW);
});

test("to search or group, all rows are asked for; of too many the server searches, and makes the groups", () => {
  const none = { find: " ", group: [] };
  assert.equal(wayOf({ total: 9_000 }, none), "windows");
  assert.equal(wayOf({ total: 9_000 }, { ...none, find: "adam" }), "whole");
  assert.equal(wayOf({ total: 20_000 }, { ...none, group: ["params.lr"] }), "whole");
  assert.equal(wayOf({ total: 20_001 }, { ...none, group: ["params.lr"] }), "groups");
  assert.equal(wayOf({ total: 20_001 }, { ...none, find: "adam" }), "windows");
  assert.deepEqual([[20_000], [20_001], [7, 20_001], [7, 9]].map(([total, every]) => searchOf({ total, every }, " adam ")), ["", "adam", "adam", ""]);
  assert.equal(searchOf(null, "adam"), "");
});
