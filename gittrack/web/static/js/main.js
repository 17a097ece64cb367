// @ts-check
/** Start: read `start`, make the store, and mount the view that the address names. */

import { followPrinting } from "./canvas.js";
import { openData } from "./data.js";
import { el, fill } from "./dom.js";
import { listenToKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startLoading } from "./loader.js";
import { decode, defaults, encode } from "./state.js";
import { createStore } from "./store.js";
import { createTop } from "./top.js";
import { mount as mountCompare } from "./views/compare.js";
import { mount as mountImportance } from "./views/importance.js";
import { mount as mountModels } from "./views/models.js";
import { mount as mountParallel } from "./views/parallel.js";
import { mount as mountRun } from "./views/run.js";
import { mount as mountRuns } from "./views/runs.js";
import { mount as mountScatter } from "./views/scatter.js";
import { mount as mountSearch } from "./views/search.js";
import { mount as mountSweep } from "./views/sweep.js";

/**
 * @typedef {object} App
 * @property {import("./data.js").Data} data
 * @property {import("./store.js").Store} store
 * @property {(text: string) => void} announce  say something to a screen reader
 * @property {(action: () => any) => void} guarded  run an action, and show its error in the bar
 */

/** @type {Record<string, (root: HTMLElement, app: App) => () => void>} */
const VIEWS = {
  runs: mountRuns, run: mountRun, compare: mountCompare, sweep: mountSweep, models: mountModels, search: mountSearch,
  scatter: mountScatter, parallel: mountParallel, importance: mountImportance,
};

// Milliseconds without a change, after which the address follows: of 50 columns a browser takes 15 ms of CPU for it, and
// the bar of addresses is painted again.
const PAUSE = 1000;

const LEFT = `left ${location.pathname}`; // in the storage of the tab: when it was left, and its state then
const RELOAD = 60_000; // milliseconds that a reload takes at most

// The part of the state that is not in the address.
const transient = {
  runs: null, // the document `runs`; of many runs, a key is null until its row is there
  window: -1, // the first row of many that is missing
  groupWindow: -1, // the first group of many runs that is missing
  curves: {}, // {metric: Curve[]}, see charts/curves.js
  curvesOf: [], // the keys of the runs that they were asked for
  tails: {}, // {key: how far a live run was read}
  fresh: null, // the points that live runs logged since the last look
  reload: 0, // grows if the runs must be asked for again
  order: [], // the keys of the table from top to bottom
  cursor: "", // the key of the marked row
  colors: new Map(), // {key: colour} of runs whose own colours would be equal
  cross: null, // {metric, x}: where the pointer is on a chart
  hover: "", // the key of the run under the pointer
  busy: false,
  offline: false,
  problem: null,
};

async function main() {
  const data = openData();
  const start = await data.get("start");
  const { runs: only = [], ...first } = start.initial;
  const initial = { ...defaults, ...first };
  const store = createStore({ ...decode(kept() ?? location.hash, initial), ...transient, only, start });
  const spoken = el("div", { class: "hidden-text", role: "status", "aria-live": "polite" });
  /** @type {App} */
  const app = {
    data,
    store,
    announce: (text) => fill(spoken, text),
    guarded: (action) => Promise.resolve().then(action).catch((error) => store.set({ problem: error })),
  };
  const root = el("main");
  const title = `${start.title || "runs"} · gittrack`;
  if (document.title !== title) document.title = title; // a server has sent it
  fill(document.body, createTop(app, start), root, spoken, listenToKeys(app));
  followAddress(store, initial);
  followPrinting();
  showView(root, app);
  startLoading(app);
  if (app.data.live) startLive(app);
}

function showView(/** @type {HTMLElement} */ root, /** @type {App} */ app) {
  let unmount = () => {};
  function change() {
    unmount();
    unmount = (VIEWS[app.store.get().view] || mountRuns)(root, app);
  }
  app.store.on(["view", "target"], change);
  change();
}

function followAddress(/** @type {import("./store.js").Store} */ store, /** @type {import("./state.js").State} */ initial) {
  const names = Object.keys(defaults);
  let waiting = /** @type {import("./state.js").State | null} */ (null); // a state that is not in the address yet
  let timer = 0;

  function write(/** @type {"pushState" | "replaceState"} */ how, /** @type {import("./state.js").State} */ state) {
    const address = new URL(location.href);
    if (hasToken()) address.searchParams.delete("token"); // it is in a cookie now, and need not be in the history
    const hash = encode(state, initial);
    if (hash !== encode(decode(location.hash, initial), initial)) address.hash = hash; // else it may be written in another way
    if (address.href === location.href) return;
    try {
      history[how](null, "", address);
    } catch {
      // a page in a frame of a notebook has no address of its own
    }
  }

  function flush() {
    clearTimeout(timer);
    if (waiting) write("replaceState", waiting);
    waiting = null;
  }

  function later() {
    clearTimeout(timer);
    waiting = store.get();
    timer = window.setTimeout(flush, PAUSE);
  }

  store.on(names, (state, changed) => {
    const isStep = changed.has("view") || changed.has("target");
    if (!isStep) return later();
    flush(); // so that the way back leads to what was shown
    write("pushState", state);
  });
  store.on(["runs", "curves"], () => waiting && later()); // what was asked for is still coming
  if (hasToken()) later();
  addEventListener("blur", flush); // the user may go to the address to copy it
  document.addEventListener("visibilitychange", () => document.hidden && flush()); // a hidden tab may be ended without an event
  addEventListener("pagehide", () => {
    flush();
    keep(encode(store.get(), initial));
  });
  for (const event of ["popstate", "hashchange"]) {
    addEventListener(event, () => {
      waiting = null; // it is of another place in the history
      store.set(decode(location.hash, initial));
      if (hasToken()) later();
    });
  }
}

function hasToken() {
  return new URL(location.href).searchParams.has("token");
}

// A reload is of the address that there was when it began, so the last state goes another way.
function keep(/** @type {string} */ hash) {
  try {
    sessionStorage.setItem(LEFT, `${Date.now()} ${hash}`);
  } catch {
    // a page in a frame of a notebook may not store anything
  }
}

function kept() {
  const [how] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  if (how?.type !== "reload") return null;
  try {
    const [time, hash = ""] = (sessionStorage.getItem(LEFT) ?? "").split(" ");
    sessionStorage.removeItem(LEFT); // a tab that ends without an event is loaded again by its address
    if (!(Date.now() - Number(time) < RELOAD)) return null;
    history.replaceState(null, "", `#${hash}`);
    return hash;
  } catch {
    return null;
  }
}

main().catch((error) => {
  fill(document.body, el("p", { class: "problem", role: "alert", text: [error.message, error.hint].filter(Boolean).join("\n") }));
});
