// Which colour a backend has: the same in all places, and for as long as there are the same ones.

const COLOURS = 8;

/** Give the number of each backend's colour, from 1 on. @param {string[]} backends
 * @returns {Map<string, number>} */
export function coloursOf(backends) {
  return new Map([...backends].sort().map((name, place) => [name, (place % COLOURS) + 1]));
}
