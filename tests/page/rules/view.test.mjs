// What is looked at, and its address.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  isSameQuestion,
  lookingAtLast,
  lookingBetween,
  lookingWith,
  questionOf,
  searchOf,
  sortedBy,
  viewOf,
} from "../../../gateway/web/page/rules/view.mjs";

const NOW = Date.parse("2026-11-22T12:07:00Z");

test("a view that is written and read again is the same", () => {
  let seed = 7;
  const draw = (many) => (seed = (seed * 48271) % 2147483647) % many;
  const values = ["a", "b c", "ü&=", "#?%2B+", "<b>", "1"];
  const names = ["user", "status", "backend", "q", "ended_after", "attributes.x y", "started_before"];
  for (let round = 0; round < 500; round += 1) {
    let view = lookingAtLast(viewOf(""), ["1h", "today", "24h", "all"][draw(4)]);
    for (let many = draw(5); many > 0; many -= 1) {
      const kept = view.conditions.filter(([name]) => name !== "q");
      const condition = /** @type {[string, string]} */ ([names[draw(7)], values[draw(6)]]);
      const isThere = kept.some(([name, value]) => name === condition[0] || value === condition[1]);
      if (!isThere) view = lookingWith(view, [...kept, condition]);
    }
    if (draw(2)) view = sortedBy(view, ["user", "ended_at"][draw(2)]);
    if (draw(2)) view = { ...view, colour: "status", open: { kind: "session", name: "a:b/%" } };

    assert.deepEqual(viewOf(searchOf(view)), view);
  }
});

test("what is as usual is not written", () => {
  assert.equal(searchOf(viewOf("")), "");
  assert.equal(searchOf(viewOf("?last=24h&sort=-started_at&colour=backend")), "");
});

test("what is not known is passed over", () => {
  const view = viewOf("?limit=5&cursor=x&key=secret&sort=cost&last=9y&colour=red&q=a&q=b&user=");

  assert.deepEqual(view, { ...viewOf(""), conditions: [["q", "a"]] });
});

test("the last hours begin at a step, so that the question stays the same for a while", () => {
  const view = viewOf("");

  assert.deepEqual(questionOf(view, NOW), [["started_after", "2026-11-21T12:00:00Z"]]);
  assert.deepEqual(questionOf(view, NOW + 7 * 60_000), questionOf(view, NOW));
  assert.deepEqual(questionOf(lookingAtLast(view, "all"), NOW), []);
});

test("today begins at midnight of this place", () => {
  const [[, began]] = questionOf(viewOf("?last=today"), NOW);

  assert.equal(began, "2026-11-21T23:00:00Z");
});

test("a range takes the place of the last hours, and of another range", () => {
  const once = lookingBetween(viewOf("?user=u&last=7d"), NOW - 1000, NOW);
  const twice = lookingBetween(once, NOW - 2000, NOW - 1000);

  assert.equal(once.last, null);
  assert.deepEqual(questionOf(twice, NOW), [
    ["user", "u"],
    ["started_after", "2026-11-22T12:06:58Z"],
    ["started_before", "2026-11-22T12:06:59Z"],
  ]);
  assert.deepEqual(lookingAtLast(twice, "1h").conditions, [["user", "u"]]);
  assert.equal(lookingWith(twice, [["user", "u"]]).last, "24h");
});

test("what is opened or how it is coloured makes no other question", () => {
  const view = viewOf("?user=u");

  assert.ok(isSameQuestion(view, { ...view, colour: "status", open: { kind: "backend", name: "b" } }));
  assert.ok(!isSameQuestion(view, sortedBy(view, "user")));
});

test("sorting again turns the order round", () => {
  const view = viewOf("");

  assert.equal(sortedBy(view, "started_at").sort, "started_at");
  assert.equal(sortedBy(view, "duration_s").sort, "-duration_s");
  assert.equal(sortedBy(sortedBy(view, "user"), "user").sort, "-user");
});
