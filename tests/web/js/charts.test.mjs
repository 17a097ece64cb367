import assert from "node:assert/strict";
import { test } from "node:test";
import { appended, grouped } from "../../../gittrack/web/static/js/charts/curves.js";
import { nearest, readings } from "../../../gittrack/web/static/js/charts/nearest.js";
import { rangeOfY } from "../../../gittrack/web/static/js/charts/range.js";
import { csv, svg } from "../../../gittrack/web/static/js/charts/save.js";
import { createScale } from "../../../gittrack/web/static/js/charts/scale.js";
import { sections } from "../../../gittrack/web/static/js/charts/sections.js";

const curve = (key, x, y) => ({ key, label: `run ${key}`, color: "#0072b2", x: Float64Array.from(x), y: Float64Array.from(y) });

test("the nearest point of a curve", () => {
  const steps = [0, 10, 20, 40];
  assert.deepEqual([-5, 4, 6, 31, 99].map((at) => nearest(steps, at)), [0, 0, 1, 3, 3]);
  assert.equal(nearest([], 3), -1);
  assert.equal(nearest([7], 3), 0);
});

test("readings are sorted by value, and a curve that ended before is left out", () => {
  const curves = [curve("a", [0, 1, 2], [1, 2, 3]), curve("b", [0, 1, 2], [5, 6, 7]), curve("c", [0], [9])];
  assert.deepEqual(readings(curves, 2, 0.5).map(({ key, y }) => [key, y]), [["b", 7], ["a", 3]]);
});

test("charts are in sections by prefix, pinned ones first", () => {
  const names = ["val/loss", "train/loss", "lr", "train/acc"];
  assert.deepEqual(sections(names, "", ["lr"]), [
    { name: "pinned", metrics: ["lr"] },
    { name: "train/", metrics: ["train/acc", "train/loss"] },
    { name: "val/", metrics: ["val/loss"] },
  ]);
  assert.deepEqual(sections(names, "LOSS", []).map(({ name }) => name), ["train/", "val/"]);
});

test("the range of y is that of the visible points, without outliers if asked", () => {
  const values = Array.from({ length: 100 }, (_, i) => (i === 50 ? 1e6 : i / 100));
  const curves = [curve("a", values.map((_, i) => i), values)];
  assert.deepEqual(rangeOfY(curves, [0, 10], { log: false, clip: false }), [0, 0.1]);
  assert.equal(rangeOfY(curves, [0, 99], { log: false, clip: false })[1], 1e6);
  assert.ok(rangeOfY(curves, [0, 99], { log: false, clip: true })[1] < 1);
  assert.equal(rangeOfY([], [0, 1], { log: false, clip: false }), null);
});

const scene = (title, label) => ({
  title, xName: "step", width: 300, height: 200, frame: { left: 50, right: 290, top: 8, bottom: 178 },
  curves: [{ ...curve("e/1", [0, 1, 2], [1, NaN, 3]), label }], x: createScale(0, 1, 50, 290), y: createScale(1, 3, 178, 8),
});

test("the CSV of a chart has the visible points, and quotes what needs it", () => {
  assert.equal(csv(scene("loss", 'a,"b"')), 'run,name,step,loss\ne/1,"a,""b""",0,1\ne/1,"a,""b""",1,NaN\n');
});

test("the SVG of a chart has names as text only", () => {
  const text = svg(scene("<script>x</script>", "a & b\u0000"));
  assert.ok(text.includes("&lt;script&gt;") && text.includes("a &amp; b"));
  assert.ok(!text.includes("<script>") && !text.includes("\u0000") && !text.includes("NaN"));
});

test("a metric may have the name of a part of every object", () => {
  for (const metric of ["constructor", "__proto__"]) {
    const points = grouped([{ run: "e/1", metric, x: [1], y: [2], marks: [], total: 1 }]);
    const longer = appended(grouped([]), points);
    assert.deepEqual([Object.keys(longer), [...appended(longer, points)[metric][0].y]], [[metric], [2, 2]]);
  }
});
