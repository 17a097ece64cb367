import assert from "node:assert/strict";
import { test } from "node:test";
import { lanesOf, partsOfTime } from "../../../gittrack/web/static/js/stage_lanes.js";

const event = (event, version, stage, second) => ({ event, version, stage, commit: `commit${version}`, at: new Date(second * 1000).toISOString() });
const HISTORY = [
  event("register", 1, null, 0), event("promote", 1, "production", 10), event("promote", 2, "production", 20), event("promote", 2, "staging", 20),
  event("demote", 2, "production", 30), event("demote", 1, "production", 40), event("deprecate", 1, null, 50),
];

test("a lane per stage; the holder before takes it again when its holder is demoted", () => {
  const [production, staging] = lanesOf(HISTORY);
  assert.deepEqual(production.segments.map(({ version, from, to }) => [version, from, to]), [["1", 10, 20], ["2", 20, 30], ["1", 30, 40]]);
  assert.deepEqual(staging, { stage: "staging", segments: [{ version: "2", from: 20, to: null }] });
  assert.deepEqual(lanesOf([]), []);
});

test("segments are parts of the time until now", () => {
  const [production, staging] = partsOfTime(lanesOf(HISTORY), 50);
  assert.deepEqual(production.parts[1], { version: "2", left: 25, width: 25, isNow: false });
  assert.deepEqual(staging.parts, [{ version: "2", left: 25, width: 75, isNow: true }]);
});

test("clocks that differ give no segment that ends before it begins", () => {
  const [{ segments }] = lanesOf([event("promote", 1, "s", 20), event("promote", 2, "s", 10)]);
  assert.deepEqual(segments.map(({ from, to }) => [from, to]), [[20, 20], [20, null]]);
});
