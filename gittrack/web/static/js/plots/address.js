// @ts-check
/** The field `axes` of the state: what the plots show, as `name=value&...`; each plot keeps the names of the others.  Pure. */

/**
 * Return the settings of the plots.
 * @param {string} axes
 * @returns {Record<string, string>}
 */
export function settings(axes) {
  return Object.fromEntries(new URLSearchParams(axes));
}

/**
 * Return the field with some settings changed; null removes one.
 * @param {string} axes
 * @param {Record<string, string | null>} patch
 */
export function changed(axes, patch) {
  const fields = new URLSearchParams(axes);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) fields.delete(name);
    else fields.set(name, value);
  }
  return fields.toString();
}
