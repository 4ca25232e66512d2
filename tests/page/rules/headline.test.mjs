// The sentence that tells what is going on.

import assert from "node:assert/strict";
import { test } from "node:test";

import { explanationOf, headlineOf, period } from "../../../gateway/web/page/rules/headline.mjs";
import { viewOf } from "../../../gateway/web/page/rules/view.mjs";

const counts = (active, ended, isLeast = false) => ({ active, ended, unknown: 0, total: active + ended, isLeast });
const seen = (search, all, byBackend = new Map(), sessions = null) => ({
  ...{ view: viewOf(search), counts: all, byBackend, sessions, now: Date.parse("2026-11-22T12:00:00Z") },
});

test("it says how many are active, and whether there may be more", () => {
  const told = [counts(1, 0), counts(7, 2), counts(7, 2, true), counts(0, 3), counts(0, 3, true)];

  assert.deepEqual(told.map((each) => headlineOf(seen("", each))), [
    ...["1 session active", "7 sessions active", "At least 7 sessions active"],
    ...["No session is active", "No session found active"],
  ]);
});

test("it says where they are, most first", () => {
  const where = new Map([["a", counts(1, 1)], ["b", counts(2, 0)], ["c", counts(0, 5)]]);

  assert.equal(
    explanationOf(seen("", counts(3, 6), where)),
    "Of 9 sessions started in the last 24 hours. Active: 2 on b and 1 on a.",
  );
});

test("it says whose they are, and how long they lasted together", () => {
  const session = { status: "ended", duration_s: 90, started_at: null, ended_at: null };
  const told = explanationOf(seen("?user=ann&last=today", counts(0, 2), new Map(), [session, session]));

  assert.equal(told, "Of 2 sessions of ann started today. Together they lasted 3 min 00 s.");
});

test("it says that it is of a filter", () => {
  const told = ["?q=a", "?backend=b&backend=c", "?user=a&tag=t"].map((search) => explanationOf(seen(search, counts(0, 2))));

  assert.deepEqual(told, [
    "Of 2 sessions that fit the filter started in the last 24 hours.",
    "Of 2 sessions on b or c started in the last 24 hours.",
    "Of 2 sessions of a that fit the filter started in the last 24 hours.",
  ]);
  assert.equal(explanationOf(seen("?q=a&last=7d", counts(0, 0))), "No session that fits the filter started in the last 7 days.");
});

test("a range that was chosen has a name too", () => {
  assert.equal(period(viewOf("?started_after=2026-11-22")), "in the chosen range");
});
