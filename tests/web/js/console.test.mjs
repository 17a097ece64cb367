import assert from "node:assert/strict";
import { test } from "node:test";
import { byteLength, consoleLines, linesWith, withoutControls } from "../../../gittrack/web/static/js/console.js";
import { wholeLines } from "../../../gittrack/web/static/js/views/log_parts.js";

const spans = (text) => consoleLines(text).map((line) => line.spans.map(({ text, style }) => [text, style]));
const plain = (text) => spans(text).map((line) => line.map(([part]) => part).join(""));

test("colours are classes, and go on in the next line", () => {
  assert.deepEqual(spans("a \x1b[1;31mred\nstill\x1b[0m not"), [[["a ", ""], ["red", "bold fg1"]], [["still", "bold fg1"], [" not", ""]]]);
  assert.deepEqual(spans("\x1b[92;44mx\x1b[39;49my\x1b[mz"), [[["x", "fg10 bg4"], ["yz", ""]]]);
  assert.deepEqual(spans("\x1b[1;4mx\x1b[22my\x1b[24mz"), [[["x", "bold underline"], ["y", "underline"], ["z", ""]]]);
});

test("other colours become the nearest of sixteen", () => {
  assert.deepEqual(spans("\x1b[38;5;196mx"), [[["x", "fg9"]]]);
  assert.deepEqual(spans("\x1b[38;2;0;100;0;1mx"), [[["x", "bold fg2"]]]);
  assert.deepEqual(spans("\x1b[48;5;244mx"), [[["x", "bg8"]]]);
  assert.deepEqual(spans("\x1b[38;9;1mx\x1b[9999m"), [[["x", "strike bold"]]]);
});

test("a carriage return writes over its line", () => {
  assert.deepEqual(plain("10 %\r 50 %\r100 %\ndone\r\n"), ["100 %", "done"]);
  assert.deepEqual(plain("abcdef\rxy\nabc\r\x1b[Kx\nab\bc"), ["xycdef", "x", "ac"]);
  assert.deepEqual(consoleLines("1\r2\r3\nend").map((line) => line.updates), [3, 1]);
});

test("what else steers a terminal is left out, but never hides text", () => {
  assert.deepEqual(plain("\x1b]8;;http://x/\x07link\x1b]8;;\x1b\\ \x1b[2J\x1b(Bok"), ["link ok"]);
  assert.deepEqual(plain("\x1b]0;no end\nnext"), ["0;no end", "next"]);
  assert.deepEqual(plain("\x1bP1$q\x1b\\a"), ["a"]);
  assert.deepEqual(withoutControls("\x1b[1mbold\x1b[0m\r"), "bold");
});

test("a line knows its first byte", () => {
  assert.deepEqual(consoleLines("a\n\u00e4\n\u{1f600}\nz", 10).map((line) => line.at), [10, 12, 15, 20]);
  assert.equal(byteLength("a\u20ac"), 4);
  assert.deepEqual(linesWith("One\n\u00e4\nt\x1b[1mo\x1b[0mne", 5, "ONE"), [5, 12]);
  assert.deepEqual(linesWith("none", 0, "x"), []);
});

test("long lines and hostile input take time that grows with their length", () => {
  const size = 200_000;
  assert.equal(consoleLines("x\r".repeat(size))[0].spans[0].text, "x");
  assert.equal(plain("\x1b]".repeat(size))[0], "");
  assert.equal(plain(`\r${"y".repeat(size)}`)[0].length, 100_001);
});

test("a part of a log has whole lines, but for a line that is larger", () => {
  const part = { text: "end of one\nä two\nbegin", from: 100, to: 123 };
  assert.deepEqual(wholeLines(part, false, false), { text: "ä two\n", from: 111, to: 118 });
  assert.deepEqual(wholeLines(part, true, false), { text: "end of one\nä two\n", from: 100, to: 118 });
  assert.deepEqual(wholeLines({ text: "long", from: 5, to: 9 }, false, false), { text: "long", from: 5, to: 9 });
});
