// @ts-check
/** Documents from the page itself, which is one file. */

import { DataError } from "./errors.js";

/**
 * Return the documents that a file holds: `{name: document}`, and for series one document with all of them.
 * @param {Record<string, any>} documents
 * @returns {import("./data.js").Data}
 */
export function fileSource(documents) {
  return {
    live: false,
    async get(name, params = {}) {
      if (name === "series") return chosenSeries(documents.series, params);
      const target = params.run || params.sweep || params.model;
      const document = target === undefined || name === "runs" ? documents[name] : (documents[name] || {})[String(target)];
      if (document === undefined) throw new DataError(`this file does not hold: ${name}`, "ask whoever sent it, or use git track ui");
      return document;
    },
    artifact: () => null,
  };
}

/**
 * Return the series of some runs and metrics; none named: all.
 * @param {any} all
 * @param {Record<string, any>} params
 */
export function chosenSeries(all, params) {
  const runs = new Set([params.run ?? []].flat());
  const metrics = new Set([params.metric ?? []].flat());
  const series = all.series.filter((/** @type {any} */ entry) => runs.has(entry.run) && (metrics.size === 0 || metrics.has(entry.metric)));
  return { ...all, series };
}
