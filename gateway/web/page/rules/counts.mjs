// What a summary by status, backend and start says: counts for each backend, and starts over time.

import { instantOf } from "./ranges.mjs";

export const STATUSES = /** @type {const} */ (["active", "ended", "unknown"]);

/**
 * @typedef {{active: number, ended: number, unknown: number, total: number, isLeast: boolean}} Counts
 * @typedef {{at: number, by: Record<string, number>, total: number}} Bucket
 * @typedef {{status: string, backend: string, bucket?: string|null,
 *   count: {value: number, relation: string}}} Cell
 */

/** Count by backend. @param {Cell[]} cells @returns {Map<string, Counts>} */
export function countsByBackend(cells) {
  const found = new Map();
  for (const cell of cells) {
    const counts = found.get(cell.backend) ?? nothing();
    add(counts, cell);
    found.set(cell.backend, counts);
  }
  return found;
}

/** Count all. @param {Cell[]} cells @returns {Counts} */
export function countsOfAll(cells) {
  const counts = nothing();
  for (const cell of cells) add(counts, cell);
  return counts;
}

/** Count the starts in each bucket, in the order of time; those of unknown start are left out.
 * @param {Cell[]} cells @param {"backend"|"status"} by @returns {Bucket[]} */
export function startsOver(cells, by) {
  /** @type {Map<number, Bucket>} */
  const found = new Map();
  for (const cell of cells) {
    const at = instantOf(cell.bucket);
    if (at === null) continue;
    const bucket = found.get(at) ?? { at, by: {}, total: 0 };
    bucket.by[cell[by]] = (bucket.by[cell[by]] ?? 0) + cell.count.value;
    bucket.total += cell.count.value;
    found.set(at, bucket);
  }
  return [...found.values()].sort((one, other) => one.at - other.at);
}

function nothing() {
  return { active: 0, ended: 0, unknown: 0, total: 0, isLeast: false };
}

function add(counts, cell) {
  counts[cell.status] += cell.count.value;
  counts.total += cell.count.value;
  counts.isLeast ||= cell.count.relation !== "eq";
}
