// Stretches of time: those to choose from, their bounds, and how starts are counted over them.

import { valuesOf } from "./conditions.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The stretches up to now. Their beginnings go by steps, so that what is asked for, and with it
 * what browser and gateway keep of the answer, stays the same for a while. */
export const PRESETS = [
  { name: "1h", label: "1 h", words: "in the last hour", length: HOUR, step: MINUTE },
  { name: "6h", label: "6 h", words: "in the last 6 hours", length: 6 * HOUR, step: 5 * MINUTE },
  { name: "today", label: "Today", words: "today" },
  { name: "24h", label: "24 h", words: "in the last 24 hours", length: DAY, step: 15 * MINUTE },
  { name: "7d", label: "7 d", words: "in the last 7 days", length: 7 * DAY, step: HOUR },
  { name: "30d", label: "30 d", words: "in the last 30 days", length: 30 * DAY, step: 6 * HOUR },
  { name: "all", label: "All", words: "at any time" },
];

export const DEFAULT_PRESET = "24h";

const BUCKETS = [
  { name: "1m", words: "minute", length: MINUTE },
  { name: "5m", words: "5 minutes", length: 5 * MINUTE },
  { name: "15m", words: "15 minutes", length: 15 * MINUTE },
  { name: "1h", words: "hour", length: HOUR },
  { name: "6h", words: "6 hours", length: 6 * HOUR },
  { name: "1d", words: "day", length: DAY },
];
const MOST_BUCKETS = 100;

/** @typedef {{after: number|null, before: number|null}} Bounds  Instants in milliseconds. */

/** @param {string|null} name */
export function presetOf(name) {
  return PRESETS.find((preset) => preset.name === name);
}

/** Give the bounds of the starts that a view asks for; none is the beginning, or now.
 * @param {import("./view.mjs").View} view @param {number} now @returns {Bounds} */
export function boundsOf(view, now) {
  const preset = presetOf(view.last);
  if (preset) return { after: beginningOf(preset, now), before: null };
  return {
    after: instantOf(valuesOf(view.conditions, "started_after")[0]),
    before: instantOf(valuesOf(view.conditions, "started_before")[0]),
  };
}

/** Choose how long the buckets are in which starts are counted.
 * @param {Bounds} bounds @param {number} now */
export function bucketOf({ after, before }, now) {
  const length = after === null ? Infinity : (before ?? now) - after;
  const fitting = BUCKETS.find((bucket) => length / bucket.length <= MOST_BUCKETS);
  // An hour is what people think of a day or two in.
  if (length > 12 * HOUR && length <= 4 * DAY) return BUCKETS[3];
  return fitting ?? BUCKETS[BUCKETS.length - 1];
}

/** Give the next longer buckets, if there are any. @param {string} name */
export function coarserThan(name) {
  return BUCKETS[BUCKETS.findIndex((bucket) => bucket.name === name) + 1];
}

/** @param {string} name */
export function bucketNamed(name) {
  return BUCKETS.find((bucket) => bucket.name === name);
}

/** Read an instant of the API, in milliseconds. @param {string|null|undefined} text */
export function instantOf(text) {
  const instant = text ? Date.parse(text) : NaN;
  return Number.isNaN(instant) ? null : instant;
}

/** Write an instant as the API reads it. @param {number} instant */
export function written(instant) {
  return new Date(instant).toISOString().replace(".000Z", "Z");
}

function beginningOf(preset, now) {
  if (preset.name === "all") return null;
  if (preset.name === "today") return new Date(now).setHours(0, 0, 0, 0);
  return Math.floor((now - preset.length) / preset.step) * preset.step;
}
