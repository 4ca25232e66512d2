// The axis of time.

import assert from "node:assert/strict";
import { test } from "node:test";

import { instantAt, marksOf, moved, placeOf, SHORTEST, zoomed } from "../../../gateway/web/page/rules/scale.mjs";

const HOUR = 3_600_000;
const NOON = Date.parse("2026-11-22T12:00:00Z");
const DAY = { from: NOON - 24 * HOUR, to: NOON };

test("a place is that of its instant, and the other way round", () => {
  for (const share of [0, 0.1, 0.5, 0.99, 1]) {
    const instant = Math.round(DAY.from + share * 24 * HOUR);

    assert.equal(instantAt(DAY, 700, placeOf(DAY, 700)(instant)), instant);
  }
  assert.equal(instantAt(DAY, 700, -50), DAY.from);
  assert.equal(instantAt(DAY, 700, 900), DAY.to);
});

test("marks are on the hour of this place, within what is seen, and not too many", () => {
  for (let length = 60_000; length < 900 * 24 * HOUR; length *= 1.7) {
    const span = { from: NOON - length, to: NOON };
    const { marks, step } = marksOf(span, 12);

    assert.ok(marks.length >= 1 || step > length, String(length));
    assert.ok(marks.length <= 13);
    assert.ok(marks.every((at) => at >= span.from && at <= span.to));
  }
  const { marks } = marksOf(DAY, 12);
  assert.ok(marks.every((at) => new Date(at).getHours() % 2 === 0));
});

test("zooming keeps the instant that is pointed at in its place", () => {
  const around = NOON - 6 * HOUR;
  const closer = zoomed(DAY, 0.5, around);

  assert.equal(placeOf(closer, 100)(around), placeOf(DAY, 100)(around));
  assert.equal(closer.to - closer.from, 12 * HOUR);
  assert.equal(zoomed({ from: 0, to: SHORTEST }, 0.1).to, SHORTEST);
});

test("nothing is moved beyond now", () => {
  assert.deepEqual(moved(DAY, 0.5, NOON), DAY);
  assert.deepEqual(moved(DAY, -0.5, NOON), { from: DAY.from - 12 * HOUR, to: DAY.to - 12 * HOUR });
});
