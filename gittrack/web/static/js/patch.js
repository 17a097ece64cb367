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

/**
 * Return the patch that leads back: from the second version to the first one.
 * @param {string} patch  as `git diff` prints it
 */
export function reversed(patch) {
  const lines = patch.split("\n");
  /** @type {string[]} */
  const result = [];
  for (let i = 0; i < lines.length; ) {
    const hunk = /^@@ -(\S+) \+(\S+) @@(.*)$/.exec(lines[i]);
    if (!hunk) {
      i += headOf(lines, i, result);
      continue;
    }
    result.push(`@@ -${hunk[2]} +${hunk[1]} @@${hunk[3]}`);
    const left = [hunk[1], hunk[2]].map((range) => Number(range.split(",")[1] ?? 1));
    for (i++; left[0] + left[1] > 0 || lines[i]?.startsWith("\\"); ) {
      const block = { "-": /** @type {string[]} */ ([]), "+": /** @type {string[]} */ ([]) };
      let sign = /** @type {"-" | "+" | ""} */ ("");
      for (; i < lines.length && /^[-+\\]/.test(lines[i]) && (lines[i][0] === "\\" || left[lines[i][0] === "-" ? 0 : 1] > 0); i++) {
        if (lines[i][0] !== "\\") {
          sign = /** @type {"-" | "+"} */ (lines[i][0]);
          left[sign === "-" ? 0 : 1]--;
        }
        if (sign) block[sign].push(lines[i]);
        else result.push(lines[i]); // it is about an equal line
      }
      result.push(...block["+"].map((line) => line.replace(/^\+/, "-")), ...block["-"].map((line) => line.replace(/^-/, "+")));
      if (left[0] + left[1] === 0) continue;
      if (i >= lines.length) break;
      result.push(lines[i++]);
      left[0]--;
      left[1]--;
    }
  }
  return result.join("\n");
}

// Turn one line, or two that belong together, before the first hunk of a file; returns how many.
function headOf(/** @type {string[]} */ lines, /** @type {number} */ i, /** @type {string[]} */ result) {
  const [line, next = ""] = [lines[i], lines[i + 1]];
  const turned = (/** @type {string} */ path, /** @type {string} */ side) => path.replace(/^"?[ab]\//, (start) => start.replace(/[ab]\//, side));
  if (line.startsWith("--- ") && next.startsWith("+++ ")) {
    result.push(`--- ${turned(next.slice(4), "a/")}`, `+++ ${turned(line.slice(4), "b/")}`);
    return 2;
  }
  if (line.startsWith("old mode ") && next.startsWith("new mode ")) {
    result.push(next.replace("new", "old"), line.replace("old", "new"));
    return 2;
  }
  const words = /** @type {Record<string, string>} */ ({ new: "deleted", deleted: "new" });
  result.push(line.replace(/^index ([0-9a-f]+)\.\.([0-9a-f]+)/, "index $2..$1").replace(/^(new|deleted)(?= file mode )/, (word) => words[word]));
  return 1;
}
