import assert from "node:assert/strict";
import { test } from "node:test";
import { colorOf, colorsOf } from "../../../gittrack/web/static/js/color.js";

test("a run has one colour for ever", () => {
  assert.equal(colorOf("digits/20260102-030405-aabbccdd"), colorOf("digits/20260102-030405-aabbccdd"));
});

test("a few runs have different colours", () => {
  const keys = Array.from({ length: 12 }, (_, i) => `run ${i}`);
  assert.equal(new Set(colorsOf(keys).values()).size, 12);
});
