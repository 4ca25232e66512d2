// Conditions that are added and taken away.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  isCondition,
  labelOf,
  OFFERED,
  toggled,
  valuesOf,
  withCondition,
  without,
} from "../../../gateway/web/page/rules/conditions.mjs";

test("a condition of several values is added to, another one replaced", () => {
  const users = withCondition([["user", "a"]], "user", "b");
  const later = withCondition([["started_after", "1"]], "started_after", "2");

  assert.deepEqual(valuesOf(users, "user"), ["a", "b"]);
  assert.deepEqual(later, [["started_after", "2"]]);
  assert.deepEqual(withCondition(users, "user", "a"), [["user", "b"], ["user", "a"]]);
});

test("nothing is no value", () => {
  assert.deepEqual(withCondition([["q", "a"]], "q", ""), []);
});

test("what is toggled twice is as before", () => {
  const before = [["status", "active"], ["user", "u"]];

  assert.deepEqual(toggled(toggled(before, "status", "ended"), "status", "ended"), before);
  assert.deepEqual(toggled(before, "status", "active"), [["user", "u"]]);
});

test("one value or all of a name are left out", () => {
  const conditions = [["tag", "a"], ["tag", "b"]];

  assert.deepEqual(without(conditions, "tag", "a"), [["tag", "b"]]);
  assert.deepEqual(without(conditions, "tag"), []);
});

test("every condition that is offered has a name in words", () => {
  for (const name of OFFERED) assert.ok(labelOf(name).length > 1, name);
  assert.equal(labelOf("attributes.mail"), "mail");
});

test("what only sounds like a condition is none", () => {
  for (const name of ["constructor", "toString", "__proto__", "limit", "attributes.", ""]) {
    assert.ok(!isCondition(name), name);
  }
});
