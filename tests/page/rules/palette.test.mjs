// Colours of backends.

import assert from "node:assert/strict";
import { test } from "node:test";

import { coloursOf } from "../../../gateway/web/page/rules/palette.mjs";

test("colours do not depend on the order in which backends are told", () => {
  assert.deepEqual([...coloursOf(["b", "a"])], [["a", 1], ["b", 2]]);
  assert.deepEqual(coloursOf(["a", "b"]), coloursOf(["b", "a"]));
});

test("there are colours for any number of backends", () => {
  const many = Array.from({ length: 30 }, (_, at) => `backend-${at}`);

  assert.ok([...coloursOf(many).values()].every((colour) => colour >= 1 && colour <= 8));
});
