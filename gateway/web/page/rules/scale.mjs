// An axis of time: from instants to places on it and back, and where its marks are.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 5, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 30, 90, 365].map((n) => n * DAY),
];

/** The shortest stretch that is zoomed to. */
export const SHORTEST = MINUTE;

/** @typedef {{from: number, to: number}} Span  Instants in milliseconds, the first before the other. */

/** Give the place of an instant on an axis of a width. @param {Span} span @param {number} width */
export function placeOf(span, width) {
  return (/** @type {number} */ instant) => ((instant - span.from) / (span.to - span.from)) * width;
}

/** Give the instant at a place. @param {Span} span @param {number} width @param {number} place */
export function instantAt(span, width, place) {
  const share = Math.min(1, Math.max(0, place / width));
  return Math.round(span.from + share * (span.to - span.from));
}

/** Give the instants of the marks, no more than there is room for, on the hour of this place.
 * @param {Span} span @param {number} most */
export function marksOf({ from, to }, most) {
  const step = STEPS.find((each) => (to - from) / each <= most) ?? STEPS[STEPS.length - 1];
  const offset = new Date(from).getTimezoneOffset() * MINUTE;
  const marks = [];
  const first = Math.ceil((from - offset) / step) * step + offset;
  for (let at = first; at <= to; at += step) marks.push(at);
  return { marks, step, isOfDays: step >= DAY };
}

/** Look closer, or from further away, around the middle or an instant.
 * @param {Span} span @param {number} factor @param {number} [around] @returns {Span} */
export function zoomed(span, factor, around = (span.from + span.to) / 2) {
  const length = Math.max(SHORTEST, (span.to - span.from) * factor);
  const share = (around - span.from) / (span.to - span.from);
  const from = Math.round(around - share * length);
  return { from, to: Math.round(from + length) };
}

/** Look earlier or later, by a share of what is seen; not beyond the end of time.
 * @param {Span} span @param {number} share @param {number} latest @returns {Span} */
export function moved({ from, to }, share, latest) {
  const by = Math.min((to - from) * share, latest - to);
  return { from: Math.round(from + by), to: Math.round(to + by) };
}
