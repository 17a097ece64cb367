// @ts-check
/** One stable colour per run, from a palette that colour-blind people can tell apart.  Pure. */

// Okabe and Ito 2008, and the muted scheme of Tol 2021, without their yellows, which are too light on white.
const PALETTE = [
  "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00",
  "#882255", "#117733", "#332288", "#aa4499", "#44aa99", "#999933",
];

/**
 * Return the colour of a run: always the same one for the same run.
 * @param {string} key
 */
export function colorOf(key) {
  let hash = 2166136261;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 16777619);
  return PALETTE[(hash >>> 0) % PALETTE.length];
}

/**
 * Return a colour for each of a few runs: its own one, or, if that is taken, the next free one.
 * @param {string[]} keys
 * @returns {Map<string, string>}
 */
export function colorsOf(keys) {
  /** @type {Map<string, string>} */
  const colors = new Map();
  const taken = new Set();
  for (const key of [...keys].sort()) {
    const first = PALETTE.indexOf(colorOf(key));
    const free = PALETTE.map((_, i) => PALETTE[(first + i) % PALETTE.length]).find((color) => !taken.has(color));
    const color = free ?? PALETTE[first];
    if (free) taken.add(free);
    colors.set(key, color);
  }
  return colors;
}
