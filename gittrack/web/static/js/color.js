// @ts-check
/** One stable colour per run, from a palette that colour-blind people can tell apart.  Pure. */

// Okabe and Ito 2008, and the muted scheme of Tol 2021, without their yellows, which are too light on white, and with a
// lighter wine and indigo, which would be too dark on black.
const PALETTE = [
  "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00",
  "#b33a6a", "#117733", "#6655cc", "#aa4499", "#44aa99", "#999933",
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
 * Return a colour for each of some runs: the one that it had before, if no other of them has it; else its own one, or, if that
 * is taken, the next free one; of more runs than colours, each colour is taken again only if all are.
 * @param {string[]} keys
 * @param {Map<string, string>} [before]  colours that runs had before
 * @returns {Map<string, string>}
 */
export function colorsOf(keys, before = new Map()) {
  /** @type {Map<string, string>} */
  const colors = new Map();
  const taken = new Set();
  const ordered = [...keys].sort();
  for (const key of ordered) {
    const color = before.get(key);
    if (color === undefined || taken.has(color)) continue;
    taken.add(color);
    colors.set(key, color);
  }
  for (const key of ordered.filter((other) => !colors.has(other))) {
    if (taken.size === PALETTE.length) taken.clear();
    const first = PALETTE.indexOf(colorOf(key));
    const color = PALETTE.map((_, i) => PALETTE[(first + i) % PALETTE.length]).find((other) => !taken.has(other)) ?? PALETTE[first];
    taken.add(color);
    colors.set(key, color);
  }
  return colors;
}

const DASHES = [[], [7, 3], [2, 2]];
const MOST_DASHED = 20; // lines

/**
 * Return the dashes of lines whose colour another line has too; on more than 20 lines they would be mush, so there are none.
 * @param {string[]} keys
 * @param {Map<string, string>} colors
 * @returns {Map<string, number[]>}
 */
export function dashesOf(keys, colors) {
  if (keys.length > MOST_DASHED) return new Map();
  /** @type {Map<string, number>} */
  const uses = new Map();
  /** @type {Map<string, number[]>} */
  const dashes = new Map();
  for (const key of [...keys].sort()) {
    const color = colors.get(key) ?? colorOf(key);
    const use = uses.get(color) ?? 0;
    uses.set(color, use + 1);
    dashes.set(key, DASHES[Math.min(use, DASHES.length - 1)]);
  }
  return dashes;
}
