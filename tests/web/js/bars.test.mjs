import assert from "node:assert/strict";
import { test } from "node:test";
import { barsOf } from "../../../gittrack/web/static/js/plots/bars.js";

const LR = { name: "lr", share: 0.614, low: 0.4, high: 0.755, method: "rank correlation", trials: 12, correlation: -0.8, why: "" };
const UNKNOWN = { name: "seed", share: null, low: null, high: null, method: "rank correlation", trials: 12, correlation: 0.1, why: "no more than chance explains" };
const relation = (weight, goal) => barsOf({ weights: [{ ...LR, ...weight }], goal, metric: "loss" })[0].relation;

test("a bar has the share and its interval in percent", () => {
  const [bar] = barsOf({ weights: [LR], goal: "min", metric: "loss" });
  assert.deepEqual([bar.share, bar.low, bar.high, bar.text, bar.runs], [61, 40, 76, "61 % (40 to 76 %)", 12]);
});

test("a param without a share says why", () => {
  const [bar] = barsOf({ weights: [UNKNOWN], goal: "min", metric: "loss" });
  assert.deepEqual([bar.share, bar.text, bar.relation], [null, "no more than chance explains", ""]);
});

test("the direction is that of the metric, or of its values if it has none", () => {
  assert.equal(relation({}, "max"), "larger values went with worse runs");
  assert.equal(relation({ correlation: 0.8 }, "min"), "larger values went with better runs");
  assert.equal(relation({}, null), "larger values went with larger loss");
  assert.equal(relation({ method: "variance between ranges" }, "min"), "");
});
