// @ts-check
/** The only maker of elements.  Everything that came from a run goes in as text. */

/**
 * Return a new element.
 * @param {string} tag  its name
 * @param {Record<string, any>} [properties]  attributes; `class`, `on` ({event: listener}), `style` ({name: value}),
 *   `text`; an attribute that is false, null or undefined is left out
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any}
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "text") element.textContent = String(value);
    else if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, /** @type {any} */ (listener));
    else if (name === "style") for (const [key, item] of Object.entries(value)) element.style.setProperty(key, String(item));
    else if (!name.startsWith("on")) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false).map((child) => /** @type {Node} */ (child)));
  return element;
}

/**
 * Remove the content of an element, and put other content in.
 * @param {Element} element
 * @param {...(Node | string | null | undefined | false)} children
 */
export function fill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined && child !== false).map((child) => /** @type {Node} */ (child)));
}
