import assert from "node:assert/strict";
import { test } from "node:test";
import { show } from "../../../gittrack/web/static/js/format.js";

test("a list is a command line only if it has words only", () => {
  assert.equal(show(["a b", "c"], "list of words"), "'a b' c");
  assert.equal(show([{ size: 3 }, [1, 2]], "list of words"), '[{"size":3},[1,2]]');
});
