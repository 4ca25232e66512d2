// What a person would know a session by.

import { instantOf } from "./ranges.mjs";

/** Name a session. @param {any} session */
export function titleOf(session) {
  return session.title ?? named(session.space) ?? named(session.device) ?? session.native_id;
}

/** Name somebody or something; null if it has no name. @param {any} thing */
export function named(thing) {
  return thing ? (thing.name ?? thing.id ?? null) : null;
}

/** Say where a session takes place. @param {any} session */
export function placeOf(session) {
  const space = named(session.space);
  if (space !== null) return `${session.space.kind} ${space}`;
  return named(session.device);
}

/** Say in a word or two why nothing of a backend is drawn. @param {any} report */
export function absenceOf(report) {
  if (report.status === "failed") return "could not be read";
  if (report.status === "unanswerable") return "does not tell what is filtered by";
  return report.status === "skipped" ? "switched off" : "none";
}

/** Give the seconds that a session has lasted so far, or did; null if that is not known.
 * @param {any} session @param {number} now */
export function lengthOf(session, now) {
  if (session.duration_s !== null) return session.duration_s;
  const from = instantOf(session.started_at);
  if (from === null) return null;
  const to = session.status === "active" ? now : instantOf(session.ended_at);
  return to === null ? null : Math.max(0, (to - from) / 1000);
}
