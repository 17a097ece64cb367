// @ts-check
/** Arrays of numbers in documents.  Pure. */

/**
 * Return the numbers of a PACK of docs/design/web.md.
 * @param {any} pack
 * @returns {Float64Array}
 */
export function unpack(pack) {
  if (Array.isArray(pack)) return Float64Array.from(pack);
  if (pack.type === "range") return Float64Array.from({ length: pack.n }, (_, i) => pack.start + i * pack.step);
  const bytes = decode(pack.data);
  if (pack.type === "f64") return new Float64Array(bytes.buffer);
  if (pack.type === "f32") return Float64Array.from(new Float32Array(bytes.buffer));
  if (pack.type === "i32") return Float64Array.from(new Int32Array(bytes.buffer));
  if (pack.type === "i16") {
    const unit = (pack.hi - pack.lo) / 65535;
    return Float64Array.from(new Uint16Array(bytes.buffer), (n) => pack.lo + n * unit);
  }
  if (pack.type === "d8") {
    let at = pack.start;
    return Float64Array.from(bytes, (n) => (at += n * pack.step));
  }
  throw new Error(`a newer gittrack wrote this: ${pack.type}`);
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
