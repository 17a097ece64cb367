import assert from "node:assert/strict";
import { test } from "node:test";
import { appended, grouped, has, outgrown } from "../../../gittrack/web/static/js/charts/curves.js";
import { marksOf } from "../../../gittrack/web/static/js/charts/draw.js";
import { breaksOf, lineOf, linesOf } from "../../../gittrack/web/static/js/charts/lines.js";
import { lineWith, nearest, readings } from "../../../gittrack/web/static/js/charts/nearest.js";
import { moved, pinched } from "../../../gittrack/web/static/js/charts/pointer.js";
import { rangeOfX, rangeOfY } from "../../../gittrack/web/static/js/charts/range.js";
import { csv, svg } from "../../../gittrack/web/static/js/charts/save.js";
import { createScale, widened } from "../../../gittrack/web/static/js/charts/scale.js";
import { sceneOf } from "../../../gittrack/web/static/js/charts/scene.js";
import { sections } from "../../../gittrack/web/static/js/charts/sections.js";
import { described, spoken, walked } from "../../../gittrack/web/static/js/charts/walk.js";

const line = (key, x, y, more = {}) => lineOf({ key, label: `run ${key}`, color: "#0072b2", x: Float64Array.from(x), y: Float64Array.from(y), ...more });
const OPTIONS = { log: false, logX: false, clip: false, x: "step", from: null, to: null };
const scene = (lines, more = {}, title = "loss") => sceneOf(title, lines, { ...OPTIONS, ...more }, 300, 200);

test("the nearest point of a curve", () => {
  const steps = [0, 10, 20, 40];
  assert.deepEqual([-5, 4, 6, 31, 99].map((at) => nearest(steps, at)), [0, 0, 1, 3, 3]);
  assert.equal(nearest([], 3), -1);
  assert.equal(nearest([7], 3), 0);
});

test("readings are sorted by value, and a curve that ended before is left out", () => {
  const lines = [line("a", [0, 1, 2], [1, 2, 3]), line("b", [0, 1, 2], [5, 6, 7]), line("c", [0], [9])];
  assert.deepEqual(readings(lines, 2, 0.5).map((entry) => [entry.line.key, entry.y]), [["b", 7], ["a", 3]]);
});

test("the line of a run of a group is that of the group", () => {
  const lines = [line("*g", [0], [1], { runs: ["e/1"] }), line("e/2", [0], [1])];
  assert.deepEqual(["e/1", "e/2", "*g", "e/9", ""].map((key) => lineWith(lines, key)?.key), ["*g", "e/2", "*g", undefined, undefined]);
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

test("the range of y is that of the visible points, bands and ghosts, without outliers if asked", () => {
  const values = Array.from({ length: 100 }, (_, i) => (i === 50 ? 1e6 : i / 100));
  const lines = [line("a", values.map((_, i) => i), values)];
  assert.deepEqual(rangeOfY(lines, [0, 10], { log: false, clip: false }), [0, 0.1]);
  assert.equal(rangeOfY(lines, [0, 99], { log: false, clip: false })[1], 1e6);
  assert.ok(rangeOfY(lines, [0, 99], { log: false, clip: true })[1] < 1);
  assert.equal(rangeOfY([], [0, 1], { log: false, clip: false }), null);
  const wide = line("b", [0, 1], [3, 3], { band: { low: Float64Array.of(1, 2), high: Float64Array.of(4, 9) }, ghost: { x: Float64Array.of(1), y: Float64Array.of(-5) } });
  assert.deepEqual(rangeOfY([wide], [0, 1], { log: false, clip: false }), [-5, 9]);
  assert.deepEqual(rangeOfY([wide], [0, 1], { log: true, clip: true }), [1, 9]);
});

test("the range of x has the marks, and on a logarithmic axis nothing below 0", () => {
  const lines = [line("a", [0, 5], [1, 1], { marks: [[9, "NaN"]] })];
  assert.deepEqual(rangeOfX(lines, OPTIONS), [0, 9]);
  assert.deepEqual(rangeOfX(lines, { ...OPTIONS, logX: true }), [5, 9]);
  assert.deepEqual(rangeOfX(lines, { ...OPTIONS, logX: true, from: -3, to: 8 }), [5, 8]);
  assert.equal(rangeOfX([], OPTIONS), null);
});

test("a curve of which no point is finite is drawn by its marks", () => {
  assert.equal(scene([line("a", [], [], { marks: [[3, "NaN"]] })]).lines.length, 1);
  assert.equal(scene([line("a", [], [])]), null);
});

test("marks are crosses, with a word where there is room, at the bottom for -Infinity", () => {
  const marks = [[0, "NaN"], [1, "Infinity"], [1, "-Infinity"], [100, "NaN"]];
  const texts = marksOf(scene([line("a", [0, 100], [1, 2], { marks })]));
  assert.deepEqual(texts.map(({ text }) => text), ["✕", "NaN", "✕", "✕", "-Infinity", "✕", "NaN"]);
  const [first, word] = texts;
  assert.ok(word.y > first.y && word.x > first.x); // below, and inside of the frame
});

test("points without a place on a logarithmic axis are counted", () => {
  assert.equal(scene([line("a", [0, 1, 2], [-1, 0, 5])], { log: true }).lost, 2);
  assert.equal(scene([line("a", [0, 1, 2], [-1, 0, 5])], { logX: true }).lost, 1);
});

test("a point that is not finite parts a line", () => {
  assert.deepEqual([...breaksOf({ x: Float64Array.of(0, 1, 3, 4), marks: [[2, "NaN"], [9, "NaN"], [-1, "NaN"]] })], [2]);
});

const curve = (key, x, y, more = {}) => ({ key, x: Float64Array.from(x), y: Float64Array.from(y), marks: [], total: x.length, thinned: false, ...more });
const LOOKS = (key) => ({ label: key, color: "#000", dash: [] });
const smooth = (one, weight) => linesOf([one], LOOKS, { smooth: weight, band: "none", groups: null })[0];

test("a smoothed line is corrected for its start, has its points behind it, and keeps a constant", () => {
  const { y, ghost } = smooth(curve("a", [0, 1, 2], [4, 2, 1]), 0.5);
  assert.deepEqual([[...y].map((value) => value.toFixed(4)), [...ghost.y]], [["4.0000", "2.6667", "1.7143"], [4, 2, 1]]);
  assert.deepEqual([...new Set(smooth(curve("a", [0, 1, 2, 3], [0.1, 0.1, 0.1, 0.1]), 0.9).y)], [0.1]);
  assert.equal(smooth(curve("a", [0], [4]), 0).ghost, null);
});

test("of a thinned curve the means are smoothed, each as the points that it stands for", () => {
  const values = Float64Array.from({ length: 400 }, (_, i) => (i < 200 ? 0 : 1));
  const exact = smooth(curve("a", values.map((_, i) => i), values), 0.98);
  const means = { x: Float64Array.of(199, 399), y: Float64Array.of(0, 1), n: Float64Array.of(200, 200) };
  const thinned = smooth(curve("a", [0, 399], [0, 1], { means }), 0.98);
  assert.ok(Math.abs(thinned.y[1] - exact.y[399]) < 1e-12);
});

test("a smoothed part of a curve goes on from what came before", () => {
  const values = [5, 4, 3, 2, 1];
  const whole = smooth(curve("a", values.map((_, i) => i), values), 0.8);
  const before = { y: Float64Array.of(5, 4, 3), n: Float64Array.of(1, 1, 1) };
  assert.deepEqual([...smooth(curve("a", [3, 4], [2, 1], { before }), 0.8).y], [...whole.y].slice(3));
});

test("a group is a line: the mean of its runs, with a band and their number", () => {
  const curves = [curve("a", [0, 1], [1, 2]), curve("b", [0, 1], [3, 6], { marks: [[1, "NaN"]] }), curve("c", [0], [100])];
  const groups = [{ key: "*1", label: "lr=1", runs: ["a", "b"] }, { key: "*2", label: "none", runs: [] }];
  const [first, ...others] = linesOf(curves, LOOKS, { smooth: 0, band: "range", groups });
  assert.deepEqual([first.key, first.label, [...first.y], [...first.band.high], first.marks.length, others.length], ["*1", "lr=1 (2)", [2, 4], [3, 6], 1, 0]);
});

const SCENE = (title, label) => scene([{ ...line("e/1", [0, 1, 2], [1, 2, 3], { marks: [[1.5, "NaN"]] }), label }], { from: 0, to: 1.5 }, title);

test("the CSV of a chart has the visible points and marks, and quotes what needs it", () => {
  assert.equal(csv(SCENE("loss", 'a,"b"')), 'run,name,step,loss\r\ne/1,"a,""b""",0,1\r\ne/1,"a,""b""",1,2\r\ne/1,"a,""b""",1.5,NaN\r\n');
});

test("the CSV of smoothed lines has both, and that of groups the band and the runs", () => {
  const both = csv(scene([smooth(curve("a", [0, 1], [4, 2]), 0.5)]));
  assert.equal(both, "run,name,step,loss,line\r\na,a,0,4,as logged\r\na,a,1,2,as logged\r\na,a,0,4,smoothed\r\na,a,1,2.666666666666667,smoothed\r\n");
  const lines = linesOf([curve("a", [0], [1]), curve("b", [0], [3])], LOOKS, { smooth: 0, band: "range", groups: [{ key: "*1", label: "g", runs: ["a", "b"] }] });
  assert.equal(csv(scene(lines)), "group,step,loss,low,high,runs\r\ng (2),0,2,1,3,2\r\n");
});

test("the SVG of a chart has names as text only, bands, dashes and marks", () => {
  const text = svg(SCENE("<script>x</script>", "a & b\u0000"));
  assert.ok(text.includes("&lt;script&gt;") && text.includes("a &amp; b") && text.includes(">✕</text>") && text.includes(">NaN</text>"));
  assert.ok(!text.includes("<script>") && !text.includes("\u0000") && !/[dxy]="[^"]*NaN/.test(text));
  const band = { low: Float64Array.of(0, 1), high: Float64Array.of(2, 3) };
  const drawn = svg(scene([line("a", [0, 1], [1, 2], { band, counts: Float64Array.of(2, 2), dash: [7, 3] })], { log: true }));
  assert.ok(drawn.includes('fill-opacity="0.18"') && drawn.includes('stroke-dasharray="7 3"') && !/Infinity|[dxy]="[^"]*NaN/.test(drawn));
});

test("keys go along a line, and from line to line", () => {
  const now = scene([line("a", [0, 1, 2], [1, 2, 3]), line("b", [0, 1, 2], [5, 6, 7])]);
  const path = ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown", "End", "ArrowUp", "ArrowLeft"];
  const places = path.reduce((all, key) => [...all, walked(now, all[all.length - 1], key)], [null]);
  assert.deepEqual(places.slice(1).map(({ key, x }) => `${key}${x}`), ["b0", "b1", "a1", "a1", "a2", "b2", "b1"]);
  assert.equal(walked(now, null, "q"), null);
  assert.deepEqual(walked(scene([line("a", [0, 1, 2, 3], [1, 2, 3, 4])], { from: 1, to: 2 }), null, "Home"), { key: "a", x: 1 });
});

test("a place is read aloud: the value, the place, the run, its rank and the difference to the baseline", () => {
  const now = scene([line("a", [0, 1], [1, 2]), line("b", [0, 1], [5, 6])]);
  assert.equal(spoken(now, { key: "a", x: 1 }, "b"), "loss 2 (-4) at step 1, run a, number 2 of 2 from above");
  assert.equal(described(now, "loss"), "loss: 2 curves from step 0 to step 1, values from 1 to 6");
  assert.equal(described(null, "loss"), "loss: nothing to draw");
});

test("a drag keeps what is under the pointer, and so do two fingers", () => {
  const scale = createScale(0, 100, 0, 200);
  assert.deepEqual(moved(scale, 20), [-10, 90]);
  const [starts, ends] = [new Map([[1, 50], [2, 150]]), new Map([[1, 0], [2, 200]])];
  assert.deepEqual(pinched(scale, starts, ends), [25, 75]);
  assert.equal(pinched(scale, starts, new Map([[1, 90], [2, 92]])), null);
  assert.deepEqual(widened(scale, 0.5), [25, 75]);
  assert.deepEqual(widened(scale, 0.5, 0), [0, 50]);
  assert.deepEqual(widened(createScale(1, 100, 0, 200, true), 0.5, 1).map(Math.round), [1, 10]);
});

test("a metric may have the name of a part of every object", () => {
  for (const metric of ["constructor", "__proto__"]) {
    const points = grouped([{ run: "e/1", metric, x: [1], y: [2], marks: [], total: 1 }]);
    const longer = appended(grouped([]), points);
    assert.deepEqual([Object.keys(longer), [...appended(longer, points)[metric][0].y]], [[metric], [2, 2]]);
  }
});

test("points that a live run logs go on a thinned curve and its means", () => {
  const first = grouped([{ run: "e/1", metric: "loss", x: [0, 9], y: [1, 2], marks: [], total: 10, thinned: true, means: { x: [9], y: [1.5], n: [10] } }]);
  const more = grouped([{ run: "e/1", metric: "loss", x: [10], y: [3], marks: [], total: 1 }]);
  const [{ means, total }] = appended(first, more).loss;
  assert.deepEqual([[...means.x], [...means.y], [...means.n], total], [[9, 10], [1.5, 3], [10, 1], 11]);
});

test("points before the end of a curve, or after too many, need a request", () => {
  const longer = (known, x) => outgrown({ loss: [curve("a", known, known)] }, { loss: [curve("a", [x], [1])], other: [curve("b", [1], [1])] });
  assert.deepEqual([longer([1, 5], 6), longer([1, 5], 5), longer([1, 5], 4), longer([], 4)], [[], [], ["a"], []]);
  assert.deepEqual(longer(Array.from({ length: 20_001 }, (_, i) => i), 30_000), ["a"]);
});

test("a zoom needs no request if all points are here", () => {
  const [all, part] = [{ from: null, to: null }, { from: 2, to: 8 }];
  const curves = (thinned) => ({ loss: [curve("a", [0], [1], { thinned })] });
  const cases = [[false, all, part], [true, all, part], [true, part, part], [false, part, { from: 3, to: 8 }], [false, part, { from: 1, to: 8 }], [false, part, all]];
  assert.deepEqual(cases.map(([thinned, loaded, range]) => has(curves(thinned), loaded, range)), [true, false, true, true, false, false]);
  assert.equal(has(curves(true), { ...all, logX: false }, { ...all, logX: true }), false); // it has other columns
});
