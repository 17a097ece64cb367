// @ts-check
/** Nested values by dotted names.  Pure. */

/**
 * Return a mapping without mappings in it: `{a: {b: 1}}` is `{"a.b": 1}`; an empty mapping stays.
 * @param {any} value
 * @param {string} [prefix]
 * @returns {Record<string, any>}
 */
export function flattened(value, prefix = "") {
  /** @type {Record<string, any>} */
  const flat = Object.create(null); // a param may be named `__proto__`
  for (const [name, item] of Object.entries(value || {})) {
    const isNested = item !== null && typeof item === "object" && !Array.isArray(item) && Object.keys(item).length > 0;
    if (isNested) Object.assign(flat, flattened(item, `${prefix}${name}.`));
    else flat[prefix + name] = item;
  }
  return flat;
}
