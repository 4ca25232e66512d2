// What a summary says.

import assert from "node:assert/strict";
import { test } from "node:test";

import { countsByBackend, countsOfAll, startsOver } from "../../../gateway/web/page/rules/counts.mjs";

const count = (value, relation = "eq") => ({ value, relation });
const CELLS = [
  { status: "active", backend: "a", bucket: "2026-11-22T07:00:00Z", count: count(3) },
  { status: "ended", backend: "a", bucket: "2026-11-22T06:00:00Z", count: count(4) },
  { status: "ended", backend: "b", bucket: "2026-11-22T06:00:00Z", count: count(5, "gte") },
  { status: "unknown", backend: "b", bucket: null, count: count(6, "gte") },
];

test("counts are added up by backend and in all", () => {
  const byBackend = countsByBackend(CELLS);

  assert.deepEqual(byBackend.get("a"), { active: 3, ended: 4, unknown: 0, total: 7, isLeast: false });
  assert.deepEqual(byBackend.get("b"), { active: 0, ended: 5, unknown: 6, total: 11, isLeast: true });
  assert.deepEqual(countsOfAll(CELLS), { active: 3, ended: 9, unknown: 6, total: 18, isLeast: true });
});

test("starts are in the order of time, and those of unknown start are left out", () => {
  const at = (hour) => Date.parse(`2026-11-22T0${hour}:00:00Z`);

  assert.deepEqual(startsOver(CELLS, "backend"), [
    { at: at(6), by: { a: 4, b: 5 }, total: 9 },
    { at: at(7), by: { a: 3 }, total: 3 },
  ]);
  assert.deepEqual(startsOver(CELLS, "status")[0].by, { ended: 9 });
});
