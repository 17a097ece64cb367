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
      if (name === "start") return startOf();
      if (document.documentElement.hasAttribute("data-paper")) return forPaper(name, params);
      /** @type {Record<string, string>} */
      const headers = options.etag ? { "If-None-Match": options.etag } : {};
      const response = await ask(`data/${name}?${query(params)}`, { headers, signal: options.signal });
      if (response.status === 304) return null;
      if (response.headers.get("Content-Type") === "application/octet-stream") return withBytes(await response.arrayBuffer());
      const answer = await response.json().catch(() => ({}));
      if (!response.ok) throw errorOf(answer.error || {}, response.status);
      const etag = response.headers.get("ETag");
      return etag ? { ...answer, etag } : answer;
    },
    artifact: (key, output) => (output.oid ? `artifact/${output.oid}?${query({ run: key })}` : null),
    figure: (key, output) => `figure/${output.oid}?${query({ run: key })}`,
  };
}

// The page has its first document inside: a request would take longer.
function startOf() {
  const start = JSON.parse(document.getElementById("start")?.textContent || "{}");
  if (start.error) throw errorOf(start.error, 500);
  return start;
}

// Printing waits for nothing that comes later.
function forPaper(/** @type {string} */ name, /** @type {Record<string, any>} */ params) {
  const request = new XMLHttpRequest();
  request.open("GET", `data/${name}?${query({ ...params, binary: false })}`, false);
  request.send();
  const answer = JSON.parse(request.responseText);
  if (request.status !== 200) throw errorOf(answer.error || {}, request.status);
  return answer;
}

function errorOf(/** @type {any} */ { message, hint, column }, /** @type {number} */ status) {
  return new DataError(message || `the server answers ${status}`, hint, column, status);
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
