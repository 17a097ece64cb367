// @ts-check
/** Small parts that several views have: plain tables, sections, commands, links between views. */

import { copy } from "../clipboard.js";
import { el, fill } from "../dom.js";
import { columnOf, valueAt } from "../sort.js";

/**
 * Return a plain table; a cell is a text or an element, a number column is aligned to the right.
 * @param {string[]} heads
 * @param {(string | Node)[][]} rows
 * @param {boolean[]} [right]
 * @returns {HTMLElement}
 */
export function plainTable(heads, rows, right = []) {
  const side = (/** @type {number} */ i) => ({ class: right[i] ? "number" : "" });
  const head = el("tr", {}, ...heads.map((text, i) => (text ? el("th", { scope: "col", ...side(i) }, text) : el("td"))));
  const lines = rows.map((row) => el("tr", {}, ...row.map((cell, i) => el("td", side(i), cell))));
  return el("table", { class: "plain" }, el("thead", {}, head), el("tbody", {}, ...lines));
}

/**
 * Return a part of a page with a heading.
 * @param {string} title
 * @param {...import("../dom.js").Child} children
 * @returns {HTMLElement}
 */
export function section(title, ...children) {
  return el("section", { class: "part", "aria-label": title }, el("h2", { text: title }), ...children);
}

/**
 * Return a part that is folded: its first opening asks for its content, and so does the next one if that failed.
 * @param {import("../main.js").App} app
 * @param {{class?: string, open: boolean}} attributes
 * @param {import("../dom.js").Child[]} title
 * @param {HTMLElement} box
 * @param {() => Promise<import("../dom.js").Child[]>} load  returns the content of the box
 * @returns {HTMLElement}
 */
export function foldedPart(app, attributes, title, box, load) {
  const details = el("details", { ...attributes, on: { toggle: open } }, el("summary", {}, ...title), box);
  let isFilled = false;
  function open() {
    if (!details.open || isFilled) return;
    isFilled = true;
    fill(box, el("p", { class: "muted", text: "loading" }));
    app.guarded(async () => {
      try {
        fill(box, ...(await load()));
      } catch (error) {
        isFilled = false;
        fill(box, el("p", { class: "muted", text: "it could not be loaded; close and open it to try again" }));
        throw error;
      }
    });
  }
  if (attributes.open) open();
  return details;
}

/**
 * Return how to get a document by `git track` and by plain git; a click copies a command.
 * @param {{what: string, track: string, git: string}[]} commands
 * @param {import("../main.js").App} [app]  to say that a command was copied
 * @returns {HTMLElement}
 */
export function commandList(commands, app) {
  if (commands.length === 0) return el("span");
  const code = (/** @type {string} */ text) => el("button", { type: "button", class: "command", title: "copy", on: { click: () => copy(app, text) } }, text);
  const lines = commands.map(({ what, track, git }) => el("div", {}, `${what}:  `, track && code(track), track && git && el("span", {}, "  or  "), git && code(git)));
  return el("div", { class: "commands", role: "group", "aria-label": "commands" }, ...lines);
}

/**
 * Return a link to another view.
 * @param {import("../main.js").App} app
 * @param {string} text
 * @param {object} state  what changes in the state
 * @returns {HTMLElement}
 */
export function link(app, text, state) {
  return el("button", { type: "button", class: "link", on: { click: () => app.store.set(state) } }, text);
}

/** @typedef {{id: string, detail: string | null}} Sign  what a page is about, and the state of its runs; null if unknown */

/**
 * Return the sign of a page about some runs: it changes if what the page shows of them changes.
 * @param {any} runs  the document `runs`
 * @param {string[]} keys
 * @returns {Sign}
 */
export function signOf(runs, keys) {
  const id = keys.join(" ");
  if (!runs) return { id, detail: null };
  const columns = ["status", "ended", "name", "note", "tags", "verdict.level"].map((name) => columnOf(runs, name));
  const rows = keys.map((key) => runs.keys.indexOf(key));
  return { id, detail: JSON.stringify(rows.map((row) => columns.map((column) => (column && row >= 0 ? valueAt(column, row) : null)))) };
}

/**
 * Put a page that is loaded from a document into an element.
 * @param {HTMLElement} root
 * @param {import("../main.js").App} app
 * @param {() => Promise<any>} load  returns the document
 * @param {(document: any, onEnd: (end: () => void) => void) => import("../dom.js").Child[]} content  `onEnd` takes what must be
 *   ended before the page is drawn again or removed: timers, listeners
 * @param {string[]} names  the fields of the state on which the page depends
 * @param {(state: any) => Sign} [sign]  the page stays as it is while this is equal
 * @returns {() => void} removes it
 */
export function mountPage(root, app, load, content, names, sign) {
  const page = el("div", { class: "page", tabindex: "0" }, el("p", { class: "muted", text: "loading" }));
  fill(root, page);
  page.addEventListener("blur", () => page.classList.remove("arrived"));
  let turn = 0;
  /** @type {(() => void)[]} */
  let ends = [];
  function end() {
    for (const stop of ends) stop();
    ends = [];
  }
  let last = /** @type {Sign | null} */ (null);
  let named = /** @type {string | undefined} */ (""); // what a screen reader has heard
  // A reader hears where it is, and the arrows of the keyboard scroll the page.
  function arrive() {
    named = last?.id;
    app.announce(page.querySelector("h1")?.textContent || "");
    if (document.activeElement !== document.body) return;
    page.classList.add("arrived");
    page.focus({ preventScroll: true });
  }
  let isDrawn = false;
  function refresh() {
    const now = sign ? sign(app.store.get()) : null;
    const before = last;
    last = now;
    if (now && before && now.id === before.id && (before.detail === null || now.detail === before.detail)) return;
    draw();
  }
  function draw() {
    const mine = ++turn;
    app.guarded(async () => {
      const document = await load();
      if (mine !== turn) return;
      isDrawn = true;
      end();
      fill(page, ...content(document, (stop) => ends.push(stop)));
      if (last?.id !== named) arrive();
    });
  }
  refresh();
  const beforePrint = () => isDrawn || draw(); // what is asked for while a page is printed comes at once
  addEventListener("beforeprint", beforePrint);
  const off = app.store.on(names, refresh);
  return () => {
    removeEventListener("beforeprint", beforePrint);
    turn = -1;
    end();
    off();
  };
}
