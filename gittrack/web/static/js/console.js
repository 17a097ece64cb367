// @ts-check
/** Console output as lines of styled text: colours become classes, and a carriage return writes over its line.  Pure. */

/**
 * @typedef {object} Span
 * @property {string} text
 * @property {string} style  names of classes; empty for plain text
 */

/**
 * @typedef {object} Line
 * @property {number} at  the byte at which the line begins
 * @property {Span[]} spans
 * @property {number} updates  how often the line was written; more than 1 if carriage returns wrote over it
 */

/** @typedef {{fg: number, bg: number, marks: string[]}} Style */

/** @type {Style} */
const PLAIN = { fg: -1, bg: -1, marks: [] };
const MARKS = ["", "bold", "dim", "italic", "underline", "", "", "inverse", "", "strike"]; // by the number of SGR
// ECMA-48: CSI sequences, OSC with its end, other strings with their end, and two characters for the rest.
const CONTROLS = /\x1b\[([0-9:;<=>?]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_][^\x1b]*\x1b\\|\x1b[ -/]*[0-~]|\r|\x08/g;
const LONGEST = 100_000; // characters of a line that is written over

/**
 * Return the lines of console output.  The style of a line goes on in the next one.
 * @param {string} text
 * @param {number} [at]  the byte at which the text begins
 * @returns {Line[]}
 */
export function consoleLines(text, at = 0) {
  let style = PLAIN;
  let position = at;
  const raw = text.split("\n");
  if (raw[raw.length - 1] === "") raw.pop();
  return raw.map((line) => {
    const start = position;
    position += byteLength(line) + 1;
    if (!/[\x1b\r\x08]/.test(line)) return { at: start, spans: line ? [{ text: line, style: classes(style) }] : [], updates: 1 };
    const written = write(line, style);
    style = written.style;
    return { at: start, spans: written.spans, updates: line.split(/\r+/).filter(Boolean).length || 1 };
  });
}

/**
 * Return text without what steers a terminal.
 * @param {string} text
 */
export function withoutControls(text) {
  return text.replace(CONTROLS, "");
}

/**
 * Return the bytes at which the lines begin that contain some words; case does not count.
 * @param {string} text
 * @param {number} at  the byte at which the text begins
 * @param {string} words
 * @returns {number[]}
 */
export function linesWith(text, at, words) {
  const wanted = words.toLowerCase();
  let position = at;
  return text.split("\n").flatMap((line) => {
    const start = position;
    position += byteLength(line) + 1;
    return withoutControls(line).toLowerCase().includes(wanted) ? [start] : [];
  });
}

/**
 * Return how many bytes a text has in UTF-8.
 * @param {string} text
 */
export function byteLength(text) {
  if (/^[\x00-\x7f]*$/.test(text)) return text.length;
  let bytes = 0;
  for (const char of text) {
    const code = /** @type {number} */ (char.codePointAt(0));
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

// Write a line as a terminal does: into cells, with a cursor.
function write(/** @type {string} */ line, /** @type {Style} */ style) {
  /** @type {string[]} */
  const chars = [];
  /** @type {string[]} */
  const styles = [];
  let cursor = 0;
  let name = classes(style);
  function put(/** @type {string} */ text) {
    for (const char of text) {
      if (cursor >= LONGEST) return void (chars[LONGEST] = "…");
      chars[cursor] = char;
      styles[cursor++] = name;
    }
  }
  let end = 0;
  for (const match of line.matchAll(CONTROLS)) {
    put(line.slice(end, match.index));
    end = match.index + match[0].length;
    if (match[0] === "\r") cursor = 0;
    else if (match[0] === "\b") cursor = Math.max(0, cursor - 1);
    else if (match[2] === "K") erase(chars, styles, cursor, match[1]);
    else if (match[2] === "m") name = classes((style = styled(style, match[1])));
  }
  put(line.slice(end));
  return { spans: joined(chars, styles), style };
}

function erase(/** @type {string[]} */ chars, /** @type {string[]} */ styles, /** @type {number} */ cursor, /** @type {string} */ kind) {
  if (kind === "2") chars.fill(" ");
  else if (kind === "1") chars.fill(" ", 0, cursor + 1);
  else chars.length = styles.length = Math.min(chars.length, cursor);
}

function joined(/** @type {string[]} */ chars, /** @type {string[]} */ styles) {
  /** @type {Span[]} */
  const spans = [];
  for (let i = 0; i < chars.length; i++) {
    const style = styles[i] ?? "";
    const last = spans[spans.length - 1];
    if (last && last.style === style) last.text += chars[i] ?? " ";
    else spans.push({ text: chars[i] ?? " ", style });
  }
  return spans;
}

function styled(/** @type {Style} */ style, /** @type {string} */ parameters) {
  const codes = parameters.split(/[;:]/).map(Number);
  let { fg, bg, marks } = style;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === 0) ({ fg, bg, marks } = PLAIN);
    else if (MARKS[code]) marks = [...marks.filter((mark) => mark !== MARKS[code]), MARKS[code]];
    else if (code === 22) marks = marks.filter((mark) => mark !== "bold" && mark !== "dim");
    else if (MARKS[code - 20]) marks = marks.filter((mark) => mark !== MARKS[code - 20]);
    else if (code === 38 || code === 48) {
      const [color, length] = extended(codes.slice(i + 1));
      i += length;
      if (code === 38) fg = color;
      else bg = color;
    } else if (code === 39) fg = -1;
    else if (code === 49) bg = -1;
    else if (code >= 30 && code < 38) fg = code - 30;
    else if (code >= 90 && code < 98) fg = code - 82;
    else if (code >= 40 && code < 48) bg = code - 40;
    else if (code >= 100 && code < 108) bg = code - 92;
  }
  return { fg, bg, marks };
}

// The nearest of the 16 colours, which are readable in light and in dark; and how many numbers named the colour.
function extended(/** @type {number[]} */ [kind, ...rest]) {
  if (kind === 2) return [nearest(rest.slice(0, 3)), 4];
  if (kind !== 5) return [-1, 0];
  const number = rest[0] || 0;
  if (number < 16) return [number, 2];
  if (number > 231) return [nearest(Array(3).fill(8 + 10 * (number - 232))), 2];
  const cube = number - 16;
  return [nearest([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((level) => (level ? 55 + 40 * level : 0))), 2];
}

function nearest(/** @type {number[]} */ [red = 0, green = 0, blue = 0]) {
  const most = Math.max(red, green, blue);
  const isGrey = most - Math.min(red, green, blue) < most / 4;
  if (isGrey) return most < 64 ? 0 : most < 160 ? 8 : most < 224 ? 7 : 15;
  const bits = [red, green, blue].map((part) => (part > most / 2 ? 1 : 0));
  return bits[0] + 2 * bits[1] + 4 * bits[2] + (most > 200 ? 8 : 0);
}

function classes(/** @type {Style} */ { fg, bg, marks }) {
  return [...marks, fg >= 0 && `fg${fg & 15}`, bg >= 0 && `bg${bg & 15}`].filter(Boolean).join(" ");
}
