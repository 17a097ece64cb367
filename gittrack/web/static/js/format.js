// @ts-check
/** Values as text for people: the rules of `show/terminal/text.py`.  Pure. */

const UNSAFE = /[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\uffff]/g;

/**
 * Return text in which each character that could reorder or hide text is an escape.
 * @param {string} text
 */
export function escape(text) {
  if (/^[\x20-\x7e]*$/.test(text)) return text; // nearly all text
  return text.replace(/[\ud800-\udbff][\udc00-\udfff]|[^]/g, (char) => (char.length === 2 ? char : char.replace(UNSAFE, escaped)));
}

function escaped(/** @type {string} */ char) {
  const code = char.charCodeAt(0);
  return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/**
 * Return a number as Python's `{:.5g}` writes it.
 * @param {number} number
 * @param {number} [digits]
 */
export function general(number, digits = 5) {
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  if (number === 0) return Object.is(number, -0) ? "-0" : "0";
  const [mantissa, power] = number.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= digits) {
    const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
    return `${short}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const fixed = number.toFixed(Math.max(0, digits - 1 - exponent));
  return fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
}

/**
 * Return a value of a column as text.
 * @param {any} value
 * @param {string} kind  the kind of the column
 * @param {number} [now]  seconds since 1970, for ages
 */
export function show(value, kind, now = Date.now() / 1000) {
  if (value === null || value === undefined) return "-";
  if (kind === "number" && typeof value === "string") return { NaN: "nan", Infinity: "inf", "-Infinity": "-inf" }[value] ?? value;
  if (kind === "run id") return value.slice(16) || value;
  if (kind === "commit id") return value.slice(0, 8);
  if (kind === "seconds") return duration(value);
  if (kind === "bytes") return size(value);
  if (kind === "date") return age(now - Date.parse(value) / 1000);
  if (kind === "list of names") return escape(value.join(", "));
  if (kind === "list of words" && value.every((/** @type {any} */ word) => typeof word === "string")) return escape(value.map(quoted).join(" "));
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") return Number.isInteger(value) && Math.abs(value) < 1e18 && !Object.is(value, -0) ? String(value) : general(value);
  return escape(typeof value === "string" ? value : JSON.stringify(value));
}

/**
 * Return a word as a shell reads it.
 * @param {string} word
 */
export function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\"'\"'")}'`;
}

/**
 * Return a duration: `0.42 s`, `12 s`, `3 min 20 s`, `2 h 5 min`.
 * @param {number} seconds
 */
export function duration(seconds) {
  if (seconds < 10) return seconds < 1 ? `${general(seconds, 2)} s` : `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

/**
 * Return an age: `just now`, `3 min ago`, `2 d ago`.
 * @param {number} seconds
 */
export function age(seconds) {
  if (seconds < 5) return seconds > -900 ? "just now" : "in the future";
  let unit = 1;
  for (const [limit, name] of /** @type {[number, string][]} */ ([[60, "s"], [3600, "min"], [86400, "h"], [86400 * 365, "d"], [Infinity, "y"]])) {
    if (seconds < limit) return `${Math.floor(seconds / unit)} ${name} ago`;
    unit = limit;
  }
  return "";
}

/**
 * Return a number of bytes: `512 B`, `1.5 MiB`.
 * @param {number} count
 */
export function size(count) {
  for (const unit of ["B", "KiB", "MiB", "GiB", "TiB"]) {
    const text = unit === "B" ? `${count.toFixed(0)} B` : `${count.toFixed(1)} ${unit}`;
    if (unit === "TiB" || (count < 1024 && !text.startsWith("1024"))) return text;
    count /= 1024;
  }
  return "";
}
