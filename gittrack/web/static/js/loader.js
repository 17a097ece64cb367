// @ts-check
/** Keeps the document `runs` of the store as the state asks for. */

import { inGroups, placedGroups, placedMembers } from "./group_windows.js";
import { filled, hasValues } from "./known_rows.js";
import { placed, searchOf, spread, wayOf, WINDOW } from "./row_windows.js";
import { columnsOf } from "./table/columns.js";

const PAUSE = 300; // milliseconds without a key, after which the server searches

/**
 * Ask for the runs whenever the selection changes; what is typed later wins.  Of many runs (`complete` is false) the
 * server has the order, and rows are asked for window by window: `window` of the store is the first row that is missing.
 * To search or group them all rows are asked for; of too many, the server searches, and it makes the groups.
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
      const { sort, find: words, group } = app.store.get();
      const isOrdered = group.length === 0 && runs && !runs.complete; // an order takes long
      let find = searchOf(runs, words);
      let document = await ask(mine, { sort: isOrdered ? sort : [], find });
      if (find !== searchOf(document, words)) document = await ask(mine, { sort: isOrdered ? sort : [], find: (find = searchOf(document, words)) });
      const way = document.complete ? "complete" : wayOf(document, app.store.get());
      isWhole = way === "whole";
      if (isWhole) document = await ask(mine, { limit: document.total, find });
      else if (way === "groups") document = await askGroups(mine, document, find);
      else if (way === "windows" && sort.length > 0 && !isOrdered) document = await ask(mine, { sort, find });
      if (request !== mine) return;
      isWhole = false;
      searched = find;
      app.store.set({ runs: document.complete || document.groups ? document : spread(document), window: -1, groupWindow: -1, problem: null, busy: false });
      app.announce(document.groups ? `${document.total} runs in ${document.groups.total} groups` : `${document.total} runs`);
    });
  }

  async function loadWindow() {
    const { runs, window: offset, sort } = app.store.get();
    if (!runs || runs.complete || offset < 0) return;
    const mine = request;
    await guard(mine, async () => {
      const part = await (runs.groups ? app.data.get("members", { ...runs.groups.request, offset, limit: WINDOW }, { signal: mine.signal }) : ask(mine, { sort, offset, limit: WINDOW, find: searched }));
      const now = app.store.get().runs;
      if (request === mine && now.total === part.total) app.store.set({ runs: (now.groups ? placedMembers : placed)(now, part), window: -1 });
      else if (request === mine) app.store.set({ reload: app.store.get().reload + 1 });
    });
  }

  async function askGroups(/** @type {AbortController} */ mine, /** @type {any} */ document, /** @type {string} */ find) {
    const state = app.store.get();
    const { experiment, where, archived, sort, group } = state;
    const [known, columns] = [{ experiment, where, archived, sort, group, find }, columnsOf(document, state).map((column) => column.name)];
    return inGroups(document, await app.data.get("groups", { ...known, column: columns }, { signal: mine.signal }), known, columns);
  }

  async function loadGroupWindow() {
    const { runs, groupWindow: offset } = app.store.get();
    if (!runs?.groups || offset < 0) return;
    const mine = request;
    await guard(mine, async () => {
      const { request: known, columns, total } = runs.groups;
      const part = await app.data.get("groups", { ...known, column: columns, offset }, { signal: mine.signal });
      const now = app.store.get().runs;
      if (request !== mine || !now.groups) return;
      if (part.total === total && part.runs === now.total) app.store.set({ runs: placedGroups(now, part), groupWindow: -1 });
      else app.store.set({ reload: app.store.get().reload + 1 });
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
  app.store.on(["groupWindow"], loadGroupWindow);
  app.store.on(["find", "group"], (state) => {
    const { runs } = state;
    if (!runs || runs.complete || isWhole || searchOf(runs, state.find) !== searched) return;
    if (runs.groups || wayOf(runs, state) !== "windows") load();
  });
  app.store.on(["columns"], (state) => {
    const { groups } = state.runs ?? {};
    if (groups && !columnsOf(state.runs, state).every(({ name }) => groups.columns.includes(name))) load();
  });
  app.store.on(["sort"], (state) => {
    if (state.runs && !state.runs.complete) load();
  });
  load();
}
