import assert from "node:assert/strict";
import { test } from "node:test";
import { unpack } from "../../../gittrack/web/static/js/pack.js";

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

test("a form of a newer version is an error", () => {
  assert.throws(() => unpack({ type: "f128", data: "" }), /newer/);
});
