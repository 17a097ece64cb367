// @ts-check
/** Follows the runs: asks every two seconds what changed, and hands it to the store. */

import { merged } from "./merge.js";

const PAUSE = 2000; // milliseconds

/**
 * Follow the runs until the page is closed; not in a hidden tab, and at once when it is shown again.
 *
 * It sets `runs`, `fresh` ({series, tails, stale}: points that were logged), `reload` (a number that grows) and
 * `offline`.
 * @param {import("./main.js").App} app
 */
export function startLive(app) {
  let cursor = app.store.get().start.cursor;
  let etag = "";
  let timer = 0;
  let busy = false;

  async function poll() {
    clearTimeout(timer);
    if (document.hidden || busy) return;
    busy = true;
    try {
      await ask();
      app.store.set({ offline: false });
    } catch (error) {
      app.store.set({ offline: true }); // it goes on when the server answers again
    } finally {
      busy = false;
      timer = window.setTimeout(poll, PAUSE);
    }
  }

  async function ask() {
    const state = app.store.get();
    const { experiment, where, archived, x, tails } = state;
    const tail = Object.entries(tails).map(([key, place]) => `${key}:${place}`);
    const changes = await app.data.get("changes", { since: cursor, experiment, where, archived, x, tail }, { etag });
    const now = app.store.get();
    const other = ["experiment", "where", "archived", "x", "tails"].some((name) => now[name] !== state[name]);
    if (changes === null || other) return; // what is shown has changed in between: ask again
    cursor = changes.cursor;
    etag = changes.etag || "";
    take(changes);
  }

  function take(/** @type {any} */ changes) {
    const { runs, reload, tails } = app.store.get();
    const moved = changes.runs.keys.length > 0 || changes.removed.length > 0;
    if (changes.reset || (moved && runs && !runs.complete)) app.store.set({ reload: reload + 1 });
    else if (moved && runs) app.store.set({ runs: merged(runs, changes.runs, changes.removed) });
    const rest = Object.fromEntries(Object.entries({ ...tails, ...changes.tails }).filter(([key]) => !changes.stale.includes(key)));
    if (changes.series.length > 0 || changes.stale.length > 0) app.store.set({ tails: rest, fresh: changes });
  }

  document.addEventListener("visibilitychange", poll);
  timer = window.setTimeout(poll, PAUSE);
}
