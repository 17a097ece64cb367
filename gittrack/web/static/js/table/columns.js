// @ts-check
/** Which columns the table has, in which order and how wide.  Pure. */

/**
 * Return the columns of the table: pinned ones first, then the chosen ones, or those that the server shows.  Of groups the
 * metrics come first, because the facts of their runs are mostly several values.
 * @param {any} runs  the document `runs`
 * @param {{columns: string[], pinned: string[], group?: string[]}} state
 * @returns {any[]}
 */
export function columnsOf(runs, { columns, pinned, group = [] }) {
  const byName = new Map(runs.columns.map((/** @type {any} */ column) => [column.name, column]));
  const shown = runs.columns.filter((/** @type {any} */ column) => column.shown);
  const usual = group.length > 0 ? metricsFirst(shown) : shown;
  const chosen = columns.length > 0 ? columns.map((name) => byName.get(name)).filter(Boolean) : usual;
  const first = pinned.map((name) => byName.get(name)).filter((column) => chosen.includes(column));
  return [...first, ...chosen.filter((/** @type {any} */ column) => !first.includes(column))];
}

// The first column stays: it names the groups.
function metricsFirst(/** @type {any[]} */ [first, ...rest]) {
  const [metrics, others] = [true, false].map((isMetric) => rest.filter((column) => (column.group === "metric") === isMetric));
  return first ? [first, ...metrics, ...others] : [];
}

/**
 * Return names with one of them put before another one; at the end if there is no other one.
 * @param {string[]} names
 * @param {string} name
 * @param {string} before
 */
export function moved(names, name, before) {
  if (name === before) return names;
  const rest = names.filter((other) => other !== name);
  const at = rest.indexOf(before);
  return at < 0 ? [...rest, name] : [...rest.slice(0, at), name, ...rest.slice(at)];
}

/**
 * Return the widths of columns by their names.
 * @param {string[]} widths  `NAME=PIXELS`
 * @returns {Map<string, number>}
 */
export function widthsOf(widths) {
  const pairs = widths.map((item) => /** @type {[string, number]} */ ([item.slice(0, item.lastIndexOf("=")), Number(item.slice(item.lastIndexOf("=") + 1))]));
  return new Map(pairs.filter(([, width]) => width >= 20 && width <= 2000));
}

/**
 * Return the widths with another one for a column.
 * @param {string[]} widths
 * @param {string} name
 * @param {number} width  in pixels
 */
export function resized(widths, name, width) {
  const map = widthsOf(widths).set(name, Math.round(Math.min(2000, Math.max(40, width))));
  return [...map].map(([key, pixels]) => `${key}=${pixels}`);
}

/**
 * Return the sort keys after a click: best first, then the other way, then none; shift adds a key.
 * @param {string[]} sort
 * @param {any} column
 * @param {boolean} further
 * @returns {string[]}
 */
export function nextSort(sort, column, further) {
  const down = column.group === "metric" && column.goal !== "min";
  const cycle = down ? [`-${column.name}`, column.name] : [column.name, `-${column.name}`];
  const now = sort.find((key) => cycle.includes(key));
  const next = now === undefined ? cycle[0] : now === cycle[0] ? cycle[1] : null;
  if (!further) return next === null ? [] : [next];
  const rest = sort.map((key) => (key === now ? next : key)).filter((key) => key !== null);
  return now === undefined && next !== null ? [...rest, next] : rest;
}
