// @ts-check
/** How wide columns are, and which lines and columns are in sight.  Pure. */

const WIDEST = 260; // pixels of a column whose width nobody chose
const NARROWEST = 40;
const PADDING = 18;
const WIDEST_CHARACTER = 20; // pixels
const BESIDE = 150; // pixels of columns that are painted on both sides of what is in sight
const STEP = 8; // lines: a scroll by less paints nothing

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
 * @param {number} height  pixels of a line
 * @param {number} top  how far the table is scrolled, in pixels
 * @param {number} room  the height of what is in sight
 * @returns {[number, number]} the first line, and the one after the last
 */
export function linesInSight(count, height, top, room) {
  const first = Math.floor(top / height / STEP - 1) * STEP;
  const last = Math.ceil((top + room) / height / STEP + 1) * STEP;
  return [Math.max(0, Math.min(first, count)), Math.min(count, last)];
}

/**
 * Return the range of columns to paint besides the pinned ones.
 * @param {number[]} widths  of all columns, in pixels
 * @param {number} pinned  how many of the first columns stay on the left
 * @param {number} left  how far the table is scrolled, in pixels
 * @param {number} room  the width of what is in sight
 * @returns {[number, number]} the first column, and the one after the last
 */
export function columnsInSight(widths, pinned, left, room) {
  let first = pinned;
  let at = total(widths, 0, pinned);
  while (first < widths.length - 1 && at + widths[first] < left - BESIDE) at += widths[first++];
  let last = first;
  while (last < widths.length && at < left + room + BESIDE) at += widths[last++];
  return [first, last];
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
