// @ts-check
/** Colours of code: a line of a language as spans of comments, strings, numbers and words of the language.  Pure. */

/** @typedef {{text: string, style: string}} Span */

const PYTHON = "and as assert async await break class continue def del elif else except False finally for from global if import in is lambda None nonlocal not or pass raise return self True try while with yield match case";
const C = "break case catch class const continue default do else enum export extends false finally fn for function if import in instanceof interface let new null of return static struct super switch this throw true try type typeof var void while async await public private protected int float double bool char auto template typename namespace using include define impl mut pub use match";
const SHELL = "if then else elif fi for while until do done case esac function in export local return set source echo exit";

/** @type {[RegExp, string, string, boolean][]} */
const LANGUAGES = [ // endings, words, how a comment begins, whether keys stand before a colon
  [/\.(py|pyi|pyx)$/i, PYTHON, "#", false],
  [/\.(js|mjs|ts|tsx|jsx|c|h|cc|cpp|hpp|cu|java|go|rs|kt|swift|cs)$/i, C, "//", false],
  [/\.(sh|bash|zsh)$/i, SHELL, "#", false],
  [/\.(ya?ml)$/i, "true false null yes no", "#", true],
  [/\.(toml|ini|cfg|conf)$/i, "true false", "#", false],
  [/\.json$/i, "true false null", "", false],
  [/(^|\/)(Makefile|Dockerfile)[^/]*$|\.(r|jl|rb|pl)$/i, `${SHELL} end def FROM RUN COPY`, "#", false],
];

/**
 * Return a function that colours the lines of a file, by the ending of its path.
 * @param {string} path
 * @returns {(line: string) => Span[]}
 */
export function painter(path) {
  const language = LANGUAGES.find(([ending]) => ending.test(path));
  if (!language) return (line) => (line ? [{ text: line, style: "" }] : []);
  const [, words, comment, hasKeys] = language;
  const known = new Set(words.split(" "));
  const start = comment && comment.replaceAll("/", "\\/");
  const parts = [
    ...(start ? [`(?<comment>${start}.*)`] : []),
    `(?<string>"(?:[^"\\\\]|\\\\.)*"?|'(?:[^'\\\\]|\\\\.)*'?)`,
    ...(hasKeys ? ["(?<key>^\\s*(?:- )?[\\w.-]+(?=:))"] : []),
    "(?<number>\\b\\d[\\w.]*)",
    "(?<word>[A-Za-z_]\\w*)",
  ];
  const token = new RegExp(parts.join("|"), "g");
  return (line) => colored(line, token, known);
}

function colored(/** @type {string} */ line, /** @type {RegExp} */ token, /** @type {Set<string>} */ known) {
  /** @type {Span[]} */
  const spans = [];
  let end = 0;
  for (const match of line.slice(0, 2000).matchAll(token)) { // a longer line is data
    const style = styleOf(/** @type {any} */ (match.groups), known);
    if (!style) continue;
    if (match.index > end) spans.push({ text: line.slice(end, match.index), style: "" });
    spans.push({ text: match[0], style });
    end = match.index + match[0].length;
  }
  if (end < line.length) spans.push({ text: line.slice(end), style: "" });
  return spans;
}

function styleOf(/** @type {Record<string, string>} */ groups, /** @type {Set<string>} */ known) {
  if (groups.word !== undefined) return known.has(groups.word) ? "code-word" : "";
  return `code-${["comment", "string", "key", "number"].find((name) => groups[name] !== undefined)}`;
}
