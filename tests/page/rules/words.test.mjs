// Numbers and times as people say them.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ago,
  counted,
  dayMark,
  exactly,
  lasting,
  listed,
  roundly,
  several,
  size,
  soFar,
  timeOfDay,
  when,
} from "../../../gateway/web/page/rules/words.mjs";

const NOW = Date.parse("2026-11-22T12:00:00Z"); // 13:00 in Paris

test("an age is told in its own measure", () => {
  const told = [-5, 1, 30, 90, 5400, 90_000, 200_000].map((seconds) => ago(NOW - seconds * 1000, NOW));

  assert.deepEqual(told, [
    ...["just now", "just now", "30 s ago", "1 min ago", "1 h ago", "1 day ago", "2 days ago"],
  ]);
});

test("a length is told by its two largest measures", () => {
  const told = [0.9, 59, 60, 754, 3660, 90_000].map(lasting);

  assert.deepEqual(told, ["0 s", "59 s", "1 min 00 s", "12 min 34 s", "1 h 01 min", "1 d 1 h"]);
  assert.deepEqual([5, 754, 3660].map(soFar), ["5 s so far", "12 min so far", "1 h 01 min so far"]);
});

test("an instant is told by the clock of this place, with the day unless it is today", () => {
  assert.equal(when(NOW, NOW), "13:00:00");
  assert.equal(when(NOW - 14 * 3_600_000, NOW), "Yesterday, 23:00");
  assert.equal(when(NOW - 50 * 3_600_000, NOW), "Fri 20 Nov, 11:00");
  assert.equal(when(NOW - 400 * 86_400_000, NOW), "18 Oct 2025, 14:00");
  assert.equal(exactly(NOW), "22 Nov 2026, 13:00:00");
  assert.equal(timeOfDay(NOW), "13:00");
  assert.equal(dayMark(NOW), "Sun 22 Nov");
});

test("counts say whether they are all", () => {
  assert.equal(counted({ value: 1234, relation: "eq" }), "1,234");
  assert.equal(counted({ value: 1234, relation: "gte" }), "at least 1,234");
  assert.deepEqual([several(1, "session"), several(2, "session")], ["1 session", "2 sessions"]);
});

test("things are listed as in a sentence", () => {
  assert.deepEqual([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(listed), ["", "a", "a and b", "a, b and c"]);
});

test("settings are told in round words", () => {
  assert.deepEqual([0, 15, 60, 900, 7200].map(roundly), [
    ...["0 seconds", "15 seconds", "1 minute", "15 minutes", "2 hours"],
  ]);
  assert.deepEqual([16 * 1024 * 1024, 2048].map(size), ["16 MiB", "2 KiB"]);
});
