import assert from "node:assert/strict";
import { test } from "node:test";
import { groupLines, inGroups, missingIn, placedGroups, placedMembers } from "../../../gittrack/web/static/js/group_windows.js";
import { WINDOW } from "../../../gittrack/web/static/js/row_windows.js";
import { foldText, groupCell } from "../../../gittrack/web/static/js/table/cells.js";
import { linesOf } from "../../../gittrack/web/static/js/table/rows.js";

const TOTAL = 30_000;
const LOSS = { name: "metrics.loss", group: "metric", kind: "number", head: "loss", shown: true };
const STATUS = { name: "status", group: "fact", kind: "text", head: "STATUS", shown: true };
const LR = { name: "params.lr", group: "param", kind: "number", head: "lr", shown: false };

const document = { total: TOTAL, offset: 0, complete: false, keys: ["e/z"], columns: [LR, STATUS, LOSS].map((column) => ({ ...column, values: [1] })) };

// A window of groups of two runs each.
function part(offset, count) {
  const each = (value) => Array.from({ length: count }, (_, i) => value(offset + i));
  return {
    total: TOTAL / 2, runs: TOTAL, offset, key: each((n) => `k${n}`), first: each((n) => 2 * n), size: each(() => 2), by: [{ name: "params.lr", values: each((n) => n / 4) }],
    columns: [
      { name: "metrics.loss", mean: each((n) => n + 0.5), deviation: each(() => 0.25), n: each(() => 2), diverged: each(() => 0) },
      { name: "status", value: each(() => "finished"), different: each((n) => 1 + (n % 2)) },
    ],
    ...(offset === 0 ? { drawn: [["e/0"]] } : {}),
  };
}

const RUNS = () => inGroups(document, part(0, 3), { group: ["params.lr"] }, ["status", "metrics.loss"]);

test("groups have their labels, their sizes and the numbers of the server", () => {
  const runs = RUNS();
  const [first, second] = linesOf(runs, [], { group: ["params.lr"], folded: [] });
  assert.deepEqual([foldText(first), first.id, runs.total, runs.groups.total], ["▸ lr=0  (2 runs)", "*k0", TOTAL, TOTAL / 2]);
  const cell = (line, column) => groupCell({ runs }, column, line).text;
  assert.deepEqual([cell(first, LOSS), cell(first, STATUS), cell(second, STATUS), cell(first, LR)], ["0.5 ± 0.25 (2)", "finished", "2 values", "…"]);
});

test("what is in sight and missing is asked for: groups, and runs of a group that is unfolded", () => {
  const lines = groupLines(RUNS(), ["*k1"]);
  assert.deepEqual(lines.slice(0, 5).map(({ id, row }) => [id, row]), [["*k0", -1], ["*k1", -1], ["", 2], ["", 3], ["*k2", -1]]);
  const runs = RUNS();
  assert.deepEqual(missingIn(runs, lines.slice(0, 2)), { window: -1, groupWindow: -1 });
  assert.deepEqual(missingIn(runs, lines.slice(0, 7)), { window: 2, groupWindow: 3 });
  assert.equal(missingIn(runs, lines.slice(-2)).groupWindow, TOTAL / 2 - WINDOW);
});

test("windows of groups and of runs come into their places; the columns that are shown stay", () => {
  let runs = placedGroups(RUNS(), part(500, 2));
  assert.equal(runs.groups.entries[501].label, "lr=125.25");
  runs = placedMembers(runs, { total: TOTAL, offset: 2, keys: ["e/a", "e/b"], columns: [{ ...STATUS, value: "finished" }, { ...LOSS, name: "metrics.late", values: [1, 2] }] });
  assert.deepEqual(groupLines(runs, ["*k1"]).slice(2, 4).map(({ id }) => id), ["e/a", "e/b"]);
  assert.deepEqual(runs.columns.map(({ name, shown }) => [name, shown]), [["params.lr", false], ["status", true], ["metrics.loss", true], ["metrics.late", false]]);
});
