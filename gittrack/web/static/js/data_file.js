// @ts-check
/** Documents from the page itself, which is one file. */

import { linesWith } from "./console.js";
import { DataError } from "./errors.js";
import { contentAddress, textOf } from "./file_extras.js";
import { compareDocument, runDocument, runsDocument } from "./file_runs.js";
import { seriesDocument } from "./file_series.js";

/**
 * Return the documents that a file holds: `{name: document}`; those about one thing by its key or name.
 * @param {Record<string, any>} documents
 * @returns {import("./data.js").Data}
 */
export function fileSource(documents) {
  /** @type {Record<string, (params: any) => any>} */
  const answers = {
    start: () => documents.start,
    runs: (params) => runsDocument(documents.runs, params),
    series: (params) => seriesDocument(documents.series, params),
    run: (params) => runDocument(documents, params.run),
    compare: (params) => compareDocument(documents, params.run),
    log: (params) => {
      const log = params.oid ? textOf(documents, params.oid) : documents.log?.[params.run];
      return params.find ? searched(log, params.find) : log;
    },
    importance: (params) => documents.importance?.[String(params.metric).replace(/^metrics\./, "")],
    sweeps: () => documents.sweeps || { sweeps: [], problems: [], commands: [] },
    sweep: (params) => documents.sweep?.[params.sweep],
    search: () => documents.search,
    models: () => documents.models || { models: [], commands: [] },
    model: (params) => documents.model?.[params.model],
  };
  return {
    live: false,
    async get(name, params = {}) {
      const document = answers[name]?.(params);
      if (document === undefined) throw new DataError(`this file does not hold: ${name}`, `whoever sent it can add more: git track ui --file --with code,log,env,files`);
      return document;
    },
    artifact: (_, output) => contentAddress(documents, output),
    figure: () => null,
  };
}

function searched(/** @type {any} */ log, /** @type {string} */ words) {
  if (!log) return undefined;
  const matches = linesWith(log.text, log.from, words);
  return { matches, total: matches.length, size: log.size };
}
