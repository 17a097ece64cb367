// @ts-check
/** The search in a log: a field, the next and the previous line that has the words, and marks on them. */

import { withoutControls } from "../console.js";
import { el, fill } from "../dom.js";

/**
 * Return the search.
 * @param {import("../main.js").App} app
 * @param {(words: string) => Promise<{matches: number[], total: number}>} search  returns the bytes at which lines begin
 * @param {(at: number) => any} show  brings a line into sight
 * @returns {{element: HTMLElement, mark: (lines: Element[]) => void}}
 */
export function createFind(app, search, show) {
  const input = el("input", { type: "search", "aria-label": "search in the log", placeholder: "search", on: { keydown: pressed, input: () => (wanted = null) } });
  const count = el("span", { class: "muted", role: "status" });
  const button = (/** @type {string} */ text, /** @type {string} */ label, /** @type {number} */ by) => el("button", { type: "button", "aria-label": label, title: label, on: { click: () => app.guarded(() => step(by)) } }, text);
  const element = el("span", {}, input, button("↑", "previous line with these words", -1), button("↓", "next line with these words", 1), count);
  /** @type {{words: string, matches: number[], total: number, at: number} | null} */
  let wanted = null;
  /** @type {Element[]} */
  let painted = [];

  function pressed(/** @type {KeyboardEvent} */ event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    app.guarded(() => step(event.shiftKey ? -1 : 1));
  }

  async function step(/** @type {number} */ by) {
    const words = input.value;
    if (!words) return clear();
    if (!wanted) {
      const { matches, total } = await search(words);
      wanted = { words, matches, total, at: by > 0 ? -1 : 0 };
    }
    const { matches, total } = wanted;
    if (matches.length === 0) return fill(count, "no line has this");
    wanted.at = (wanted.at + by + matches.length) % matches.length;
    fill(count, ` ${wanted.at + 1} of ${total} lines`, total > matches.length && `, the first ${matches.length} can be reached`);
    await show(matches[wanted.at]); // it may show other lines
    mark(painted);
  }

  function clear() {
    wanted = null;
    fill(count);
    mark(painted);
  }

  /** Mark those of some lines that have the words. */
  function mark(/** @type {Element[]} */ lines) {
    painted = lines;
    const words = wanted ? wanted.words.toLowerCase() : "";
    for (const line of lines) line.classList.toggle("match", words !== "" && withoutControls(line.textContent || "").toLowerCase().includes(words));
  }

  return { element, mark };
}
