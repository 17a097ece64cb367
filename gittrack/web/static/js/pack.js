// @ts-check
/** Arrays of numbers in documents.  Pure. */

/**
 * Return the numbers of a PACK of docs/design/web.md.
 * @param {any} pack
 * @returns {Float64Array}
 */
export function unpack(pack) {
  if (Array.isArray(pack)) return new Float64Array(pack);
  if (pack.type === "range") return filled(pack.n, (i) => pack.start + i * pack.step);
  const { buffer, byteOffset: start, length } = typeof pack.data === "string" ? decode(pack.data) : pack.data;
  if (pack.type === "f64") return new Float64Array(buffer, start, length / 8);
  if (pack.type === "f32") return new Float64Array(new Float32Array(buffer, start, length / 4));
  if (pack.type === "i32") return new Float64Array(new Int32Array(buffer, start, length / 4));
  if (pack.type === "i16") {
    const [levels, unit] = [new Uint16Array(buffer, start, length / 2), (pack.hi - pack.lo) / 65535];
    return filled(levels.length, (i) => pack.lo + levels[i] * unit);
  }
  if (pack.type === "d8") {
    const differences = new Uint8Array(buffer, start, length);
    let at = pack.start;
    return filled(length, (i) => (at += differences[i] * pack.step));
  }
  throw new Error(`a newer gittrack wrote this: ${pack.type}`);
}

// `Float64Array.from` with a function takes ten times as long.
function filled(/** @type {number} */ length, /** @type {(i: number) => number} */ value) {
  const numbers = new Float64Array(length);
  for (let i = 0; i < length; i++) numbers[i] = value(i);
  return numbers;
}

/**
 * Return a function that unpacks; equal ranges become one array, such as the steps of all curves.
 * @returns {(pack: any) => Float64Array}
 */
export function sharing() {
  /** @type {Map<string, Float64Array>} */
  const ranges = new Map();
  return (pack) => {
    if (pack.type !== "range") return unpack(pack);
    const name = `${pack.start} ${pack.step} ${pack.n}`;
    const known = ranges.get(name) ?? unpack(pack);
    ranges.set(name, known);
    return known;
  };
}

/**
 * Return the document of an answer whose arrays are bytes after its JSON; see `with_bytes` of the server.
 * @param {ArrayBuffer} answer
 */
export function withBytes(answer) {
  const length = new DataView(answer).getUint32(0, true);
  const document = JSON.parse(new TextDecoder().decode(new Uint8Array(answer, 4, length)));
  for (const entry of document.series) {
    for (const part of [entry, entry.means, entry.before]) {
      for (const pack of part ? [part.x, part.y, part.n] : []) if (pack?.data) pack.data = new Uint8Array(answer, 4 + length + pack.data[0], pack.data[1]);
    }
  }
  return document;
}

/**
 * Return the bytes of a text in base64.
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function decode(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
