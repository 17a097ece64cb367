// @ts-check
/** Keeps the document `runs` of the store as the state asks for. */

/**
 * Ask for the runs whenever the selection changes; what is typed later wins.
 * @param {import("./main.js").App} app
 */
export function startLoading(app) {
  /** @type {AbortController | null} */
  let request = null;

  async function load() {
    request?.abort();
    const mine = (request = new AbortController());
    const { experiment, where, archived, sort, runs, only } = app.store.get();
    app.store.set({ busy: true });
    const order = runs && !runs.complete ? sort : [];
    try {
      const document = await app.data.get("runs", { experiment, where, archived, sort: order, run: only }, { signal: mine.signal });
      if (request !== mine) return;
      app.store.set({ runs: document, problem: null, busy: false });
      app.announce(`${document.total} runs`);
    } catch (error) {
      if (request !== mine || !(error instanceof Error) || error.name === "AbortError") return;
      app.store.set({ problem: error, busy: false });
      app.announce(error.message);
    }
  }

  app.store.on(["experiment", "where", "archived", "reload"], load);
  app.store.on(["sort"], (state) => {
    if (state.runs && !state.runs.complete) load();
  });
  load();
}
