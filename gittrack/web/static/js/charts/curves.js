// @ts-check
/** The curves on the charts: asked for by what is shown, and continued while runs go on. */

import { sharing } from "../pack.js";

const MOST_POINTS = 20_000; // of a curve that grows; then the server thins it again
const PAUSE = 150; // milliseconds without a key, after which what was typed counts

/**
 * @typedef {object} Curve
 * @property {string} key  the run
 * @property {Float64Array} x
 * @property {Float64Array} y
 * @property {[number, string][]} marks  the points that are not finite
 * @property {number} total  the points in the series
 * @property {boolean} thinned  whether each column of pixels has only its extremes
 * @property {{x: Float64Array, y: Float64Array, n: Float64Array}} [means]  of a thinned one: the means of `n` points, of which the last is at x
 * @property {{y: Float64Array, n: Float64Array}} [before]  the means of points before a range
 */

/**
 * Keep `curves` ({metric: Curve[]}), `curvesOf` (the runs that they were asked for) and `tails` of the store as the state asks for.
 * @param {import("../main.js").App} app
 * @param {() => string[]} keys  returns the runs to draw
 * @returns {() => void} ends it
 */
export function followCurves(app, keys) {
  let turn = 0;
  /** @type {Range} */
  let loaded = { from: null, to: null, logX: false };

  async function load() {
    const mine = ++turn;
    const { from, to, logX } = app.store.get();
    const asked = keys();
    const document = await ask(asked, { from, to, logX }).catch((error) => {
      app.store.set({ curvesOf: asked }); // there are no others to wait for
      throw error;
    });
    if (mine !== turn) return;
    loaded = { from, to, logX };
    app.store.set({ curves: grouped(document.series), curvesOf: asked, tails: document.tails });
    if (!has(app.store.get().curves, loaded, app.store.get())) app.guarded(load); // the zoom ended meanwhile
  }

  async function ask(/** @type {string[]} */ run, /** @type {Range} */ range) {
    return run.length > 0 ? app.data.get("series", { run, x: app.store.get().x, ...range, binary: true }) : { series: [], tails: {} };
  }

  async function follow() {
    const { fresh, curves } = app.store.get();
    const again = new Set(fresh.stale);
    if (loaded.to !== null) fresh.series.forEach((/** @type {any} */ entry) => again.add(entry.run));
    for (const key of outgrown(curves, grouped(fresh.series))) again.add(key);
    const added = fresh.series.filter((/** @type {any} */ entry) => !again.has(entry.run));
    if (added.length > 0) app.store.set({ curves: appended(curves, grouped(added)) });
    if (again.size === 0) return;
    const mine = turn;
    const document = await ask([...again].filter((key) => keys().includes(key)), loaded);
    if (mine !== turn) return;
    const now = app.store.get();
    app.store.set({ curves: replaced(now.curves, again, grouped(document.series)), tails: { ...now.tails, ...document.tails } });
  }

  const off = [
    app.store.on(["runs", "selected", "hidden", "x", "from", "to", "logX", "group", "find"], (state, changed) => {
      const isOther = changedKeys() || changed.has("x");
      if (!isOther && has(state.curves, loaded, state)) return;
      clearTimeout(typing);
      if (changed.size === 1 && changed.has("find")) typing = window.setTimeout(() => app.guarded(load), PAUSE);
      else app.guarded(load);
    }),
    app.store.on(["fresh"], () => app.guarded(follow)),
  ];
  let drawn = "";
  let typing = 0;
  function changedKeys() {
    const now = keys().join(" ");
    const changed = now !== drawn;
    drawn = now;
    return changed;
  }
  changedKeys();
  app.guarded(load);
  return () => {
    clearTimeout(typing);
    off.forEach((end) => end());
  };
}

/** @typedef {{from: number | null, to: number | null, logX?: boolean}} Range  null: without an end; a logarithmic axis has other columns of pixels */

/**
 * Say whether curves that were asked for one range have all points of another one, so that a zoom needs no request.
 * @param {Record<string, Curve[]>} curves
 * @param {Range} loaded
 * @param {Range} range
 */
export function has(curves, loaded, { from, to, logX }) {
  if (from === loaded.from && to === loaded.to && logX === loaded.logX) return true;
  const isInside = (loaded.from === null || (from !== null && from >= loaded.from)) && (loaded.to === null || (to !== null && to <= loaded.to));
  return isInside && Object.values(curves).every((lines) => lines.every(({ thinned }) => !thinned));
}

/**
 * Return series as curves by metric.
 * @param {any[]} series
 * @returns {Record<string, Curve[]>}
 */
export function grouped(series) {
  /** @type {Record<string, Curve[]>} */
  const curves = Object.create(null); // a metric may be named `constructor`
  const unpack = sharing();
  const unpacked = (/** @type {any} */ packs) => Object.fromEntries(Object.entries(packs).map(([name, pack]) => [name, unpack(pack)]));
  for (const { run, metric, x, y, marks, total, thinned, means, before } of series) {
    (curves[metric] ??= []).push({ key: run, x: unpack(x), y: unpack(y), marks: marks || [], total, thinned, ...(means && { means: unpacked(means) }), ...(before && { before: unpacked(before) }) });
  }
  return curves;
}

/**
 * Return curves with the points of others at their ends.
 * @param {Record<string, Curve[]>} curves
 * @param {Record<string, Curve[]>} more
 */
export function appended(curves, more) {
  const result = byMetric(Object.entries(curves));
  for (const [metric, lines] of Object.entries(more)) {
    const known = result[metric] || [];
    const added = new Map(lines.map((line) => [line.key, line]));
    const longer = known.map((/** @type {Curve} */ line) => (added.has(line.key) ? joined(line, /** @type {Curve} */ (added.get(line.key))) : line));
    const fresh = lines.filter((line) => !known.some((/** @type {Curve} */ other) => other.key === line.key));
    result[metric] = [...longer, ...fresh];
  }
  return result;
}

/**
 * Return the runs whose new points cannot stand at the ends of their curves: they lie before them, or the curves are too long.
 * @param {Record<string, Curve[]>} curves
 * @param {Record<string, Curve[]>} more
 * @returns {string[]} keys
 */
export function outgrown(curves, more) {
  return Object.entries(more).flatMap(([metric, lines]) => lines.filter(({ key, x }) => {
    const known = (curves[metric] || []).find((line) => line.key === key);
    return known && (known.x.length > MOST_POINTS || x[0] < known.x[known.x.length - 1]);
  }).map(({ key }) => key));
}

function byMetric(/** @type {[string, Curve[]][]} */ entries) {
  const curves = Object.create(null);
  for (const [metric, lines] of entries) curves[metric] = lines;
  return curves;
}

function joined(/** @type {Curve} */ first, /** @type {Curve} */ second) {
  const { means } = first;
  const ones = new Float64Array(second.y.length).fill(1);
  const longer = means && { means: { x: concat(means.x, second.x), y: concat(means.y, second.y), n: concat(means.n, ones) } };
  return { ...first, ...longer, x: concat(first.x, second.x), y: concat(first.y, second.y), marks: [...first.marks, ...second.marks], total: first.total + second.total };
}

function concat(/** @type {Float64Array} */ a, /** @type {Float64Array} */ b) {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function replaced(/** @type {Record<string, Curve[]>} */ curves, /** @type {Set<string>} */ keys, /** @type {Record<string, Curve[]>} */ more) {
  const rest = byMetric(Object.entries(curves).map(([metric, lines]) => [metric, lines.filter((line) => !keys.has(line.key))]));
  for (const [metric, lines] of Object.entries(more)) rest[metric] = [...(rest[metric] || []), ...lines];
  return rest;
}
