// @ts-check
/** Keeps the document `runs` of the store as the state asks for. */

import { filled, hasValues } from "./known_rows.js";
import { placed, searchOf, spread, wayOf, WINDOW } from "./row_windows.js";

const PAUSE = 300; // milliseconds without a key, after which the server searches

/**
 * Ask for the runs whenever the selection changes; what is typed later wins.  Of many runs (`complete` is false) the
 * server has the order, and rows are asked for window by window: `window` of the store is the first row that is missing.
 * To search or group them all rows are asked for; of too many, the server searches.
 * @param {import("./main.js").App} app
 */
export function startLoading(app) {
  let request = new AbortController();
  let searched = ""; // the words that the server searched for
  let typing = 0;
  let every = /** @type {{selection: string, runs: any} | null} */ (null); // all rows without a query, from which those of a query are taken
  let isWhole = false; // whether all rows of many are being asked for

  async function load() {
    const mine = renew();
    const { runs } = app.store.get();
    app.store.set({ busy: true });
    await guard(mine, async () => {
      const { sort, find: words } = app.store.get();
      let find = searchOf(runs, words);
      let document = await ask(mine, { sort: runs && !runs.complete ? sort : [], find });
      if (find !== searchOf(document, words)) document = await ask(mine, { sort, find: (find = searchOf(document, words)) });
      isWhole = !document.complete && wayOf(document, app.store.get()) === "whole";
      if (isWhole) document = await ask(mine, { limit: document.total, find });
      else if (!document.complete && sort.length > 0 && (!runs || runs.complete)) document = await ask(mine, { sort, find });
      if (request !== mine) return;
      isWhole = false;
      searched = find;
      app.store.set({ runs: document.complete ? document : spread(document), window: -1, problem: null, busy: false });
      app.announce(`${document.total} runs`);
    });
  }

  async function loadWindow() {
    const { runs, window: offset, sort } = app.store.get();
    if (!runs || runs.complete || offset < 0) return;
    const mine = request;
    await guard(mine, async () => {
      const part = await ask(mine, { sort, offset, limit: WINDOW, find: searched });
      const now = app.store.get().runs;
      if (request === mine && now.total === part.total) app.store.set({ runs: placed(now, part), window: -1 });
      else if (request === mine) app.store.set({ reload: app.store.get().reload + 1 });
    });
  }

  function renew() {
    isWhole = false;
    request.abort();
    request = new AbortController();
    return request;
  }

  async function ask(/** @type {AbortController} */ mine, /** @type {object} */ more) {
    const { experiment, where, archived, only } = app.store.get();
    const params = { experiment, where, archived, run: only, ...more };
    const get = (/** @type {object} */ known) => app.data.get("runs", { ...params, ...known }, { signal: mine.signal });
    const selection = JSON.stringify([experiment, archived]);
    const known = selection === every?.selection ? every.runs : null;
    const answer = await get(known ? { known: known.state } : {});
    const document = (hasValues(answer) ? answer : known && filled(answer, known)) ?? await get({});
    if (document.complete && document.state && !where) every = { selection, runs: document };
    return document;
  }

  async function guard(/** @type {AbortController} */ mine, /** @type {() => Promise<void>} */ action) {
    try {
      await action();
    } catch (error) {
      if (request !== mine || !(error instanceof Error) || error.name === "AbortError") return;
      app.store.set({ problem: error, busy: false });
      app.announce(error.message);
    }
  }

  app.store.on(["experiment", "where", "archived", "reload"], load);
  app.store.on(["window"], loadWindow);
  app.store.on(["find"], ({ runs, find }) => {
    clearTimeout(typing);
    if (runs && searchOf(runs, find) !== searched) typing = window.setTimeout(load, PAUSE);
  });
  app.store.on(["find", "group"], (state) => {
    if (searchOf(state.runs, state.find) !== searched) return;
    if (state.runs && !state.runs.complete && !isWhole && wayOf(state.runs, state) === "whole") load();
  });
  app.store.on(["sort"], (state) => {
    if (state.runs && !state.runs.complete) load();
  });
  load();
}
