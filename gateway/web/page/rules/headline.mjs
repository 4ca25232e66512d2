// The sentence that tells what is going on.

import { valuesOf } from "./conditions.mjs";
import { presetOf } from "./ranges.mjs";
import { lengthOf } from "./sessions.mjs";
import { lasting, listed, number, several } from "./words.mjs";

/**
 * @typedef {object} Seen
 * @property {import("./view.mjs").View} view
 * @property {import("./counts.mjs").Counts} counts
 * @property {Map<string, import("./counts.mjs").Counts>} byBackend
 * @property {any[]|null} sessions  All of them, if they are few enough to be held.
 * @property {number} now
 */

/** Say how many are active, in a few words. @param {Seen} seen */
export function headlineOf({ counts }) {
  const least = counts.isLeast ? "At least " : "";
  if (counts.active === 0) return counts.isLeast ? "No session found active" : "No session is active";
  return `${least}${several(counts.active, "session")} active`;
}

/** Say of how many, since when, and where. @param {Seen} seen */
export function explanationOf(seen) {
  const { view, counts, byBackend } = seen;
  if (counts.total === 0) return `No session${which(view)} started ${period(view)}.`;
  const least = counts.isLeast ? "at least " : "";
  const them = several(counts.total, "session");
  const fitting = counts.total === 1 ? which(view) : which(view).replace("that fits", "that fit");
  const of = `Of ${least}${them}${fitting} started ${period(view)}.`;
  const where = [...byBackend]
    .filter(([, each]) => each.active > 0)
    .sort(([, one], [, other]) => other.active - one.active)
    .map(([name, each]) => `${number(each.active)} on ${name}`);
  const active = where.length > 0 ? ` Active: ${listed(where)}.` : "";
  return `${of}${active}${togetherOf(seen)}`;
}

/** Say when: of a view. @param {import("./view.mjs").View} view */
export function period(view) {
  return presetOf(view.last)?.words ?? "in the chosen range";
}

/** Where somebody is looked at, how long they were there is worth a word. */
function togetherOf({ view, sessions, now }) {
  if (sessions === null || valuesOf(view.conditions, "user").length === 0) return "";
  const lengths = sessions.map((session) => lengthOf(session, now));
  const known = lengths.filter((length) => length !== null);
  if (known.length === 0) return "";
  const least = known.length < lengths.length ? "at least " : "";
  return ` Together they lasted ${least}${lasting(known.reduce((sum, each) => sum + each, 0))}.`;
}

/** Say which sessions are looked at, but for when they started. */
function which(view) {
  const users = valuesOf(view.conditions, "user");
  const backends = valuesOf(view.conditions, "backend");
  const isFiltered = view.conditions.some(([name]) => !SAID.has(name));
  const of = users.length > 0 ? ` of ${eitherOf(users)}` : "";
  const on = backends.length > 0 ? ` on ${eitherOf(backends)}` : "";
  return `${of}${on}${isFiltered ? " that fits the filter" : ""}`;
}

const SAID = new Set(["user", "backend", "started_after", "started_before"]);

function eitherOf(names) {
  return listed(names).replace(/ and (?=[^,]*$)/u, " or ");
}
