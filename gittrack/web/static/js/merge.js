// @ts-check
/** Changed rows put into the document `runs`.  Pure. */

/**
 * Return `runs` with changed rows in their places, new ones on top (newest first), and removed ones left out.
 * @param {any} runs  the document `runs`
 * @param {any} changed  the same with only the changed rows
 * @param {string[]} removed  keys
 */
export function merged(runs, changed, removed) {
  const gone = new Set(removed);
  const fresh = changed.keys.filter((/** @type {string} */ key) => !runs.keys.includes(key)).sort(newestFirst);
  const keys = [...fresh, ...runs.keys.filter((/** @type {string} */ key) => !gone.has(key))];
  const before = index(runs.keys);
  const now = index(changed.keys);
  const places = keys.map((key) => ({ now: now.get(key), before: before.get(key) }));
  const names = [...new Set([...runs.columns, ...changed.columns].map((column) => column.name))];
  const old = new Map(runs.columns.map((/** @type {any} */ column) => [column.name, column]));
  const recent = new Map(changed.columns.map((/** @type {any} */ column) => [column.name, column]));
  const columns = names.map((name) => mergedColumn(old.get(name), recent.get(name), places));
  return { ...runs, keys, columns: inOrder(columns), total: runs.total + keys.length - runs.keys.length };
}

function index(/** @type {string[]} */ keys) {
  return new Map(keys.map((key, i) => [key, i]));
}

function newestFirst(/** @type {string} */ a, /** @type {string} */ b) {
  const [x, y] = [a, b].map((key) => key.slice(key.lastIndexOf("/") + 1));
  return x < y ? 1 : x > y ? -1 : 0;
}

function mergedColumn(/** @type {any} */ before, /** @type {any} */ now, /** @type {{now?: number, before?: number}[]} */ places) {
  const column = { ...(before || now) };
  if (before && now && before.kind !== now.kind) column.kind = "mixed";
  const parts = ["values", ...["min", "max", "count"].filter((part) => part in column)];
  delete column.value;
  for (const part of parts) {
    column[part] = places.map((place) => (place.now !== undefined ? partAt(now, part, place.now) : partAt(before, part, place.before)));
  }
  return folded(column);
}

function partAt(/** @type {any} */ column, /** @type {string} */ part, /** @type {number | undefined} */ row) {
  if (column === undefined || row === undefined) return null;
  if (part === "values" && "value" in column) return column.value;
  return (column[part] || [])[row] ?? null;
}

function folded(/** @type {any} */ column) {
  const { values, ...rest } = column;
  if (values.length < 2 || "min" in column || column.name === "id") return column;
  const first = JSON.stringify(values[0]);
  return values.every((/** @type {any} */ value) => JSON.stringify(value) === first) ? { ...rest, value: values[0] } : column;
}

function inOrder(/** @type {any[]} */ columns) {
  const groups = ["fact", "metric", "param"];
  return groups.flatMap((group) => columns.filter((column) => column.group === group));
}
