import assert from "node:assert/strict";
import { test } from "node:test";
import { choiceOf, createChoice, shares } from "../../../gittrack/web/static/js/charts/choice.js";

const keys = Array.from({ length: 12 }, (_, i) => `e/${i}`);
const RUNS = {
  complete: true, total: 12, keys,
  columns: [
    { name: "id", group: "fact", head: "ID", values: keys.map((key) => key.slice(2)) },
    { name: "status", group: "fact", head: "STATUS", values: keys.map((_, i) => (i === 1 ? "failed" : i === 2 ? "running" : "finished")) },
    { name: "reproduces", group: "fact", head: "REPRODUCES", values: keys.map((_, i) => (i === 3 ? "0" : null)) },
    { name: "params.lr", group: "param", head: "lr", values: keys.map((_, i) => (i < 6 ? 0.1 : 0.01)) },
    { name: "metrics.loss", group: "metric", head: "loss", values: keys.map(() => 1), min: [], max: [], count: keys.map(() => 5) },
  ],
};
const STATE = { runs: RUNS, selected: [], hidden: [], find: "", group: [] };

test("the first ten runs of the table are drawn, or the picked ones, without hidden ones", () => {
  const first = choiceOf({ ...STATE, hidden: ["e/3"] });
  assert.deepEqual([first.keys.length, first.keys.includes("e/3"), first.groups], [9, false, null]);
  assert.equal(first.note, "10 of 12 runs are drawn; pick runs to draw others");
  assert.deepEqual(choiceOf({ ...STATE, selected: ["e/11", "e/2"] }).keys, ["e/11", "e/2"]);
  assert.deepEqual(choiceOf({ ...STATE, find: "lr=0.01" }).keys.length, 6);
  assert.deepEqual(choiceOf({ ...STATE, runs: null }).keys, []);
});

test("runs without points leave the charts to others, unless they may still log some", () => {
  const counts = keys.map((_, i) => (i < 6 ? null : i));
  const runs = { ...RUNS, columns: RUNS.columns.map((column) => (column.name === "metrics.loss" ? { ...column, count: counts } : column)) };
  const { keys: drawn, note } = choiceOf({ ...STATE, runs });
  assert.deepEqual([drawn, note], [["e/2", "e/6", "e/7", "e/8", "e/9", "e/10", "e/11"], ""]);
  const none = { ...runs, columns: RUNS.columns.filter((column) => column.group !== "metric" && column.name !== "status") };
  assert.deepEqual(choiceOf({ ...STATE, runs: none }), { keys: [], groups: null, all: [], note: "these runs logged no points" });
});

test("of groups the finished and running runs count, but none that repeats another one", () => {
  const { groups, note, keys: drawn } = choiceOf({ ...STATE, group: ["params.lr"] });
  assert.deepEqual(groups.map(({ label, runs }) => [label, runs.join(" ")]), [["lr=0.1", "e/0 e/2 e/4 e/5"], ["lr=0.01", "e/6 e/7 e/8 e/9 e/10 e/11"]]);
  assert.deepEqual([drawn.length, note], [10, "the curves leave out 2 of 12 runs: they failed, repeat another run of the group, or are more than 200"]);
});

test("a hidden group is not drawn, and can be shown again", () => {
  const { groups: [first] } = choiceOf({ ...STATE, group: ["params.lr"] });
  const { groups, all } = choiceOf({ ...STATE, group: ["params.lr"], hidden: [first.key, "e/7"] });
  assert.deepEqual([groups.map(({ runs }) => runs.length), all.map(({ label }) => label)], [[5], ["lr=0.1", "lr=0.01"]]);
});

test("large groups share the curves, and leave none to the small ones that have fewer", () => {
  assert.deepEqual(shares([300, 4, 500], 200), [98, 4, 98]);
  assert.deepEqual(shares([3, 4], 200), [3, 4]);
});

test("of groups that the server made, the curves are of the runs that it names", () => {
  const entries = [{ key: "*a", label: "lr=0.1", size: 5000 }, { key: "*b", label: "lr=0.2", size: 2 }, null];
  const runs = { ...RUNS, complete: false, total: 30_000, groups: { total: 3, entries, drawn: [["e/0", "e/2"], ["e/5", "e/6"]] } };
  const { groups, note, all } = choiceOf({ ...STATE, runs, group: ["params.lr"], hidden: ["*b"] });
  assert.deepEqual([groups.map(({ key, runs: members }) => [key, members]), all.length], [[["*a", ["e/0", "e/2"]]], 2]);
  assert.equal(note, "the curves leave out 4998 of 5002 runs: they failed, repeat another run of the group, or are more than 200");
});

test("of many runs, which the page does not have, there are no groups", () => {
  const runs = { ...RUNS, complete: false, total: 5000, keys: [...keys, null] };
  const { groups, note } = choiceOf({ ...STATE, runs, group: ["params.lr"] });
  assert.deepEqual([groups, note], [null, "10 of 5000 runs are drawn; pick runs to draw others"]);
});

test("a choice is computed again only if what it depends on changes", () => {
  const choice = createChoice();
  const first = choice(STATE);
  assert.equal(choice({ ...STATE, hover: "e/1" }), first);
  for (const patch of [{ runs: { ...STATE.runs } }, { selected: ["e/1"] }, { hidden: ["e/1"] }, { find: "e" }, { group: ["params.lr"] }]) {
    const state = { ...STATE, ...patch };
    assert.deepEqual(choice(state), choiceOf(state));
    assert.notEqual(choice(STATE), choice(state));
  }
});
