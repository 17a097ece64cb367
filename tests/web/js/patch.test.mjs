import assert from "node:assert/strict";
import { test } from "node:test";
import { filesOf, reversed } from "../../../gittrack/web/static/js/patch.js";
import { painter } from "../../../gittrack/web/static/js/syntax.js";

const PATCH = `diff --git a/train.py b/train.py
index f1de256..612d5f8 100644
--- a/train.py
+++ b/train.py
@@ -7,3 +7,3 @@ def main():
 same
--- old
+++ new

\\ No newline at end of file
diff --git a/a b.bin b/a b.bin
new file mode 100644
Binary files differ
`;

test("files of a patch, with the numbers of lines", () => {
  const [train, binary] = filesOf(PATCH);
  assert.deepEqual([train.path, train.added, train.removed], ["train.py", 1, 1]);
  assert.deepEqual(train.lines.map(({ kind, text, before, after }) => [kind, text, before, after]), [
    ["hunk", "@@ -7,3 +7,3 @@ def main():", null, null],
    ["same", "same", 7, 7], ["removed", "-- old", 8, null], ["added", "++ new", null, 8], ["same", "", 9, 9],
    ["note", "\\ No newline at end of file", null, null],
  ]);
  assert.equal(binary.path, "a b.bin");
  assert.deepEqual(binary.lines.map((line) => line.text), ["new file mode 100644", "Binary files differ"]);
  assert.deepEqual(filesOf(""), []);
});

const styles = (path, line) => painter(path)(line).filter(({ style }) => style).map(({ text, style }) => `${text}:${style}`);

test("colours of languages", () => {
  assert.deepEqual(styles("a.py", 'return f("x\\"") + 1.5e3  # why'), ["return:code-word", '"x\\"":code-string', "1.5e3:code-number", "# why:code-comment"]);
  assert.deepEqual(styles("a/b.yaml", "  lr: 0.1 # small"), ["  lr:code-key", "0.1:code-number", "# small:code-comment"]);
  assert.deepEqual(styles("a.rs", "let x = 'a'; // c"), ["let:code-word", "'a':code-string", "// c:code-comment"]);
  assert.deepEqual(styles("data.bin", "return 1"), []);
});

test("the text of a line is never changed", () => {
  for (const line of ["", "x = '", "<b>\u202e", "#".repeat(5000), '"'.repeat(3001), "\\".repeat(3000)]) {
    for (const path of ["a.py", "a.js", "a.yml", "a.json", "a.sh", "x"]) assert.equal(painter(path)(line).map(({ text }) => text).join(""), line);
  }
});

test("a patch is turned, and turned again it is as before", () => {
  const patch = [
    "diff --git a/t.py b/t.py", "index 111..222 100644", "--- a/t.py", "+++ b/t.py", "@@ -1,4 +1,5 @@ def f():",
    " one", "-two", "-three", "+2", "+3", "+3.5", " four", "\\ No newline at end of file",
    "diff --git a/new b/new", "new file mode 100644", "index 000..333", "--- /dev/null", "+++ b/new", "@@ -0,0 +1 @@", "+--- x", "\\ No newline at end of file", "",
  ].join("\n");
  const back = reversed(patch);
  assert.deepEqual(back.split("\n"), [
    "diff --git a/t.py b/t.py", "index 222..111 100644", "--- a/t.py", "+++ b/t.py", "@@ -1,5 +1,4 @@ def f():",
    " one", "-2", "-3", "-3.5", "+two", "+three", " four", "\\ No newline at end of file",
    "diff --git a/new b/new", "deleted file mode 100644", "index 333..000", "--- a/new", "+++ /dev/null", "@@ -1 +0,0 @@", "---- x", "\\ No newline at end of file", "",
  ]);
  assert.equal(reversed(back), patch);
});
