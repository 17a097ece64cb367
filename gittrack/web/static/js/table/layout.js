// @ts-check
/** How wide columns are, and which lines and columns are in sight.  Pure. */

const WIDEST = 260; // pixels of a column whose width nobody chose
const NARROWEST = 40;
const PADDING = 18;
const WIDEST_CHARACTER = 20; // pixels
const MOST_TEXTS = 20_000; // whose widths are kept
const PLAIN = /^[\x20-\x7e]*$/; // texts that are as wide as their characters, or a bit less wide where two lean together
const BESIDE = 150; // pixels of columns that are painted on both sides of what is in sight
const STEP = 4; // lines: a scroll by less paints nothing

/**
 * Return a function that measures texts, and asks for the width of a plain one character by character: a browser takes longer
 * to measure the texts of a table than to lay them out.
 * @param {(text: string) => number} width  the pixels of a text
 * @returns {(text: string) => number}
 */
export function widthsBy(width) {
  /** @type {Map<string, number>} */
  const known = new Map(); // by character, or by text
  function pixels(/** @type {string} */ text) {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size > MOST_TEXTS) known.clear();
    const now = width(text);
    known.set(text, now);
    return now;
  }
  return (text) => {
    if (!PLAIN.test(text)) return pixels(text);
    let sum = 0;
    for (const character of text) sum += pixels(character);
    return sum;
  };
}

/**
 * Return the width that the texts of a column need.
 * @param {string[]} texts
 * @param {(text: string) => number} measure  the pixels of a text
 * @param {number} [front]  the pixels of what is in front of each text
 */
export function widthOf(texts, measure, front = 0) {
  const longest = texts.reduce((a, b) => (b.length > a.length ? b : a), "");
  return Math.ceil(Math.min(WIDEST, Math.max(NARROWEST, measure(longest) + front + PADDING)));
}

/**
 * Return whether a text fits into a column.
 * @param {string} text
 * @param {(text: string) => number} measure  the pixels of a text
 * @param {number} width  of the column
 * @param {number} [front]  the pixels of what is in front of the text
 */
export function fits(text, measure, width, front = 0) {
  const room = width - front - PADDING;
  return text.length * WIDEST_CHARACTER <= room || measure(text) <= room;
}

/**
 * Return the range of lines to paint: those in sight, and some more above and below.
 * @param {number} count  all lines
 * @param {number} height  pixels of a line, and of the head
 * @param {number} top  how far the table is scrolled, in pixels; a table that becomes shorter is scrolled less
 * @param {number} room  the height of what is in sight
 * @returns {[number, number]} the first line, and the one after the last
 */
export function linesInSight(count, height, top, room) {
  const start = scrolled(top, (count + 1) * height, room);
  const first = Math.floor(start / height / STEP - 1) * STEP;
  const last = Math.ceil((start + room) / height / STEP + 1) * STEP;
  return [Math.max(0, Math.min(first, count)), Math.min(count, last)];
}

/**
 * Return the range of columns to paint besides the pinned ones.
 * @param {number[]} widths  of all columns, in pixels
 * @param {number} pinned  how many of the first columns stay on the left
 * @param {number} left  how far the table is scrolled, in pixels; a table that becomes narrower is scrolled less
 * @param {number} room  the width of what is in sight
 * @returns {[number, number]} the first column, and the one after the last
 */
export function columnsInSight(widths, pinned, left, room) {
  const start = scrolled(left, total(widths, 0, widths.length), room);
  let first = pinned;
  let at = total(widths, 0, pinned);
  while (first < widths.length - 1 && at + widths[first] < start - BESIDE) at += widths[first++];
  let last = first;
  while (last < widths.length && at < start + room + BESIDE) at += widths[last++];
  return [first, last];
}

// How far a table of a size is scrolled, that was scrolled so far before it had this size.
function scrolled(/** @type {number} */ before, /** @type {number} */ size, /** @type {number} */ room) {
  return Math.max(0, Math.min(before, size - room));
}

/**
 * Return the width of a range of columns.
 * @param {number[]} widths
 * @param {number} first
 * @param {number} last  the column after the last one
 */
export function total(widths, first, last) {
  return widths.slice(first, last).reduce((sum, width) => sum + width, 0);
}
