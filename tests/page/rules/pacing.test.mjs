// When to ask again.

import assert from "node:assert/strict";
import { test } from "node:test";

import { maxAgeOf, retryAfterOf, secondsToWait } from "../../../gateway/web/page/rules/pacing.mjs";

test("it is asked again when answers are not fresh any more, and never in a hurry", () => {
  assert.equal(secondsToWait({ failures: 0, maxAge: 0, took: 0.1 }), 10);
  assert.equal(secondsToWait({ failures: 0, maxAge: 30, took: 0.1 }), 30);
  assert.equal(secondsToWait({ failures: 0, maxAge: 30, took: 9 }), 45, "slow vendors are spared");
});

test("in trouble it is asked ever more seldom, and not before it may be", () => {
  const waits = [1, 2, 3, 4, 10].map((failures) => secondsToWait({ failures }));

  assert.deepEqual(waits, [3, 6, 12, 24, 120]);
  assert.equal(secondsToWait({ failures: 1, retryAfter: 60 }), 60);
});

test("headers are read as far as they say something", () => {
  const ages = ["private, max-age=7", "max-age=0", "no-store", null].map(maxAgeOf);
  const waits = ["5", "Wed, 21 Oct 2026 07:28:00 GMT", "-1", null].map(retryAfterOf);

  assert.deepEqual(ages, [7, 0, 0, 0]);
  assert.deepEqual(waits, [5, null, null, null]);
});
