import assert from "node:assert/strict";
import { test } from "node:test";
import { groupsOf, keyOf, spread } from "../../../gittrack/web/static/js/grouping.js";
import { groupCell, runCell } from "../../../gittrack/web/static/js/table/cells.js";
import { csvOf, idsOf, markdownOf, reproduceCommands } from "../../../gittrack/web/static/js/table/copies.js";
import { columnsOf, moved, resized, widthsOf } from "../../../gittrack/web/static/js/table/columns.js";
import { bestRow, linesOf, matching, picked, quality } from "../../../gittrack/web/static/js/table/rows.js";

const LOSS = { name: "metrics.loss", group: "metric", head: "loss", kind: "number", goal: "min", shown: true, values: [4, 2, 1, "NaN", 9] };
const RUNS = {
  complete: true,
  keys: ["e/1", "e/2", "e/3", "e/4", "e/5"],
  columns: [
    { name: "id", group: "fact", kind: "run id", head: "ID", shown: true, values: ["1", "2", "3", "4", "5"] },
    { name: "status", group: "fact", head: "STATUS", values: ["finished", "finished", "finished", "finished", "failed"] },
    { name: "reproduces", group: "fact", head: "REPRODUCES", values: [null, null, null, null, null] },
    { name: "command", group: "fact", head: "COMMAND", values: [1, 2, 3, 1, 2].map((seed) => ["python3", "train.py", "--seed", String(seed)]) },
    { name: "params.lr", group: "param", head: "lr", shown: true, values: [0.1, 0.1, 0.2, 0.2, 0.1] },
    { name: "params.seed", group: "param", head: "seed", values: [1, 2, 1, 2, 3] },
    LOSS,
  ],
};
const ALL = [0, 1, 2, 3, 4];
const FLAT = { group: [], folded: [] };

test("groups by a param, and by all except the seed", () => {
  assert.deepEqual(groupsOf(RUNS, ALL, ["params.lr"]).map(({ label, rows }) => [label, rows]), [["lr=0.1", [0, 1, 4]], ["lr=0.2", [2, 3]]]);
  assert.deepEqual(groupsOf(RUNS, ALL, ["-seed"]).map(({ rows }) => rows), [[0, 1, 4], [2, 3]]);
  assert.equal(groupsOf(RUNS, ALL, ["-lr"]).length, 3);
});

test("another command is another configuration", () => {
  const command = { name: "command", group: "fact", head: "COMMAND", values: [["a"], ["b"], ["a"], ["a"], ["a"]] };
  const other = { ...RUNS, columns: [...RUNS.columns.filter(({ name }) => name !== "command"), command] };
  assert.deepEqual(groupsOf(other, ALL, ["-seed"]).map(({ rows }) => rows), [[0, 4], [1], [2, 3]]);
});

test("values are equal as on the command line", () => {
  const same = (...values) => new Set(values.map(keyOf)).size === 1;
  assert.ok(same(1, "1", "1.0") && same(0.1, "0.1", Math.fround(0.1)) && same(1e-5, "1e-05") && same(null, undefined) && same([1], ["1"]));
  for (const pair of [[1, true], [0.1, "0.10"], [1e5, "1e5"], ["a", "A"], ["", null], [0.1, 0.1 + 1e-16], [1e16, "10000000000000000.0"]]) assert.ok(!same(...pair), String(pair));
});

test("the mean of equal values is their value", () => {
  const column = { ...LOSS, values: [0.1, 0.1, 0.1, 0.1, 0.1] };
  assert.deepEqual(spread(RUNS, column, [0, 1, 2]), { mean: 0.1, deviation: 0, n: 3, diverged: 0 });
});

test("runs that failed, diverged or repeat another run do not count", () => {
  assert.deepEqual(spread(RUNS, LOSS, [0, 1, 4]), { mean: 3, deviation: Math.SQRT2, n: 2, diverged: 0 });
  assert.deepEqual(spread(RUNS, LOSS, [2, 3]), { mean: 1, deviation: null, n: 1, diverged: 1 });
  const again = { ...RUNS, columns: RUNS.columns.map((column) => (column.name === "reproduces" ? { ...column, values: [null, "1", null, null, null] } : column)) };
  assert.equal(spread(again, LOSS, [0, 1, 4]).n, 1);
});

test("a group unfolds", () => {
  const ids = (state) => linesOf(RUNS, ALL, state).map(({ id, depth }) => [id, depth]);
  const [[first], [second]] = ids({ group: ["params.lr"], folded: [] });
  assert.deepEqual(ids({ group: ["params.lr"], folded: [second] }), [[first, 1], [second, 1], ["e/3", 2], ["e/4", 2]]);
});

test("the trials of a sweep are one line where the first of them is", () => {
  const sweeps = { ...RUNS, columns: [...RUNS.columns, { name: "sweep.id", values: [null, "s", null, "s", "s"] }] };
  assert.deepEqual(linesOf(sweeps, ALL, FLAT).map(({ id, rows }) => [id, rows]), [["e/1", [0]], ["*sweep s", [1, 3, 4]], ["e/3", [2]]]);
  assert.equal(bestRow(sweeps, [1, 3, 4], []), 1);
  assert.equal(bestRow(sweeps, [3, 4], ["-metrics.loss"]), 4);
  const [, sweep] = linesOf(sweeps, ALL, FLAT);
  const look = { runs: sweeps, sort: [], baseline: -1, qualities: new Map() };
  assert.match(groupCell(look, { ...LOSS, min: [], max: [], count: [] }, sweep).title, /^of the best trial by loss;/);
});

test("of many runs, of which only some are here, each is a line", () => {
  const part = { ...RUNS, complete: false, keys: ["e/1", null, null, null, null] };
  assert.deepEqual(linesOf(part, ALL, { group: ["params.lr"], folded: [] }).map(({ id }) => id), ["e/1", "", "", "", ""]);
});

test("words are searched in all columns", () => {
  assert.deepEqual(matching(RUNS, ALL, "LR=0.2"), [2, 3]);
  assert.deepEqual(matching(RUNS, ALL, "failed 9"), [4]);
  assert.deepEqual(matching(RUNS, ALL, " "), ALL);
});

test("a click picks a run or drops it, and shift picks those between", () => {
  const order = ["a", "*g", "b", "c", "d"];
  assert.deepEqual(picked(order, ["a"], "a", "b", false), ["a", "b"]);
  assert.deepEqual(picked(order, ["a", "b"], "a", "a", false), ["b"]);
  assert.deepEqual(picked(order, ["a"], "a", "c", true), ["a", "b", "c"]);
  assert.deepEqual(picked(order, [], "d", "b", true), ["b", "c", "d"]);
});

test("the best value, and how near to it a value is", () => {
  const { best, share } = quality(LOSS, ALL);
  assert.deepEqual([best, share(1), share(9), share(5), share(NaN)], [1, 1, 0, 0.5, 0]);
  assert.equal(quality(LOSS, [0]), null);
});

test("columns are chosen, pinned, moved and resized", () => {
  const names = (state) => columnsOf(RUNS, state).map(({ name }) => name);
  assert.deepEqual(names({ columns: [], pinned: ["metrics.loss", "gone"] }), ["metrics.loss", "id", "params.lr"]);
  assert.deepEqual(names({ columns: ["status", "gone", "id"], pinned: [] }), ["status", "id"]);
  assert.deepEqual(names({ columns: [], pinned: [], group: ["-seed"] }), ["id", "metrics.loss", "params.lr"]);
  assert.deepEqual(names({ columns: ["params.lr", "id"], pinned: [], group: ["-seed"] }), ["params.lr", "id"]);
  assert.deepEqual(moved(["a", "b", "c"], "c", "a"), ["c", "a", "b"]);
  assert.deepEqual(moved(["a", "b", "c"], "a", ""), ["b", "c", "a"]);
  assert.deepEqual([...widthsOf(resized(["a=b=50", "c=x"], "d", 7))], [["a=b", 50], ["d", 40]]);
});

test("rows as CSV, Markdown and commands", () => {
  const columns = [{ name: "params.a|b", head: "a|b", kind: "text", values: ['x,"y"', null] }, { name: "metrics.loss", head: "loss", kind: "number", values: [0.123456789, "NaN"] }];
  assert.equal(csvOf(RUNS, [0, 1], columns), 'params.a|b,metrics.loss\r\n"x,""y""",0.123456789\r\n,NaN\r\n');
  assert.equal(markdownOf(RUNS, [0, 1], columns), '| a\\|b | loss |\n| --- | ---: |\n| x,"y" | 0.12346 |\n| - | nan |\n');
  assert.equal(idsOf(["e/f/1", "e/2"]), "1\n2");
  assert.equal(reproduceCommands(["e/f/1"]), "git track reproduce 1");
});

test("a param that is NaN does not equal a missing or an infinite one", () => {
  const column = { name: "params.clip", group: "param", kind: "number", values: ["NaN", null, "Infinity", "NaN"] };
  const look = { runs: RUNS, sort: [], baseline: 0, qualities: new Map() };
  assert.deepEqual([1, 2, 3].map((row) => runCell(look, column, row).text), ["-", "inf", "="]);
});
