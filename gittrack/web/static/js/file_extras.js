// @ts-check
/** What a page that is one file holds only if its sender asked for it: code, and the content of artifacts.  Pure. */

import { decode } from "./pack.js";
import { reversed } from "./patch.js";

/**
 * Return the difference between two states of the code, as the document `compare` has it; null if the file does not hold it.
 * @param {Record<string, any> | undefined} held  {`BEFORE AFTER`: the difference}; one direction of each pair
 * @param {string | null} before
 * @param {string | null} after
 */
export function codeBetween(held, before, after) {
  if (!held || before === after) return null;
  if (!before || !after) return { problem: "one of the runs has no commit", patch: "", stat: "" };
  const direct = held[`${before} ${after}`];
  const back = held[`${after} ${before}`];
  if (direct || !back) return direct ?? null;
  return { ...back, patch: reversed(back.patch), stat: turned(back.stat) };
}

// `1 file changed, 2 insertions(+), 3 deletions(-)` in the other direction
function turned(/** @type {string} */ stat) {
  const count = (/** @type {string} */ word) => Number(new RegExp(`(\\d+) ${word}`).exec(stat)?.[1] ?? 0);
  const [removed, added] = [count("insertion"), count("deletion")];
  const part = (/** @type {number} */ number, /** @type {string} */ word, /** @type {string} */ sign) => number > 0 && `${number} ${word}${number === 1 ? "" : "s"}(${sign})`;
  return [stat.split(",")[0], part(added, "insertion", "+"), part(removed, "deletion", "-")].filter(Boolean).join(", ");
}

/**
 * Return the address of the content of an artifact; null if the file does not hold it.
 * @param {Record<string, any>} documents
 * @param {any} output
 */
export function contentAddress(documents, output) {
  const content = documents.contents?.[output.oid];
  return content ? `data:${content.kind};base64,${content.data}` : null;
}

/**
 * Return a text among the artifacts in the form of the document `log`; undefined if the file does not hold it.
 * @param {Record<string, any>} documents
 * @param {string} oid
 */
export function textOf(documents, oid) {
  const content = documents.contents?.[oid];
  if (!content) return undefined;
  const bytes = decode(content.data);
  return { text: new TextDecoder().decode(bytes), from: 0, to: bytes.length, size: bytes.length, first: 0, live: false };
}

/**
 * Return the artifacts of runs by their paths, as the document `compare` has them.
 * @param {Record<string, any>} documents
 * @param {string[]} keys
 */
export function artifactsOf(documents, keys) {
  const runs = keys.map((key) => new Map((documents.outputs?.[key] ?? []).map((/** @type {any} */ item) => [item.path, item])));
  const paths = [...new Set(runs.flatMap((items) => [...items.keys()]))].sort();
  return paths.map((path) => {
    const items = runs.map((of) => of.get(path) ?? null);
    const equal = items.every((item) => item?.oid && item.oid === items[0].oid);
    return { path, preview: items.find(Boolean).preview, items, equal, git: "" };
  });
}
