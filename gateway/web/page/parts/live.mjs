// The button that says how current the page is, and that stops it.

import { ago } from "../rules/words.mjs";
import { byId, say } from "./dom.mjs";

/** @param {import("./dashboard.mjs").State} state @param {import("./poller.mjs").Poller} poller
 * @param {number} now */
export function showLive({ answeredAt, refusal }, poller, now) {
  const button = byId("live");
  button.dataset.state = stateOf(refusal, poller);
  button.setAttribute("aria-pressed", String(poller.isPaused));
  button.setAttribute("title", poller.isPaused ? "Paused: update again" : "Updates itself: pause");
  say(byId("live-words"), words(answeredAt, refusal, poller, now));
}

function stateOf(refusal, poller) {
  if (poller.isPaused) return "paused";
  if (refusal) return "trouble";
  return poller.dueAt === null ? "asking" : "live";
}

function words(answeredAt, refusal, poller, now) {
  const updated = answeredAt === null ? "" : `updated ${ago(answeredAt, now)}`;
  if (poller.isPaused) return updated ? `Paused · ${updated}` : "Paused";
  if (refusal && [400, 401, 403].includes(refusal.status)) return "Not updating";
  if (refusal) {
    if (poller.dueAt === null) return "Trying again";
    return `Trying again in ${Math.max(1, Math.round((poller.dueAt - now) / 1000))} s`;
  }
  return updated ? `Live · ${updated}` : "Starting";
}
