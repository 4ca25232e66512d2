// The calls of the API that the page makes: what for, and how much at a time.

import { bucketOf, boundsOf, coarserThan } from "../rules/ranges.mjs";
import { DEFAULT_SORT, questionOf } from "../rules/view.mjs";
import { Refusal } from "./client.mjs";

/** So many of the newest sessions are drawn. */
export const DRAWN = 1000;
const LISTED = 500;
const FIELDS = [
  ...["id", "backend", "vendor", "native_id", "status", "native_status", "title"],
  ...["started_at", "ended_at", "last_activity_at", "duration_s"],
  ...["user", "device", "client", "space"],
].join(",");

/** Count by status and backend, over time as finely as there is room for.
 * @param {import("./client.mjs").Client} client @param {import("../rules/view.mjs").View} view
 * @param {number} now @param {AbortSignal} signal */
export async function askForCounts(client, view, now, signal) {
  const question = questionOf(view, now);
  /** @type {ReturnType<typeof bucketOf>|undefined} */
  let bucket = bucketOf(boundsOf(view, now), now);
  for (;;) {
    const by = /** @type {[string, string][]} */ ([["by", "status,backend"]]);
    if (bucket) by.push(["bucket", bucket.name]);
    try {
      const answer = await client.ask("v1/sessions/summary", [...question, ...by], signal);
      return { ...answer, bucket: bucket ?? null };
    } catch (refusal) {
      const isTooFine = refusal instanceof Refusal && refusal.code === "too_many_cells";
      if (!isTooFine || !bucket) throw refusal;
      bucket = coarserThan(bucket.name);
    }
  }
}

/** Ask for the newest sessions. @param {import("./client.mjs").Client} client
 * @param {import("../rules/conditions.mjs").Condition[]} question @param {AbortSignal} signal */
export function askForNewest(client, question, signal) {
  return askForPage(client, question, DEFAULT_SORT, { limit: DRAWN, signal });
}

/** Ask for a page of the table.
 * @param {import("./client.mjs").Client} client
 * @param {import("../rules/conditions.mjs").Condition[]} question @param {string} sort
 * @param {{limit?: number, cursor?: string|null, signal?: AbortSignal, cache?: RequestCache}} how */
export function askForPage(client, question, sort, how) {
  const { limit = LISTED, cursor = null, signal, cache } = how;
  const shape = /** @type {[string, string][]} */ ([
    ["sort", sort],
    ["limit", String(limit)],
    ["fields", FIELDS],
    ["count", "none"],
  ]);
  if (cursor !== null) shape.push(["cursor", cursor]);
  return client.ask("v1/sessions", [...question, ...shape], signal, cache);
}

/** Ask for a session's record as the vendor gave it; null if it is not found any more.
 * @param {import("./client.mjs").Client} client @param {any} session @param {AbortSignal} signal */
export async function askForRecord(client, session, signal) {
  const question = /** @type {[string, string][]} */ ([
    ["backend", session.backend],
    ["native_id", session.native_id],
    ...around(session.started_at),
    ["include", "raw"],
    ["count", "none"],
    ["limit", "1"],
  ]);
  const { body } = await client.ask("v1/sessions", question, signal);
  return body.data[0]?.raw ?? null;
}

/** Vendors that cannot look for an id are spared the search through everything. */
function around(start) {
  const at = Date.parse(start ?? "");
  if (Number.isNaN(at)) return [];
  return [
    ["started_after", new Date(at - 1).toISOString()],
    ["started_before", new Date(at + 2).toISOString()],
  ];
}
