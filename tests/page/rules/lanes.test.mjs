// The layout of the time line.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bandsOf, barAt } from "../../../gateway/web/page/rules/lanes.mjs";

const NOW = 1_000_000;
const iso = (instant) => new Date(instant).toISOString();

function session(from, to, backend = "a", status = "ended") {
  return {
    ...{ id: `${backend}:${from}-${to}`, backend, status, last_activity_at: null },
    ...{ started_at: from === null ? null : iso(from), ended_at: to === null ? null : iso(to) },
  };
}

test("no two bars of a lane overlap, and each is as long as its session", () => {
  let seed = 11;
  const draw = (many) => (seed = (seed * 48271) % 2147483647) % many;
  for (let round = 0; round < 100; round += 1) {
    const sessions = Array.from({ length: draw(60) }, () => {
      const from = draw(900_000);
      return session(from, from + draw(20_000));
    });
    const [band] = bandsOf(sessions, ["a"], NOW, 0);

    assert.equal(band.bars.length, sessions.length);
    for (let lane = 0; lane < Math.min(band.lanes, 39); lane += 1) {
      const bars = band.bars.filter((bar) => bar.lane === lane);
      for (let at = 1; at < bars.length; at += 1) assert.ok(bars[at - 1].to <= bars[at].from);
    }
  }
});

test("what goes on reaches to now, and what ended nobody knows when is a point", () => {
  const [band] = bandsOf([session(5, null, "a", "active"), session(9, null)], ["a"], NOW, 0);

  assert.deepEqual(
    band.bars.map(({ from, to, isOpen }) => [from, to, isOpen]),
    [[5, NOW, true], [9, 9, false]],
  );
});

test("backends keep their order, and have a band also where there is nothing to draw", () => {
  const bands = bandsOf([session(1, 2, "b"), session(null, null, "b")], ["c", "b"], NOW, 0);

  assert.deepEqual(bands.map((band) => [band.backend, band.bars.length, band.lanes]), [["c", 0, 0], ["b", 1, 1]]);
});

test("however many there are at a time, the lanes are bounded", () => {
  const all = Array.from({ length: 300 }, (_, at) => session(at, 900_000));

  assert.equal(bandsOf(all, ["a"], NOW, 0)[0].lanes, 40);
});

test("what is pointed at is found, the shortest first", () => {
  const sessions = [session(0, 100), session(200, 210)];
  const [band] = bandsOf(sessions, ["a"], NOW, 0);

  assert.equal(barAt(band, 0, 205, 0)?.session.id, "a:200-210");
  assert.equal(barAt(band, 0, 150, 0), null);
  assert.equal(barAt(band, 0, 215, 20)?.session.id, "a:200-210", "it is as wide as it is drawn");
});
