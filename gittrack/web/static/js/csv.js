// @ts-check
/** Lines of a CSV file, as RFC 4180 has them.  Pure. */

/**
 * Return a line: texts as they are, other values as JSON, and nothing for what is missing.
 * @param {any[]} values
 */
export function csvLine(values) {
  return `${values.map(field).join(",")}\r\n`;
}

function field(/** @type {any} */ value) {
  const text = value === null || value === undefined ? "" : typeof value === "string" ? value : typeof value === "number" ? String(value) : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
