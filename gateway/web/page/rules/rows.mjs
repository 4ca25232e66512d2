// The rows of the table as they are walked through, and as a poll finds them changed.

/**
 * @typedef {object} Walk
 * @property {any[]} rows  From the first on, without a gap.
 * @property {string|null} next  The cursor of what comes behind them; null at the end.
 * @property {number} pages  How many pages have been read.
 */

/** @returns {Walk} */
export function begunWith(page) {
  return { rows: page.data, next: page.page.next, pages: 1 };
}

/** Go on with the next page. A row that is there already has moved meanwhile: the newer one counts,
 * where it stood. @param {Walk} walk @returns {Walk} */
export function continuedWith(walk, page) {
  const known = new Set(walk.rows.map((row) => row.id));
  const added = page.data.filter((row) => !known.has(row.id));
  return {
    rows: [...patched(walk.rows, page.data), ...added],
    next: page.page.next,
    pages: walk.pages + 1,
  };
}

/** Put the first page, read anew, in the place of what it covers. Where it shares no row with what
 * was there, so much is new that the walk begins again. @param {Walk} walk @returns {Walk} */
export function refreshedWith(walk, page) {
  const fresh = page.data;
  if (page.page.next === null || walk.pages === 1) return begunWith(page);
  const places = new Map(walk.rows.map((row, place) => [row.id, place]));
  const last = fresh.findLast((row) => places.has(row.id));
  if (last === undefined) return begunWith(page);
  const covered = new Set(fresh.map((row) => row.id));
  const rest = walk.rows.slice(Number(places.get(last.id)) + 1).filter((row) => !covered.has(row.id));
  return { ...walk, rows: [...fresh, ...rest] };
}

/** Put newer rows in the place of those of the same id. Gives the same list if none has changed.
 * @param {any[]} rows @param {any[]} newer */
export function patched(rows, newer) {
  const byId = new Map(newer.map((row) => [row.id, row]));
  let hasChanged = false;
  const result = rows.map((row) => {
    const found = byId.get(row.id);
    if (found === undefined || isSame(row, found)) return row;
    hasChanged = true;
    return { ...row, ...found };
  });
  return hasChanged ? result : rows;
}

/** Find by how many rows what was looked at has moved down. @param {any[]} before
 * @param {any[]} after @param {number} place  Of the first row that is seen. */
export function movedBy(before, after, place) {
  const places = new Map(after.map((row, at) => [row.id, at]));
  for (let at = place; at < before.length; at += 1) {
    const found = places.get(before[at].id);
    if (found !== undefined) return found - at;
  }
  return 0;
}

function isSame(row, newer) {
  return Object.keys(newer).every(
    (name) => row[name] === newer[name] || JSON.stringify(row[name]) === JSON.stringify(newer[name]),
  );
}
