// When to ask again: as seldom as what was answered stays fresh, and ever more seldom in trouble.

const LEAST_S = 10;
const FIRST_WAIT_S = 3;
const LONGEST_WAIT_S = 120;
/** So much longer than an answer took is waited, so that slow vendors are spared. */
const REST = 5;

/**
 * @typedef {object} Round  What became of one round of calls.
 * @property {number} failures  How many rounds in a row have failed, this one included.
 * @property {number} [maxAge]  For how many seconds the answers are fresh.
 * @property {number} [took]  How many seconds it took.
 * @property {number|null} [retryAfter]  The seconds that the gateway asked to wait.
 */

/** Give the seconds to wait before the next round. @param {Round} round */
export function secondsToWait({ failures, maxAge = 0, took = 0, retryAfter = null }) {
  if (failures === 0) return Math.max(LEAST_S, maxAge, took * REST);
  const backingOff = Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (failures - 1));
  return Math.max(backingOff, retryAfter ?? 0);
}

/** Read for how long an answer is fresh. @param {string|null} cacheControl */
export function maxAgeOf(cacheControl) {
  const found = /(?:^|[\s,])max-age=(?<seconds>\d+)/u.exec(cacheControl ?? "");
  return Number(found?.groups?.seconds ?? 0);
}

/** Read how long to wait; a date counts as unknown. @param {string|null} text */
export function retryAfterOf(text) {
  return /^\d+$/u.test(text ?? "") ? Number(text) : null;
}
