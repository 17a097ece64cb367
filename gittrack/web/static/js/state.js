// @ts-check
/** The state of the page, and its form in the address.  Pure. */

/**
 * @typedef {object} State
 * @property {string} view  the view: runs, run, compare, sweep, sweeps, models, scatter, parallel, importance
 * @property {string} target  the run, sweep or model that the view is about
 * @property {string} experiment  only runs of this experiment and of those below it
 * @property {string} where  a query, as for `git track ls -w`
 * @property {boolean} archived  whether archived runs are included
 * @property {string[]} sort  sort keys, the most important first; `-KEY` descends
 * @property {string} find  only rows that have these words
 * @property {string[]} widths  the widths of columns, as `NAME=PIXELS`
 * @property {string[]} columns  the chosen columns; empty: those of `ls`
 * @property {string[]} pinned  columns that come first
 * @property {string[]} pinnedCharts  metrics whose charts come first
 * @property {string[]} group  the names to group by; `-NAME` means all except NAME
 * @property {string[]} folded  the groups and sweeps that are unfolded
 * @property {string[]} selected  keys of the picked runs
 * @property {string[]} hidden  keys of the runs without curves
 * @property {string} baseline  the key of the run that the others are compared with
 * @property {string} charts  only charts whose name contains this
 * @property {number} perRow  charts in a row, 1 to 6; 0: as many as fit
 * @property {string} x  step, time, wall or the name of a metric
 * @property {number | null} from  the left end of the visible range of x
 * @property {number | null} to  the right end
 * @property {boolean} log  whether y is logarithmic
 * @property {boolean} logX  whether x is
 * @property {number} smooth  the weight of the past, from 0 to below 1
 * @property {string} band  what is around the mean of a group: deviation, error, range, interval or none
 * @property {boolean} clip  whether outliers are cut off
 * @property {string} theme  light, dark, or empty for that of the system
 * @property {string} panes  the visible panes: both, table or charts
 * @property {number} split  the width of the left pane in percent
 * @property {string} axes  what a view of its own shows, such as the x, y and colour of a scatter plot
 */

/** @type {Readonly<State>} */
export const defaults = Object.freeze({
  view: "runs", target: "", experiment: "", where: "", archived: false,
  sort: [], find: "", columns: [], widths: [], pinned: [], pinnedCharts: [], group: [], folded: [], selected: [], hidden: [], baseline: "",
  charts: "", perRow: 0, x: "step", from: null, to: null, log: false, logX: false, smooth: 0, band: "deviation", clip: false,
  theme: "", panes: "both", split: 50, axes: "",
});

/**
 * Return the state as the part of an address after `#`; what equals `initial` is left out.
 * @param {State} state
 * @param {State} [initial]
 * @returns {string}
 */
export function encode(state, initial = defaults) {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(initial)) {
    const now = state[/** @type {keyof State} */ (name)];
    if (JSON.stringify(now) === JSON.stringify(value)) continue;
    if (Array.isArray(now)) {
      if (now.length === 0) fields.append(name, "");
      for (const item of now) fields.append(name, `=${item}`);
    } else fields.append(name, now === null ? "" : String(now));
  }
  return fields.toString();
}

/**
 * Return the state of an address; what it does not name is as in `initial`.  Values of a wrong type are left out.
 * @param {string} hash
 * @param {State} [initial]
 * @returns {State}
 */
export function decode(hash, initial = defaults) {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  /** @type {any} */
  const state = { ...initial };
  for (const [name, value] of Object.entries(defaults)) {
    if (!fields.has(name)) continue;
    const text = fields.get(name) || "";
    if (Array.isArray(value)) {
      state[name] = fields.getAll(name).filter((item) => item.startsWith("=")).map((item) => item.slice(1));
    } else if (typeof value === "boolean") state[name] = text === "true";
    else if (typeof value === "number" || value === null) {
      const number = text === "" ? null : Number(text);
      if (number === null ? value === null : Number.isFinite(number)) state[name] = number;
    } else state[name] = text;
  }
  return state;
}
