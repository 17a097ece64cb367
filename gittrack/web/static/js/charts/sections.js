// @ts-check
/** Which charts there are, in which order: sections by the prefix of a metric's name.  Pure. */

/**
 * Return the sections of charts: pinned ones first, then metrics without a prefix, then one section per prefix.
 * @param {string[]} metrics
 * @param {string} filter  only metrics whose name contains this text, in any case
 * @param {string[]} pinned
 * @returns {{name: string, metrics: string[]}[]}
 */
export function sections(metrics, filter, pinned) {
  const text = filter.toLowerCase();
  const chosen = metrics.filter((metric) => metric.toLowerCase().includes(text)).sort();
  /** @type {Map<string, string[]>} */
  const groups = new Map([["pinned", []], ["", []]]);
  for (const metric of chosen) {
    const end = metric.indexOf("/");
    const name = pinned.includes(metric) ? "pinned" : end > 0 ? `${metric.slice(0, end)}/` : "";
    groups.set(name, [...(groups.get(name) || []), metric]);
  }
  return [...groups].filter(([, names]) => names.length > 0).map(([name, names]) => ({ name, metrics: names }));
}
