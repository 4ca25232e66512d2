// Stretches of time, and the buckets that starts are counted in.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  boundsOf,
  bucketNamed,
  bucketOf,
  coarserThan,
  instantOf,
  PRESETS,
  written,
} from "../../../gateway/web/page/rules/ranges.mjs";
import { viewOf } from "../../../gateway/web/page/rules/view.mjs";

const NOW = Date.parse("2026-11-22T12:07:00Z");

test("a day is counted by hours, an hour by minutes, and a month by more", () => {
  const names = ["1h", "6h", "24h", "7d", "30d", "all"].map(
    (last) => bucketOf(boundsOf(viewOf(`?last=${last}`), NOW), NOW).name,
  );

  assert.deepEqual(names, ["1m", "5m", "1h", "6h", "1d", "1d"]);
});

test("there are never many more than a hundred buckets in a range with a beginning", () => {
  for (let length = 60_000; length < 90 * 86_400_000; length *= 1.3) {
    const bucket = bucketOf({ after: NOW - length, before: null }, NOW);

    assert.ok(length / bucket.length <= 101, String(length));
  }
});

test("a preset reaches back at least as far as it says", () => {
  for (const { name, length } of PRESETS.filter((preset) => preset.length)) {
    const { after } = boundsOf(viewOf(`?last=${name}`), NOW);

    assert.ok(after <= NOW - length, name);
    assert.ok(after > NOW - length * 1.02 - 1, name);
  }
});

test("coarser buckets come to an end", () => {
  let bucket = bucketNamed("1m");
  const names = [];
  while (bucket) {
    names.push(bucket.name);
    bucket = coarserThan(bucket.name);
  }

  assert.deepEqual(names, ["1m", "5m", "15m", "1h", "6h", "1d"]);
});

test("instants are read as far as they are ones, and written as the API reads them", () => {
  assert.equal(instantOf("2026-11-22T12:07:00Z"), NOW);
  assert.equal(instantOf("soon"), null);
  assert.equal(instantOf(null), null);
  assert.equal(written(NOW), "2026-11-22T12:07:00Z");
  assert.equal(written(NOW + 5), "2026-11-22T12:07:00.005Z");
});
