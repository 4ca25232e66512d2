// Rows that are walked through, and found changed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { begunWith, continuedWith, movedBy, patched, refreshedWith } from "../../../gateway/web/page/rules/rows.mjs";

const rows = (...ids) => ids.map((id) => ({ id, status: "active" }));
const page = (next, ...ids) => ({ data: rows(...ids), page: { next } });
const ids = (walk) => walk.rows.map((row) => row.id).join("");

test("pages are joined, and a row that came before is not shown twice", () => {
  let walk = begunWith(page("x", "a", "b"));
  walk = continuedWith(walk, page(null, "b", "c"));

  assert.deepEqual([ids(walk), walk.next, walk.pages], ["abc", null, 2]);
});

test("what is new comes before what was read, and the walk goes on where it was", () => {
  const walk = continuedWith(begunWith(page("x", "c", "d")), page("y", "e", "f"));
  const fresh = refreshedWith(walk, page("z", "a", "b"));
  const nearer = refreshedWith(walk, page("z", "b", "c"));

  assert.deepEqual([ids(nearer), nearer.next], ["bcdef", "y"]);
  assert.deepEqual([ids(fresh), fresh.next], ["ab", "z"], "so much is new that it begins again");
});

test("what has gone from the first page is gone", () => {
  const walk = continuedWith(begunWith(page("x", "a", "b", "c")), page("y", "d"));

  assert.equal(ids(refreshedWith(walk, page("z", "a", "c"))), "acd");
});

test("a first page that is all takes the place of everything", () => {
  const walk = continuedWith(begunWith(page("x", "a", "b")), page(null, "c"));

  assert.deepEqual(refreshedWith(walk, page(null, "a")), { rows: rows("a"), next: null, pages: 1 });
});

test("rows that have changed are made anew, and the list stays the same where none has", () => {
  const before = rows("a", "b");
  const ended = [{ id: "b", status: "ended" }];

  assert.deepEqual(patched(before, ended), [{ id: "a", status: "active" }, { id: "b", status: "ended" }]);
  assert.equal(patched(before, rows("b", "z")), before);
});

test("it is known by how much what is seen has moved, also where the very row has gone", () => {
  assert.equal(movedBy(rows("a", "b", "c"), rows("x", "y", "a", "b", "c"), 1), 2);
  assert.equal(movedBy(rows("a", "b", "c"), rows("x", "a", "c"), 1), 0);
  assert.equal(movedBy(rows("a", "b"), rows("x"), 0), 0);
});
