// @ts-check
/** One observable state; views talk to each other only through it.  Pure. */

/**
 * @typedef {object} Store
 * @property {() => any} get  the state
 * @property {(patch: object) => void} set  change some fields; listeners of those that changed are called once
 * @property {(names: string[], listener: (state: any, changed: Set<string>) => void) => () => void} on
 *   call a listener whenever one of the fields changes; returns the function that ends it
 */

/**
 * Return a store.  A listener that sets further fields is fine: the rest is told afterwards.
 * @param {object} initial
 * @returns {Store}
 */
export function createStore(initial) {
  /** @type {Record<string, any>} */
  let state = { ...initial };
  /** @type {Set<{names: Set<string>, listener: Function}>} */
  const listeners = new Set();
  /** @type {Set<string>[]} */
  const waiting = [];
  let busy = false;

  function set(/** @type {Record<string, any>} */ patch) {
    const changed = new Set(Object.keys(patch).filter((name) => !same(state[name], patch[name])));
    if (changed.size === 0) return;
    state = { ...state, ...patch };
    waiting.push(changed);
    if (busy) return;
    busy = true;
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) announce(next);
    } finally {
      busy = false;
      waiting.length = 0;
    }
  }

  function announce(/** @type {Set<string>} */ changed) {
    for (const entry of [...listeners]) {
      if (listeners.has(entry) && [...changed].some((name) => entry.names.has(name))) entry.listener(state, changed);
    }
  }

  return {
    get: () => state,
    set,
    on(names, listener) {
      const entry = { names: new Set(names), listener };
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
  };
}

/**
 * Say whether two fields are equal: by identity, and lists and maps by their items.
 * @param {any} a
 * @param {any} b
 */
function same(a, b) {
  if (Object.is(a, b)) return true;
  if (a instanceof Map && b instanceof Map) return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => Object.is(item, b[i]));
}
