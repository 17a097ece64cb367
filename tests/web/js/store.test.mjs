import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../../../gittrack/web/static/js/store.js";

test("a listener is called once for the fields that it is about, if they changed", () => {
  const store = createStore({ a: 1, b: [1], c: 0 });
  const calls = [];
  store.on(["a", "b"], (state, changed) => calls.push([state.a, state.b, ...changed]));
  store.set({ a: 1, b: [1], c: 5 });
  store.set({ a: 2, b: [2] });
  assert.deepEqual(calls, [[2, [2], "a", "b"]]);
});

test("a listener may change the state; the others see both changes", () => {
  const store = createStore({ a: 0, b: 0 });
  const seen = [];
  store.on(["a"], (state) => store.set({ b: state.a * 2 }));
  store.on(["b"], (state) => seen.push(state.b));
  store.set({ a: 3 });
  assert.deepEqual(seen, [6]);
});

test("a listener that was removed is not called", () => {
  const store = createStore({ a: 0 });
  const off = store.on(["a"], () => assert.fail());
  off();
  store.set({ a: 1 });
});
