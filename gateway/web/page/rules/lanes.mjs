// The layout of the time line: a band for each backend, and in it lanes in which no bars overlap.

import { instantOf } from "./ranges.mjs";

const MOST_LANES = 40;

/**
 * @typedef {object} Bar
 * @property {any} session
 * @property {number} from
 * @property {number} to
 * @property {number} lane
 * @property {boolean} isOpen  It goes on.
 * @typedef {{backend: string, lanes: number, bars: Bar[]}} Band
 */

/** Lay out sessions, in bands by backend in this order. Where there are more at a time than lanes,
 * the last lane takes what is left. A session of unknown start has no place here.
 * @param {any[]} sessions @param {string[]} backends
 * @param {number} now @param {number} room  How long a bar is at least, so that it is seen.
 * @returns {Band[]} */
export function bandsOf(sessions, backends, now, room) {
  const bars = sessions.map((session) => barOf(session, now)).filter((bar) => bar !== null);
  bars.sort((one, other) => one.from - other.from || one.to - other.to);
  return backends.map((backend) => {
    const own = bars.filter((bar) => bar.session.backend === backend);
    return { backend, lanes: pack(own, room), bars: own };
  });
}

/** Find the bar at an instant in a lane, the shortest of several: the others are reached beside it.
 * @param {Band} band @param {number} lane @param {number} instant @param {number} room */
export function barAt(band, lane, instant, room) {
  const found = band.bars.filter(
    (bar) => bar.lane === lane && bar.from <= instant && instant <= Math.max(bar.to, bar.from + room),
  );
  return found.sort((one, other) => one.to - one.from - (other.to - other.from))[0] ?? null;
}

/** @returns {Bar|null} */
function barOf(session, now) {
  const from = instantOf(session.started_at);
  if (from === null) return null;
  const isOpen = session.status === "active";
  const end = instantOf(session.ended_at) ?? (isOpen ? now : instantOf(session.last_activity_at));
  return { session, from, to: Math.max(from, end ?? from), lane: 0, isOpen };
}

/** Put each bar into the first lane that is free. Returns how many there are. */
function pack(bars, room) {
  /** @type {number[]} */
  const ends = [];
  for (const bar of bars) {
    const free = ends.findIndex((end) => end <= bar.from);
    bar.lane = free >= 0 ? free : Math.min(ends.length, MOST_LANES - 1);
    ends[bar.lane] = Math.max(ends[bar.lane] ?? 0, bar.to, bar.from + room);
  }
  return ends.length;
}
