// @ts-check
/** The bars of the document `importance`: lengths and words.  Pure. */

/**
 * @typedef {object} Bar
 * @property {string} name  the param
 * @property {number | null} share  percent that the param explains; null if the runs do not show it
 * @property {number} low  percent, the ends of the interval of 95 %
 * @property {number} high
 * @property {string} text  the share with its interval, or why there is none
 * @property {string} relation  in which direction the metric goes with the param
 * @property {string} method
 * @property {number} runs  how many count
 */

/**
 * Return a bar per param, in the order of the document.
 * @param {any} document
 * @returns {Bar[]}
 */
export function barsOf({ weights, goal, metric }) {
  return weights.map((/** @type {any} */ weight) => {
    const { name, share, method, trials: runs } = weight;
    const [part, low, high] = [share, weight.low, weight.high].map(percent);
    const text = share === null ? weight.why : `${part} % (${low} to ${high} %)`;
    return { name, share: share === null ? null : part, low, high, text, relation: share === null ? "" : relation(weight, goal, metric), method, runs };
  });
}

function percent(/** @type {number | null} */ share) {
  return Math.round(100 * (share ?? 0));
}

// A positive correlation is one with better scores; without a goal, smaller ones are taken as better.
function relation(/** @type {any} */ { method, correlation }, /** @type {string | null} */ goal, /** @type {string} */ metric) {
  if (method !== "rank correlation" || correlation === null) return "";
  const isBetter = correlation > 0;
  if (goal) return `larger values went with ${isBetter ? "better" : "worse"} runs`;
  return `larger values went with ${isBetter ? "smaller" : "larger"} ${metric}`;
}
