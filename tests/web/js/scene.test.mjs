import assert from "node:assert/strict";
import { test } from "node:test";
import { lineOf } from "../../../gittrack/web/static/js/charts/lines.js";
import { looksLike, sceneOf } from "../../../gittrack/web/static/js/charts/scene.js";

const [x, y] = [Float64Array.of(0, 1, 2), Float64Array.of(3, 1, 2)];
const options = { log: false, logX: false, clip: false, x: "step", from: null, to: null };
const base = { key: "a", color: "#0072b2", x, y, marks: [] };
const scene = (curve = {}, more = {}, width = 300) => sceneOf("loss", [lineOf({ ...base, ...curve })], { ...options, ...more }, width, 200);

test("a scene with other names looks the same, so it is not drawn again", () => {
  assert.ok(looksLike(scene(), scene({ label: "run 7" })));
});

test("whatever is drawn makes a difference", () => {
  const others = [
    scene({ y: Float64Array.from(y) }), scene({ color: "#d55e00" }), scene({ dash: [7, 3] }), scene({ marks: [[1, "NaN"]] }),
    scene({ ghost: { x, y } }), scene({ band: { low: y, high: y } }), scene({}, { log: true }), scene({}, { from: 1 }), scene({}, { x: "time" }), scene({}, {}, 301), null,
  ];
  for (const other of others) assert.ok(!looksLike(scene(), other));
});
