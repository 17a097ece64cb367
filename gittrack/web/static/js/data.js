// @ts-check
/** The documents of the page: from the server, or from the file that the page is. */

import { fileSource } from "./data_file.js";
import { httpSource } from "./data_http.js";

/**
 * @typedef {object} Data
 * @property {boolean} live  whether there is a server, so that documents can change
 * @property {(name: string, params?: Record<string, any>, options?: {signal?: AbortSignal, etag?: string}) => Promise<any>} get
 *   the document; null if the server has nothing newer than `etag`.  Throws DataError.
 * @property {(key: string, output: any) => string | null} artifact  the address of the content of an artifact
 * @property {(key: string, output: any) => string | null} figure  the address of a page that draws an artifact by plotly
 */

/**
 * Return where the documents of this page come from.
 * @returns {Data}
 */
export function openData() {
  const embedded = document.getElementById("documents");
  return embedded === null ? httpSource() : fileSource(JSON.parse(embedded.textContent || "{}"));
}
