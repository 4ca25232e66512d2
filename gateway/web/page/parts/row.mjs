// One row of the table.

import { instantOf } from "../rules/ranges.mjs";
import { lengthOf, named, placeOf, titleOf } from "../rules/sessions.mjs";
import { lasting, soFar, when } from "../rules/words.mjs";
import { h, say } from "./dom.mjs";

const CELLS = ["status", "title", "user", "backend", "started", "length", "activity"];

/** Make a row that shows nothing yet. */
export function emptyRow() {
  const row = h("div", { role: "row" });
  for (const name of CELLS) row.append(h("div", { role: "gridcell", class: `cell-${name}` }));
  row.children[0].append(h("span", { class: "status" }));
  row.children[3].append(h("span", { class: "dot", "aria-hidden": "true" }), h("span"));
  return row;
}

/** Show a session. @param {any} row @param {any} session @param {number} colour @param {number} now */
export function fillRow(row, session, colour, now) {
  const [status, title, user, backend, started, length, activity] = row.children;
  const place = placeOf(session);
  say(status.firstChild, session.status);
  status.firstChild.className = `status s-${session.status}`;
  say(title, place !== null && session.title ? `${session.title} · ${place}` : titleOf(session));
  say(user, named(session.user) ?? "–");
  backend.className = `cell-backend c-${colour}`;
  say(backend.lastChild, session.backend);
  say(started, at(session.started_at, now));
  say(length, lengthInWords(session, now));
  say(activity, at(session.last_activity_at, now));
}

/** Say how long a session lasts. @param {any} session @param {number} now */
export function lengthInWords(session, now) {
  const seconds = lengthOf(session, now);
  if (seconds === null) return "–";
  return session.status === "active" ? soFar(seconds) : lasting(seconds);
}

function at(text, now) {
  const instant = instantOf(text);
  return instant === null ? "–" : when(instant, now);
}
