// @ts-check
/** Which version was in which stage, and when.  Pure. */

/**
 * @typedef {object} Segment
 * @property {string} version
 * @property {number} from  seconds since 1970
 * @property {number | null} to  null: it is in the stage now
 */

/**
 * Return the lanes of the stages, from the history of a model.  As in GTO, the holder before takes a stage again when its
 * holder is demoted.
 * @param {any[]} history  as `git track model history --json`, the oldest first
 * @returns {{stage: string, segments: Segment[]}[]}
 */
export function lanesOf(history) {
  /** @type {Map<string, {line: any[], segments: Segment[]}>} */
  const lanes = new Map();
  let clock = -Infinity;
  for (const event of history) {
    const at = Date.parse(event.at) / 1000;
    clock = Number.isFinite(at) ? Math.max(clock, at) : clock; // clocks of clones may differ
    if (!event.stage || !["promote", "demote"].includes(event.event)) continue;
    if (!lanes.has(event.stage)) lanes.set(event.stage, { line: [], segments: [] });
    const { line, segments } = /** @type {{line: any[], segments: Segment[]}} */ (lanes.get(event.stage));
    const before = line[line.length - 1];
    const place = line.findIndex((other) => other.commit === event.commit);
    if (place >= 0) line.splice(place, 1);
    if (event.event === "promote") line.push(event);
    const holder = line[line.length - 1];
    if (holder?.commit === before?.commit) continue;
    if (before) segments[segments.length - 1].to = clock;
    if (holder) segments.push({ version: String(holder.version ?? holder.commit.slice(0, 8)), from: clock, to: null });
  }
  return [...lanes].map(([stage, { segments }]) => ({ stage, segments }));
}

/**
 * Return the segments as parts of the time from the first of them to `now`, in percent.
 * @param {{stage: string, segments: Segment[]}[]} lanes
 * @param {number} now  seconds since 1970
 * @returns {{stage: string, parts: {version: string, left: number, width: number, isNow: boolean}[]}[]}
 */
export function partsOfTime(lanes, now) {
  const start = Math.min(...lanes.flatMap(({ segments }) => segments.map(({ from }) => from)));
  const span = Math.max(1e-9, now - start);
  const percent = (/** @type {number} */ time) => Math.min(100, Math.max(0, (100 * (time - start)) / span));
  return lanes.map(({ stage, segments }) => ({
    stage,
    parts: segments.map(({ version, from, to }) => ({ version, left: percent(from), width: percent(to ?? now) - percent(from), isNow: to === null })),
  }));
}
