// @ts-check
/** Small parts that several views have: plain tables, sections, commands, links between views. */

import { el, fill } from "../dom.js";

/**
 * Return a plain table; a cell is a text or an element, a number column is aligned to the right.
 * @param {string[]} heads
 * @param {(string | Node)[][]} rows
 * @param {boolean[]} [right]
 * @returns {HTMLElement}
 */
export function plainTable(heads, rows, right = []) {
  const side = (/** @type {number} */ i) => ({ class: right[i] ? "number" : "" });
  const head = el("tr", {}, ...heads.map((text, i) => el("th", { scope: "col", ...side(i) }, text)));
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
 * Return how to get a document by `git track` and by plain git.
 * @param {{what: string, track: string, git: string}[]} commands
 * @returns {HTMLElement}
 */
export function commandList(commands) {
  if (commands.length === 0) return el("span");
  const lines = commands.map((command) => el("div", {}, `${command.what}:  ${command.track}${command.git ? `    or  ${command.git}` : ""}`));
  return el("div", { class: "commands" }, ...lines);
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

/**
 * Put a page that is loaded from a document into an element.
 * @param {HTMLElement} root
 * @param {import("../main.js").App} app
 * @param {() => Promise<any>} load  returns the document
 * @param {(document: any, onEnd: (end: () => void) => void) => import("../dom.js").Child[]} draw  `onEnd` takes what must be
 *   ended before the page is drawn again or removed: timers, listeners
 * @param {string[]} names  the fields of the state on which the page depends
 * @returns {() => void} removes it
 */
export function mountPage(root, app, load, draw, names) {
  const page = el("div", { class: "page", tabindex: "0" }, el("p", { class: "muted", text: "loading" }));
  fill(root, page);
  let turn = 0;
  /** @type {(() => void)[]} */
  let ends = [];
  function end() {
    for (const stop of ends) stop();
    ends = [];
  }
  function refresh() {
    const mine = ++turn;
    app.guarded(async () => {
      const document = await load();
      if (mine !== turn) return;
      end();
      fill(page, ...draw(document, (stop) => ends.push(stop)));
    });
  }
  refresh();
  const off = app.store.on(names, refresh);
  return () => {
    turn = -1;
    end();
    off();
  };
}
