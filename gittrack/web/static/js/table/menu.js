// @ts-check
/** A button that opens a small box below it; a click elsewhere or Escape closes it. */

import { el, fill } from "../dom.js";

/**
 * Return a menu.
 * @param {string} label
 * @param {(close: () => void) => import("../dom.js").Child[]} content  returns what is in the box; called when it opens
 * @returns {any} the element
 */
export function createMenu(label, content) {
  const box = el("div", { class: "menu-box" });
  const menu = el("details", { class: "menu" }, el("summary", { role: "button" }, label), box);
  const close = () => {
    menu.open = false;
  };
  const outside = (/** @type {Event} */ event) => menu.contains(/** @type {Node} */ (event.target)) || close();
  const escape = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
    menu.firstChild.focus();
  };
  menu.addEventListener("toggle", () => {
    if (menu.open) fill(box, ...content(close));
    const change = menu.open ? "addEventListener" : "removeEventListener";
    document[change]("pointerdown", outside);
    document[change]("keydown", /** @type {any} */ (escape), true);
  });
  return menu;
}
