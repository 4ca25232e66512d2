// What a session is known by.

import assert from "node:assert/strict";
import { test } from "node:test";

import { absenceOf, lengthOf, named, placeOf, titleOf } from "../../../gateway/web/page/rules/sessions.mjs";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const BARE = {
  ...{ native_id: "7", title: null, space: null, device: null, status: "ended" },
  ...{ started_at: null, ended_at: null, duration_s: null },
};

test("a session is known by its title, else where it is, else its id", () => {
  const space = { kind: "room", id: "r1", name: null };

  assert.equal(titleOf({ ...BARE, title: "Talk", space }), "Talk");
  assert.equal(titleOf({ ...BARE, space }), "r1");
  assert.equal(titleOf(BARE), "7");
  assert.equal(placeOf({ ...BARE, space }), "room r1");
  assert.equal(placeOf(BARE), null);
  assert.equal(named({ id: "1", name: "Ann" }), "Ann");
});

test("a length is what is told, else what is known, and grows while it goes on", () => {
  const begun = { ...BARE, started_at: "2026-11-22T11:59:00Z" };

  assert.equal(lengthOf({ ...begun, duration_s: 5 }, NOW), 5);
  assert.equal(lengthOf({ ...begun, ended_at: "2026-11-22T11:59:30Z" }, NOW), 30);
  assert.equal(lengthOf({ ...begun, status: "active" }, NOW), 60);
  assert.equal(lengthOf(begun, NOW), null);
  assert.equal(lengthOf({ ...BARE, status: "active" }, NOW), null);
});

test("why nothing is drawn is told", () => {
  const told = ["ok", "failed", "unanswerable", "skipped"].map((status) => absenceOf({ status }));

  assert.equal(new Set(told).size, 4);
});
