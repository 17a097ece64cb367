// @ts-check
/** The only maker of elements.  Everything that came from a run goes in as text, and cannot hide or reorder text. */

import { escape } from "./format.js";

/** @typedef {Node | string | null | undefined | false} Child */

const WORDS = new Set(["title", "aria-label", "alt", "placeholder"]); // attributes that people read

/**
 * Return a new element.
 * @param {string} tag  its name
 * @param {Record<string, any>} [properties]  attributes; `class`, `on` ({event: listener}), `style` ({name: value}),
 *   `text`; an attribute that is false, null or undefined is left out
 * @param {...Child} children
 * @returns {any}
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "text") element.textContent = readable(String(value));
    else if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, /** @type {any} */ (listener));
    else if (name === "style") for (const [key, item] of Object.entries(value)) element.style.setProperty(key, String(item));
    else if (!name.startsWith("on")) element.setAttribute(name, attribute(name, value));
  }
  element.append(...nodes(children));
  return element;
}

/**
 * Change attributes of an element; one that is false, null or undefined is removed.
 * @param {Element} element
 * @param {Record<string, any>} attributes
 */
export function change(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) element.removeAttribute(name);
    else if (!name.startsWith("on")) element.setAttribute(name, attribute(name, value));
  }
}

/**
 * Change a text on the page.
 * @param {Text} node
 * @param {string} text
 */
export function changeText(node, text) {
  node.data = readable(text);
}

/**
 * Remove the content of an element, and put other content in.
 * @param {Element} element
 * @param {...Child} children
 */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
}

/**
 * Return text in which characters that steer, hide or reorder text are escapes; line breaks and tabs stay.
 * @param {string} text
 */
export function readable(text) {
  if (/^[\x20-\x7e]*$/.test(text)) return text; // nearly all text
  return text.split(/([\n\t])/).map((part, i) => (i % 2 ? part : escape(part))).join("");
}

function attribute(/** @type {string} */ name, /** @type {any} */ value) {
  if (value === true) return "";
  return WORDS.has(name) ? readable(String(value)) : String(value);
}

function nodes(/** @type {Child[]} */ children) {
  const present = children.filter((child) => child !== null && child !== undefined && child !== false);
  return present.map((child) => (typeof child === "string" ? readable(child) : /** @type {Node} */ (child)));
}
