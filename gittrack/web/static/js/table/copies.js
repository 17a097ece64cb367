// @ts-check
/** Rows of the table as text: CSV with exact values, Markdown as shown, commands.  Pure. */

import { csvLine } from "../csv.js";
import { show } from "../format.js";
import { valueAt } from "../sort.js";

/**
 * Return rows as CSV; a missing value is an empty field.
 * @param {any} runs  the document `runs`
 * @param {number[]} rows
 * @param {any[]} columns
 */
export function csvOf(runs, rows, columns) {
  const lines = rows.map((row) => columns.map((column) => valueAt(column, row)));
  return [columns.map((column) => column.name), ...lines].map(csvLine).join("");
}

/**
 * Return rows as a table of Markdown.
 * @param {any} runs  the document `runs`
 * @param {number[]} rows
 * @param {any[]} columns
 */
export function markdownOf(runs, rows, columns) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.map((text) => text.replace(/[\\|\x60*_<>[\]]/g, "\\$&")).join(" | ")} |\n`;
  const right = columns.map((column) => (column.kind === "number" ? "---:" : "---"));
  const lines = rows.map((row) => line(columns.map((column) => show(valueAt(column, row), column.kind))));
  return [line(columns.map((column) => column.head)), `| ${right.join(" | ")} |\n`, ...lines].join("");
}

/**
 * Return one command per run that runs it again.
 * @param {string[]} keys
 */
export function reproduceCommands(keys) {
  return idsOf(keys).split("\n").map((id) => `git track reproduce ${id}`).join("\n");
}

/**
 * Return the ids of runs, one per line.
 * @param {string[]} keys  EXPERIMENT/ID
 */
export function idsOf(keys) {
  return keys.map((key) => key.slice(key.lastIndexOf("/") + 1)).join("\n");
}
