// @ts-check
/** The documents of one run, and of a comparison, made from the rows of a page that is one file.  Pure. */

import { DataError } from "./errors.js";
import { artifactsOf, codeBetween } from "./file_extras.js";
import { flattened } from "./flat.js";
import { numeric, valueAt } from "./sort.js";

/**
 * Return the document `runs` of a file with only the runs of an experiment and of those below it.
 * @param {any} runs  the document with all runs
 * @param {{experiment?: string, where?: string}} params
 */
export function runsDocument(runs, { experiment = "", where = "" }) {
  if (where) throw new DataError("a file cannot run a query", `ask for it when the file is written: git track ui --file FILE -w '${where}'`);
  if (!experiment) return runs;
  const rows = runs.keys.flatMap((/** @type {string} */ key, /** @type {number} */ row) => (key.startsWith(`${experiment}/`) ? [row] : []));
  const chosen = (/** @type {any[]} */ values) => rows.map((/** @type {number} */ row) => values[row]);
  const columns = runs.columns.map((/** @type {any} */ column) => Object.fromEntries(Object.entries(column).map(([name, value]) => [name, Array.isArray(value) ? chosen(value) : value])));
  return { ...runs, keys: chosen(runs.keys), total: rows.length, columns };
}

/**
 * Return the document `run` of a run in a file: its facts, params and metrics, and what its sender added.
 * @param {any} documents
 * @param {string} key
 */
export function runDocument(documents, key) {
  const row = rowOf(documents.runs, key);
  /** @type {Record<string, any>} */
  const run = { params: {}, metrics: {} };
  for (const column of documents.runs.columns) {
    const value = valueAt(column, row);
    const name = column.name.replace(/^(params|metrics)\./, "");
    if (value === null) continue;
    if (column.group === "param") run.params[name] = value;
    else if (column.group === "metric") run.metrics[name] = { last: value, min: column.min[row], max: column.max[row], step: null, count: column.count[row] };
    else run[name] = value;
  }
  const log = documents.log?.[key];
  return {
    run, key, env: documents.env?.[key] || {}, inputs: [], outputs: documents.outputs?.[key] || [], files: [], related: [], verdict: null, models: [],
    log: { size: log ? log.size : 0 }, commands: [],
  };
}

/**
 * Return the document `compare` of some runs in a file.
 * @param {any} documents
 * @param {string[]} keys
 */
export function compareDocument(documents, keys) {
  const rows = keys.map((key) => rowOf(documents.runs, key));
  const of = (/** @type {string} */ group) => documents.runs.columns.filter((/** @type {any} */ column) => column.group === group).map((/** @type {any} */ column) => line(column, rows)).filter(differs);
  const compared = new Set(["status", "tags", "note", "group", "seed", "command", "cwd", "exit_code", "signal", "user", "host"]);
  const sections = {
    params: of("param"),
    metrics: of("metric"),
    run: of("fact").filter((/** @type {any} */ entry) => compared.has(entry.name)),
    inputs: [],
    env: environments(documents, keys),
  };
  const codes = keys.map((_, i) => valueIn(documents.runs, "code", rows[i]));
  const code = keys.length === 2 ? codeBetween(documents.code, codes[0], codes[1]) : null;
  const left_out = ["inputs", ...(documents.env ? [] : ["env"])];
  const equal = Object.entries(sections).filter(([name, entries]) => entries.length === 0 && !left_out.includes(name)).map(([name]) => name);
  const logs = keys.map((key) => documents.log?.[key]?.size ?? 0);
  return { keys, sections, code, codes, equal, left_out, logs, artifacts: artifactsOf(documents, keys), commands: [] };
}

function rowOf(/** @type {any} */ runs, /** @type {string} */ key) {
  const row = runs.keys.indexOf(key);
  if (row < 0) throw new DataError(`this file does not hold the run ${key}`, "");
  return row;
}

function valueIn(/** @type {any} */ runs, /** @type {string} */ name, /** @type {number} */ row) {
  const column = runs.columns.find((/** @type {any} */ entry) => entry.name === name);
  return column ? valueAt(column, row) : null;
}

function line(/** @type {any} */ column, /** @type {number[]} */ rows) {
  const values = rows.map((row) => valueAt(column, row));
  const name = column.name.replace(/^(params|metrics)\./, "");
  const entry = { name, values: values.map((value) => (value === null ? { missing: true } : value)) };
  if (column.group !== "metric") return entry;
  const numbers = values.map((value) => (value === null ? NaN : numeric(column, value)));
  const delta = numbers.map((number, i) => (i > 0 && Number.isFinite(number - numbers[0]) ? number - numbers[0] : null));
  const percent = delta.map((change) => (change !== null && numbers[0] !== 0 ? (100 * change) / Math.abs(numbers[0]) : null));
  return { ...entry, delta, percent, goal: column.goal };
}

function differs(/** @type {any} */ entry) {
  const texts = entry.values.map((/** @type {any} */ value) => JSON.stringify(value));
  return texts.some((/** @type {string} */ text) => text !== texts[0]);
}

function environments(/** @type {any} */ documents, /** @type {string[]} */ keys) {
  const flat = keys.map((key) => flattened(documents.env?.[key] || {}));
  const names = [...new Set(flat.flatMap((env) => Object.keys(env)))].sort();
  return names.map((name) => ({ name, values: flat.map((env) => env[name] ?? { missing: true }) })).filter(differs);
}
