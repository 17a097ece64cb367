import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, defaults, encode } from "../../../gittrack/web/static/js/state.js";

test("a state survives its way through an address", () => {
  const state = { ...defaults, where: 'acc > 0.9 and name == "a&b=c#"', sort: ["-metrics.acc", "params.lr"], from: 0, to: 1.5, log: true, smooth: 0.6, perRow: 3 };
  assert.deepEqual(decode(`#${encode(state)}`), state);
});

test("the usual state needs no address", () => {
  assert.equal(encode(defaults), "");
  assert.deepEqual(decode(""), defaults);
});

test("an empty list differs from one that is not named", () => {
  const initial = { ...defaults, sort: ["-metrics.acc"] };
  assert.deepEqual(decode(encode({ ...initial, sort: [] }, initial), initial).sort, []);
});

test("values of a wrong type in an address are left out", () => {
  assert.deepEqual(decode("#smooth=much&from=x&perRow=&nothing=1"), defaults);
});
