// @ts-check
/** Documents from the server. */

import { DataError } from "./errors.js";
import { withBytes } from "./pack.js";

/**
 * Return the documents of the server that sent the page.
 * @returns {import("./data.js").Data}
 */
export function httpSource() {
  return {
    live: true,
    async get(name, params = {}, options = {}) {
      /** @type {Record<string, string>} */
      const headers = options.etag ? { "If-None-Match": options.etag } : {};
      const response = await ask(`data/${name}?${query(params)}`, { headers, signal: options.signal });
      if (response.status === 304) return null;
      if (response.headers.get("Content-Type") === "application/octet-stream") return withBytes(await response.arrayBuffer());
      const document = await response.json().catch(() => ({}));
      if (!response.ok) {
        const error = document.error || {};
        throw new DataError(error.message || `the server answers ${response.status}`, error.hint, error.column, response.status);
      }
      const etag = response.headers.get("ETag");
      return etag ? { ...document, etag } : document;
    },
    artifact: (key, output) => (output.oid ? `artifact/${output.oid}?${query({ run: key })}` : null),
    figure: (key, output) => `figure/${output.oid}?${query({ run: key })}`,
  };
}

async function ask(/** @type {string} */ address, /** @type {RequestInit} */ options) {
  try {
    return await fetch(address, options);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new DataError("the server does not answer", "start it again: git track ui");
  }
}

/**
 * Return parameters as the query of an address; a list repeats its name, and what is empty is left out.
 * @param {Record<string, any>} params
 */
export function query(params) {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    const items = Array.isArray(value) ? value : [value];
    for (const item of items) {
      if (item !== null && item !== undefined && item !== "" && item !== false) fields.append(name, item === true ? "1" : String(item));
    }
  }
  return fields.toString();
}
