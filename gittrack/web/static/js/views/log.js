// @ts-check
/** The console of a run, or a text among its artifacts: by parts, with a search, and followed while the run goes on. */

import { el, fill } from "../dom.js";
import { size as bytes } from "../format.js";
import { createFind } from "./log_find.js";
import { createParts } from "./log_parts.js";

const PART = 64 << 10; // bytes that are asked for at once
const EDGE = 300; // pixels from an end at which more is asked for
const PAUSE = 2000; // milliseconds between two looks at a run that goes on

/**
 * Return a log.
 * @param {import("../main.js").App} app
 * @param {string} key  the run
 * @param {{oid?: string, title?: string, atEnd?: boolean}} [options]  the SHA-256 of a text among its artifacts (none: the
 *   console), a title for screen readers, and whether the end is shown at first
 * @returns {{element: HTMLElement, stop: () => void}}
 */
export function createLog(app, key, { oid = "", title = "log", atEnd = true } = {}) {
  const box = el("div", { class: "log console", tabindex: "0", role: "log", "aria-label": title, "aria-live": "off", on: { scroll: scrolled } }, el("div", { class: "muted loading", text: "loading" }));
  const place = el("span", { class: "muted" });
  const wrap = el("input", { type: "checkbox", on: { change: () => box.classList.toggle("wrapped", wrap.checked) } });
  const follow = el("input", { type: "checkbox", on: { change: () => follow.checked && app.guarded(toEnd) } });
  const followLabel = el("label", { hidden: true }, follow, " follow");
  const find = createFind(app, (words) => ask({ find: words }), show);
  const button = (/** @type {string} */ text, /** @type {() => any} */ click) => el("button", { type: "button", on: { click: () => app.guarded(click) } }, text);
  const bar = el("div", { class: "controls" }, find.element, el("label", {}, wrap, " wrap"), followLabel, button("beginning", () => load(0)), button("end", toEnd), place);
  const element = el("div", {}, bar, box);
  const parts = createParts(box);
  let total = 0;
  let first = 0;
  let isLive = false;
  let timer = 0;
  let busy = false;
  let stopped = false;

  const ask = (/** @type {object} */ more) => app.data.get("log", { run: key, oid, limit: PART, ...more });

  /** Show the part that begins at a byte; without one, the end. */
  async function load(/** @type {number} */ at = -1) {
    const document = await ask(at < 0 ? {} : { from: Math.max(at, first) });
    take(document);
    parts.reset(document);
    paint();
    box.scrollTop = at < 0 ? box.scrollHeight : 0;
  }

  const loadFirst = () => app.guarded(() => load(atEnd ? -1 : 0).finally(() => box.querySelector(".loading")?.remove()));
  const beforePrint = () => box.querySelector(".loading") && loadFirst();

  async function toEnd() {
    if (parts.to() < total) await load();
    box.scrollTop = box.scrollHeight;
  }

  function take(/** @type {any} */ document) {
    total = document.size;
    first = document.first;
    if (isLive !== document.live) follow.checked = document.live;
    isLive = document.live;
    followLabel.hidden = !isLive;
    if (isLive && !timer && !stopped) timer = window.setTimeout(() => app.guarded(again), PAUSE);
  }

  /** Look what a run that goes on has printed; only at its end, and if that is shown. */
  async function again() {
    timer = 0;
    const before = total;
    try {
      if (!document.hidden && follow.checked && parts.to() >= total) await more(parts.to());
    } finally {
      if (isLive && !timer && !stopped) timer = window.setTimeout(() => app.guarded(again), PAUSE);
    }
    if (total > before && follow.checked) box.scrollTop = box.scrollHeight;
  }

  /** Add the part that begins at the end of what is shown, or the one that ends at its beginning. */
  async function more(/** @type {number} */ at) {
    if (busy) return;
    busy = true;
    try {
      const isBefore = at < parts.from();
      const document = await ask(isBefore ? { from: at, limit: parts.from() - at } : { from: at });
      if (stopped) return;
      take(document);
      if (document.to === document.from) return;
      if (isBefore) parts.prepend(document);
      else parts.append(document);
      paint();
    } finally {
      busy = false;
    }
    scrolled(); // the user may be further already
  }

  function scrolled() {
    const rest = box.scrollHeight - box.scrollTop - box.clientHeight;
    if (isLive) follow.checked = rest < EDGE && parts.to() >= total;
    if (box.scrollTop < EDGE && parts.from() > first) app.guarded(() => more(Math.max(first, parts.from() - PART)));
    else if (rest < EDGE && parts.to() < total) app.guarded(() => more(parts.to()));
  }

  function paint() {
    find.mark(parts.lines());
    const [from, to] = [parts.from(), parts.to()];
    const count = (/** @type {number} */ number) => number.toLocaleString("en");
    fill(place, from <= 0 && to >= total ? bytes(total) : `${count(from)} to ${count(to)} of ${count(total)} bytes`, first > 0 && ", and this file holds no more");
  }

  /** Bring the line that begins at a byte into sight. */
  async function show(/** @type {number} */ at) {
    follow.checked = false;
    if (at < parts.from() || at >= parts.to()) await load(Math.max(first, at - (PART >> 2)));
    const line = parts.lines().reverse().find((child) => Number(/** @type {HTMLElement} */ (child).dataset.at) <= at);
    for (const other of box.querySelectorAll(".here")) other.classList.remove("here");
    if (!line) return;
    line.classList.add("here");
    line.scrollIntoView({ block: "nearest" });
  }

  loadFirst();
  addEventListener("beforeprint", beforePrint);
  return {
    element,
    stop: () => {
      stopped = true;
      removeEventListener("beforeprint", beforePrint);
      clearTimeout(timer);
    },
  };
}
