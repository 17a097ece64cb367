// @ts-check
/** The order of rows, as `git track ls --sort` has it.  Pure. */

/**
 * Return the rows in an order: numbers before text before the rest; missing values and NaN last in both directions.
 * @param {any} runs  the document `runs`
 * @param {string[]} keys  names of columns, the most important first; `-NAME` descends
 * @returns {number[]} numbers of rows
 */
export function sorted(runs, keys) {
  const order = runs.keys.map((/** @type {string} */ _, /** @type {number} */ i) => i);
  const columns = keys.map((key) => ({ rank: ranks(runs, key.replace(/^-/, "")), down: key.startsWith("-") }));
  return order.sort((/** @type {number} */ a, /** @type {number} */ b) => {
    for (const { rank, down } of columns) {
      const order = compare(rank[a], rank[b], down);
      if (order !== 0) return order;
    }
    return a - b;
  });
}

/**
 * Return the value of a column in a row.
 * @param {any} column
 * @param {number} row
 */
export function valueAt(column, row) {
  return "values" in column ? column.values[row] : column.value;
}

/**
 * Return the column with a name; `age` is the column of starts.
 * @param {any} runs
 * @param {string} name
 */
export function columnOf(runs, name) {
  const names = [name === "age" ? "started" : name, `metrics.${name}`, `params.${name}`];
  return names.map((full) => runs.columns.find((/** @type {any} */ column) => column.name === full)).find(Boolean);
}

function ranks(/** @type {any} */ runs, /** @type {string} */ name) {
  const column = columnOf(runs, name);
  return runs.keys.map((/** @type {string} */ _, /** @type {number} */ row) => {
    const value = column ? numeric(column, valueAt(column, row)) : null;
    if (value === null || value === undefined || Number.isNaN(value)) return null;
    if (typeof value === "number") return { kind: 0, value };
    if (typeof value === "boolean") return { kind: 0, value: Number(value) };
    return typeof value === "string" ? { kind: 1, value } : { kind: 2, value: JSON.stringify(value) };
  });
}

/**
 * Return a value with the texts that stand for NaN and infinities as numbers.
 * @param {any} column
 * @param {any} value
 */
export function numeric(column, value) {
  return column.kind === "number" && typeof value === "string" ? Number(value) : value;
}

function compare(/** @type {any} */ a, /** @type {any} */ b, /** @type {boolean} */ down) {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  const sign = down ? -1 : 1;
  if (a.kind !== b.kind) return sign * (a.kind - b.kind);
  return a.value < b.value ? -sign : a.value > b.value ? sign : 0;
}
