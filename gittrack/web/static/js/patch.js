// @ts-check
/** A patch of git as files, each with its lines and their numbers.  Pure. */

/**
 * @typedef {object} PatchLine
 * @property {string} kind  added, removed, same, hunk or note
 * @property {string} text  without the first character of a line of code
 * @property {number | null} before  its number in the first version
 * @property {number | null} after  its number in the second version
 */

/** @typedef {{path: string, lines: PatchLine[], added: number, removed: number}} PatchFile */

const KINDS = /** @type {Record<string, string>} */ ({ "+": "added", "-": "removed", " ": "same" });

/**
 * Return the files of a patch.
 * @param {string} patch  as `git diff` prints it
 * @returns {PatchFile[]}
 */
export function filesOf(patch) {
  /** @type {PatchFile[]} */
  const files = [];
  let file = /** @type {PatchFile | null} */ (null);
  let left = [0, 0]; // lines of the hunk that are still to come, before and after
  let at = [0, 0];
  const lines = patch.split("\n");
  if (lines[lines.length - 1] === "") lines.pop();
  for (const text of lines) {
    const kind = left[0] + left[1] > 0 ? KINDS[text[0]] ?? (text === "" ? "same" : "") : "";
    if (kind && file) {
      const [isOld, isNew] = [kind !== "added", kind !== "removed"];
      file.lines.push({ kind, text: text.slice(1), before: isOld ? at[0]++ : null, after: isNew ? at[1]++ : null });
      left = [left[0] - Number(isOld), left[1] - Number(isNew)];
      if (kind === "added") file.added++;
      if (kind === "removed") file.removed++;
      continue;
    }
    if (text.startsWith("diff ")) files.push((file = { path: pathOf(text), lines: [], added: 0, removed: 0 }));
    if (!file) files.push((file = { path: "", lines: [], added: 0, removed: 0 }));
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text);
    if (hunk) {
      at = [Number(hunk[1]), Number(hunk[3])];
      left = [Number(hunk[2] ?? 1), Number(hunk[4] ?? 1)];
    }
    if (/^(diff|index|--- |\+\+\+ )/.test(text)) file.path = /^\+\+\+ b\/(.*?)\t?$/.exec(text)?.[1] ?? file.path;
    else file.lines.push({ kind: hunk ? "hunk" : "note", text, before: null, after: null });
  }
  return files;
}

function pathOf(/** @type {string} */ line) {
  return / b\/(.*)$/.exec(line)?.[1] ?? line;
}
