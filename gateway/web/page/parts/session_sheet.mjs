// The sheet of a session: all that is known of it, and its record as the vendor gave it.

import { named, titleOf } from "../rules/sessions.mjs";
import { reasonOf, stateOf } from "../rules/troubles.mjs";
import { lookingWith } from "../rules/view.mjs";
import { h } from "./dom.mjs";
import { factsOf, instant, link, part } from "./facts.mjs";
import { askForRecord } from "./questions.mjs";
import { lengthInWords } from "./row.mjs";

/** Name it. @param {any} session */
export function sessionTitle(session) {
  return titleOf(session);
}

/** Tell all of it. @param {any} session  Whole, or as the list has it.
 * @param {any} report  Of the backend, once it is whole.
 * @param {{client: import("./client.mjs").Client, go: import("./main.mjs").Go, now: number,
 *   signal: AbortSignal}} by */
export function sessionBody(session, report, by) {
  const { now } = by;
  const inferred = new Set(session.inferred ?? []);
  const mark = (/** @type {string} */ field, /** @type {any} */ value) =>
    value !== null && inferred.has(field)
      ? h("span", {}, value, h("small", { text: "worked out by a rule, not told by the vendor" }))
      : value;
  const status = h("span", { class: `status s-${session.status}`, text: session.status });
  return [
    ...verdict(report, now),
    part(
      "What is known",
      factsOf([
        ["Status", mark("status", status)],
        ["Vendor’s status", session.native_status],
        ["Started", mark("started_at", instant(session.started_at, now))],
        ["Ended", mark("ended_at", instant(session.ended_at, now))],
        ["Lasted", mark("duration_s", known(lengthInWords(session, now)))],
        ["Last activity", mark("last_activity_at", instant(session.last_activity_at, now))],
        ["User", whoever(session, "user", by)],
        ["Device", whoever(session, "device", by)],
        ["Place", whoever(session, "space", by)],
        ["Client", clientInWords(session.client)],
        ["Language", session.language],
        ["Tags", tags(session.tags)],
        ["Participants", participants(session.participants)],
        ["Backend", h("span", {}, session.backend, h("small", { text: session.vendor }))],
        ["Id", session.id],
      ]),
    ),
    attributes(session.attributes),
    record(session, by),
  ];
}

/** Say in words why a session cannot be shown. @param {import("./client.mjs").Refusal} refusal */
export function refusalBody(refusal) {
  const text = refusal.status === 404 ? "There is no such session any more." : refusal.message;
  return [h("p", { class: "verdict down", role: "alert", text })];
}

function verdict(report, now) {
  if (!report || report.status === "ok") return [];
  const { level, word, detail } = stateOf(report, null, now);
  const reason = report.error ? ` The reason: ${reasonOf(report.error)}.` : "";
  return [h("p", { class: `verdict ${level}`, text: `${word}. ${detail}${level === "stale" ? "" : reason}` })];
}

const FROM = { user: "of this user", device: "of this device", space: "there" };

function whoever(session, field, { go }) {
  const name = named(session[field]);
  if (name === null) return null;
  const { id } = session[field];
  const words = field === "space" ? `${session.space.kind} ${name}` : name;
  // The address leads to all that they did, in the range that is looked at.
  const show = () =>
    go((view) => ({ ...lookingWith(view, [[field, name], ...ofStart(view)]), open: null }));
  const more = id !== null && id !== name ? h("small", { text: id }) : null;
  return h("span", {}, link(words, show), h("small", { text: `Shows all sessions ${FROM[field]}` }), more);
}

function ofStart(view) {
  return view.conditions.filter(([name]) => name === "started_after" || name === "started_before");
}

function clientInWords(client) {
  return client ? [client.name, client.version].filter(Boolean).join(" ") : null;
}

function tags(names) {
  if (!names || names.length === 0) return null;
  return h("ul", { class: "tags" }, names.map((/** @type {string} */ name) => h("li", { text: name })));
}

function participants(counts) {
  if (!counts) return null;
  const told = ["current", "peak", "total"].filter((each) => counts[each] !== null);
  return told.map((each) => `${counts[each]} ${each}`).join(", ");
}

function attributes(values) {
  const names = Object.keys(values ?? {});
  if (names.length === 0) return null;
  return part(
    "In the vendor’s own words",
    factsOf(names.map((name) => [name, written(values[name])])),
  );
}

/** Offer the record: it is asked for when somebody wants it. */
function record(session, { client, signal }) {
  const place = h("div", { "aria-live": "polite" });
  const show = h("button", { type: "button", class: "button", text: "Show the raw record" });
  show.addEventListener("click", async () => {
    show.disabled = true;
    place.replaceChildren(h("p", { class: "muted", text: "Reading it…" }));
    try {
      const raw = await askForRecord(client, session, signal);
      const text = raw === null ? "It is not found any more." : JSON.stringify(raw, null, 2);
      place.replaceChildren(h("pre", { class: "raw", tabindex: "0", "aria-label": "Raw record", text }));
      show.remove();
    } catch (refusal) {
      if (signal.aborted) return;
      show.disabled = false;
      place.replaceChildren(h("p", { class: "wrong", text: /** @type {Error} */ (refusal).message }));
    }
  });
  return part("Raw record", show, place);
}

function written(value) {
  if (value === null) return "null";
  if (typeof value !== "object") return String(value);
  return h("pre", { class: "raw", tabindex: "0", text: JSON.stringify(value, null, 2) });
}

function known(words) {
  return words === "–" ? null : words;
}
