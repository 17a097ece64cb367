// @ts-check
/** Tables as text with commas or tabs (RFC 4180), and what differs between the rows of two or more.  Pure. */

/**
 * Return the rows of a table, each a list of texts.
 * @param {string} text
 * @param {string} separator  a comma or a tab
 * @param {number} [most]  rows; more are left out
 * @returns {string[][]}
 */
export function rowsOf(text, separator, most = Infinity) {
  /** @type {string[][]} */
  const rows = [];
  /** @type {string[]} */
  let row = [];
  let at = text.startsWith("\ufeff") ? 1 : 0;
  while (at < text.length && rows.length < most) {
    const [cell, end] = text[at] === '"' ? quoted(text, at + 1, separator) : bare(text, at, separator);
    row.push(cell);
    at = end + 1;
    if (text[end] === separator) {
      if (at >= text.length) row.push("");
      continue;
    }
    if (text[end] === "\r" && text[at] === "\n") at++;
    rows.push(row);
    row = [];
  }
  return row.length > 0 && rows.length < most ? [...rows, row] : rows;
}

function bare(/** @type {string} */ text, /** @type {number} */ at, /** @type {string} */ separator) {
  let end = at;
  while (end < text.length && text[end] !== separator && text[end] !== "\n" && text[end] !== "\r") end++;
  return /** @type {[string, number]} */ ([text.slice(at, end), end]);
}

// A cell in quotation marks; a doubled one is part of the text.  Without an end, the rest is the cell.
function quoted(/** @type {string} */ text, /** @type {number} */ at, /** @type {string} */ separator) {
  let end = text.indexOf('"', at);
  while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  if (end < 0) return /** @type {[string, number]} */ ([text.slice(at), text.length]);
  const cell = text.slice(at, end).replaceAll('""', '"');
  const [rest, stop] = bare(text, end + 1, separator);
  return /** @type {[string, number]} */ ([cell + rest, stop]);
}

/**
 * Return rows of several tables side by side, and which cells differ from the first table.
 * @param {string[][][]} tables  the first row of each is its heading
 * @returns {{heads: string[], rows: {cells: (string | null)[][], differs: boolean[]}[]}}
 *   `cells[i][j]` is the text of column `heads[i]` in table j, null if it is missing there; `differs[i]` is whether they differ
 */
export function sideBySide(tables) {
  const heads = [...new Set(tables.flatMap(([head = []]) => head))];
  const places = tables.map(([head = []]) => heads.map((name) => head.indexOf(name)));
  const count = Math.max(0, ...tables.map((table) => table.length - 1));
  const rows = Array.from({ length: count }, (_, i) => {
    const cells = heads.map((_, column) => tables.map((table, j) => table[i + 1]?.[places[j][column]] ?? null));
    return { cells, differs: cells.map((texts) => texts.some((text) => text !== texts[0])) };
  });
  return { heads, rows };
}
