import assert from "node:assert/strict";
import { test } from "node:test";
import { colorOf, colorsOf, dashesOf } from "../../../gittrack/web/static/js/color.js";

test("a run has one colour for ever", () => {
  assert.equal(colorOf("digits/20260102-030405-aabbccdd"), colorOf("digits/20260102-030405-aabbccdd"));
});

test("a few runs have different colours", () => {
  const keys = Array.from({ length: 12 }, (_, i) => `run ${i}`);
  assert.equal(new Set(colorsOf(keys).values()).size, 12);
});

test("runs keep the colours that they had, and a run that had none gets a free one", () => {
  const keys = Array.from({ length: 12 }, (_, i) => `run ${i}`);
  const before = colorsOf(keys);
  const two = colorsOf(["run 7", "run 11"], before);
  assert.deepEqual([two.get("run 7"), two.get("run 11")], [before.get("run 7"), before.get("run 11")]);
  const more = colorsOf(["another run", "run 7", "run 11"], before);
  assert.equal(more.get("run 7"), before.get("run 7"));
  assert.equal(new Set(more.values()).size, 3);
  const equal = colorsOf(["a", "b"], new Map([["a", "#0072b2"], ["b", "#0072b2"]]));
  assert.equal(new Set(equal.values()).size, 2);
});

test("of more runs than colours, two with one colour differ by their dashes; many lines have none", () => {
  const looks = (count) => {
    const keys = Array.from({ length: count }, (_, i) => `run ${i}`);
    const colors = colorsOf(keys);
    const dashes = dashesOf(keys, colors);
    return keys.map((key) => `${colors.get(key)} ${dashes.get(key)}`);
  };
  assert.equal(new Set(looks(20)).size, 20);
  assert.ok(looks(21).every((look) => look.endsWith("undefined")));
});
