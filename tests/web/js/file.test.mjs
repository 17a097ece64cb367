import assert from "node:assert/strict";
import { test } from "node:test";
import { fileSource } from "../../../gittrack/web/static/js/data_file.js";

const A = "digits/20260102-030405-aaaaaaaa";
const B = "digits/20260102-030406-bbbbbbbb";
const entry = (run, metric, x, y, marks = []) => ({ run, metric, x, y, marks, total: x.length, thinned: false });
const PATCH = "diff --git a/t b/t\nindex 1..2 100644\n--- a/t\n+++ b/t\n@@ -1,1 +1,2 @@\n-old\n+new\n+more\n";
const DOCUMENTS = {
  start: { live: false },
  runs: {
    keys: [A, B],
    columns: [
      { name: "name", group: "fact", kind: "text", values: ["first", null] },
      { name: "code", group: "fact", kind: "hash", values: ["aaa", "bbb"] },
      { name: "seed", group: "fact", kind: "integer", values: [1, 2] },
      { name: "metrics.loss", group: "metric", kind: "number", goal: "min", values: [0.5, 0.25], min: [0.5, 0.1], max: [1, 1], count: [2, 2] },
      { name: "params.lr", group: "param", kind: "number", value: 0.1 },
      { name: "params.opt", group: "param", kind: "text", values: ["sgd", null] },
    ],
  },
  series: {
    problems: [{ run: B, message: "damaged" }],
    clocks: { [A]: { steps: [0, 10], seconds: [0, 100] } },
    series: [entry(A, "loss", [0, 5, 10], [4, 2, 1], [[7, "NaN"]]), entry(A, "epoch", [0, 10], [1, 2]), entry(B, "loss", [0], [3])],
  },
  log: { [A]: { text: "hello", size: 5 } },
  env: { [A]: { python: { version: "3.10" } }, [B]: { python: { version: "3.11" } } },
  code: { "aaa bbb": { patch: PATCH, stat: "1 file changed, 2 insertions(+), 1 deletion(-)" } },
  outputs: { [A]: [{ path: "a.csv", preview: "table", oid: "cc" }], [B]: [{ path: "a.csv", preview: "table", oid: "dd" }] },
  contents: { cc: { kind: "text/plain", data: Buffer.from("x\n1\n").toString("base64") } },
};
const data = fileSource(DOCUMENTS);

test("the series of some runs and metrics", async () => {
  const document = await data.get("series", { run: [A], metric: "loss" });
  assert.deepEqual(document.series.map((one) => [one.metric, one.x, one.y]), [["loss", [0, 5, 10], [4, 2, 1]]]);
  assert.deepEqual(document.problems, []);
  assert.equal((await data.get("series", { run: [A, B] })).series.length, 3);
});

test("another axis comes from the clock, the id or another metric", async () => {
  const x = async (axis) => (await data.get("series", { run: A, metric: "loss", x: axis })).series[0].x;
  assert.deepEqual(await x("time"), [0, 50, 100]);
  assert.deepEqual(await x("wall"), [1767323045, 1767323095, 1767323145]);
  assert.deepEqual(await x("epoch"), [1, 1.5, 2]);
  assert.deepEqual((await data.get("series", { run: B, x: "time" })).series, []);
});

test("a range keeps the neighbours, and marks follow the axis", async () => {
  const [loss] = (await data.get("series", { run: A, metric: "loss", from: 6, to: 9 })).series;
  assert.deepEqual(loss.x, [5, 10]);
  const [timed] = (await data.get("series", { run: A, metric: "loss", x: "time" })).series;
  assert.deepEqual(timed.marks, [[70, "NaN"]]);
});

test("a range has what came before it, and a thinned curve the points that each of its own stands for", async () => {
  const [loss] = (await data.get("series", { run: A, metric: "loss", from: 10 })).series;
  assert.deepEqual([loss.x, loss.before, loss.means], [[5, 10], { y: [4], n: [1] }, undefined]);
  const thinned = fileSource({ ...DOCUMENTS, series: { ...DOCUMENTS.series, series: [{ ...entry(A, "loss", [0, 10], [4, 2]), total: 10, thinned: true }] } });
  assert.deepEqual((await thinned.get("series", { run: A })).series[0].means, { x: [0, 10], y: [4, 2], n: [5, 5] });
});

test("one run is made from its row", async () => {
  const document = await data.get("run", { run: A });
  assert.deepEqual(document.run.params, { lr: 0.1, opt: "sgd" });
  assert.deepEqual(document.run.metrics.loss, { last: 0.5, min: 0.5, max: 1, step: null, count: 2 });
  assert.equal(document.env.python.version, "3.10");
  assert.equal(document.log.size, 5);
});

test("a comparison is made from rows", async () => {
  const { sections, code, equal, left_out } = await data.get("compare", { run: [A, B] });
  assert.deepEqual(sections.params, [{ name: "opt", values: ["sgd", { missing: true }] }]);
  assert.deepEqual(sections.metrics, [{ name: "loss", values: [0.5, 0.25], delta: [null, -0.25], percent: [null, -50], goal: "min" }]);
  assert.deepEqual(sections.run.map((row) => row.name), ["seed"]);
  assert.deepEqual(sections.env, [{ name: "python.version", values: ["3.10", "3.11"] }]);
  assert.equal(code.patch, PATCH);
  const { code: back } = await data.get("compare", { run: [B, A] });
  assert.deepEqual(back.patch.split("\n").slice(4, 8), ["@@ -1,2 +1,1 @@", "-new", "-more", "+old"]);
  assert.equal(back.stat, "1 file changed, 1 insertion(+), 2 deletions(-)");
  assert.deepEqual([equal, left_out], [[], ["inputs"]]);
});

test("small artifacts are in a file that was asked for them", async () => {
  const { outputs } = await data.get("run", { run: A });
  assert.equal(data.artifact(A, outputs[0]), "data:text/plain;base64,eAoxCg==");
  const { text, size } = await data.get("log", { run: A, oid: "cc", from: 0 });
  assert.deepEqual([text, size, data.artifact(B, { oid: "dd" })], ["x\n1\n", 4, null]);
  const { artifacts: [row] } = await data.get("compare", { run: [A, B] });
  assert.deepEqual([row.path, row.equal, row.items.map(({ oid }) => oid)], ["a.csv", false, ["cc", "dd"]]);
});

test("what a file does not hold is an error that says so", async () => {
  await assert.rejects(data.get("log", { run: B }), /does not hold: log/);
  await assert.rejects(data.get("run", { run: "x" }), /does not hold the run x/);
  assert.deepEqual((await data.get("sweeps")).sweeps, []);
});

test("a file without environments does not call them equal", async () => {
  const runs = { total: 2, complete: true, keys: [A, B], columns: [], key: {} };
  const { equal, left_out } = await fileSource({ runs }).get("compare", { run: [A, B] });
  assert.deepEqual([equal, left_out], [["params", "metrics", "run"], ["inputs", "env"]]);
});

test("the runs of an experiment and of those below it; a query is refused", async () => {
  const column = { name: "metrics.loss", group: "metric", head: "loss", values: [1, 2, 3], min: [1, 2, 3], max: [1, 2, 3], count: [1, 1, 1] };
  const runs = { total: 3, complete: true, keys: ["a/1", "ab/2", "a/b/3"], columns: [column, { name: "seed", value: 7 }] };
  const file = fileSource({ runs });
  const { keys, total, columns } = await file.get("runs", { experiment: "a", where: "" });
  assert.deepEqual([keys, total, columns[0].values, columns[0].max, columns[1].value], [["a/1", "a/b/3"], 2, [1, 3], [1, 3], 7]);
  assert.equal((await file.get("runs", {})).total, 3);
  await assert.rejects(file.get("runs", { where: "loss < 1" }), /a file cannot run a query/);
});
