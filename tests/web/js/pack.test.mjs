import assert from "node:assert/strict";
import { test } from "node:test";
import { sharing, unpack, withBytes } from "../../../gittrack/web/static/js/pack.js";

const packed = (type, array) => ({ type, data: Buffer.from(array.buffer).toString("base64") });

test("every form of numbers is read", () => {
  assert.deepEqual([...unpack([1, 2.5])], [1, 2.5]);
  assert.deepEqual([...unpack({ type: "range", start: 5, step: 10, n: 3 })], [5, 15, 25]);
  assert.deepEqual([...unpack(packed("f64", new Float64Array([1 / 3, 1e300])))], [1 / 3, 1e300]);
  assert.deepEqual([...unpack(packed("f32", new Float32Array([0.5, -2])))], [0.5, -2]);
  assert.deepEqual([...unpack(packed("i32", new Int32Array([-1, 7])))], [-1, 7]);
  assert.deepEqual([...unpack({ ...packed("i16", new Uint16Array([0, 65535])), lo: -1, hi: 3 })], [-1, 3]);
  assert.deepEqual([...unpack({ ...packed("d8", new Uint8Array([0, 2, 255])), start: 10, step: 0.5 })], [10, 11, 138.5]);
});

test("arrays that are bytes after the JSON are read where they lie", () => {
  const json = JSON.stringify({ series: [{ x: [1], y: { type: "f64", data: [8, 16] }, means: { y: { type: "f32", data: [0, 4] } } }] });
  const padded = json + " ".repeat((8 - ((4 + json.length) % 8)) % 8);
  const bytes = Buffer.concat([Buffer.from(new Uint32Array([padded.length]).buffer), Buffer.from(padded), Buffer.from(new Float32Array([0.5, 0]).buffer), Buffer.from(new Float64Array([1 / 3, 2]).buffer)]);
  const [{ x, y, means }] = withBytes(new Uint8Array(bytes).buffer).series;
  assert.deepEqual([[...unpack(x)], [...unpack(y)], [...unpack(means.y)]], [[1], [1 / 3, 2], [0.5]]);
});

test("equal ranges are one array", () => {
  const read = sharing();
  const [a, b, c] = [3, 3, 4].map((n) => read({ type: "range", start: 0, step: 1, n }));
  assert.ok(a === b && a !== c);
});

test("a form of a newer version is an error", () => {
  assert.throws(() => unpack({ type: "f128", data: "" }), /newer/);
});
