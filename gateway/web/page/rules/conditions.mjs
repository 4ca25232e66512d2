// The conditions that sessions can be asked for with, as the API names them, and in words.

/** @typedef {[string, string]} Condition  A parameter of the API and its value. */

/** What may be given several times: any of the values. */
const MANY = {
  backend: "backend",
  vendor: "vendor",
  status: "status",
  user: "user",
  device: "device",
  client: "client",
  space: "space",
  language: "language",
  tag: "tag",
  native_id: "vendor's id",
  native_status: "vendor's status",
};

/** What is given once. */
const ONE = {
  q: "contains",
  started_after: "started from",
  started_before: "started before",
  ended_after: "ended from",
  ended_before: "ended before",
  active_after: "last active from",
  active_before: "last active before",
  min_duration: "lasted at least",
  max_duration: "lasted less than",
};

const ATTRIBUTES = "attributes.";

/** The conditions that are not chosen elsewhere on the page, for the list to choose from. */
export const OFFERED = [
  ...Object.keys(MANY).filter((name) => name !== "backend" && name !== "status"),
  ...Object.keys(ONE).filter((name) => name !== "q"),
  ATTRIBUTES,
];

/** @param {string} name */
export function isCondition(name) {
  return Object.hasOwn(MANY, name) || Object.hasOwn(ONE, name) || isAttribute(name);
}

/** @param {string} name */
export function isRepeatable(name) {
  return Object.hasOwn(MANY, name) || isAttribute(name);
}

/** Whether its value is an instant. @param {string} name */
export function isInstant(name) {
  return name.endsWith("_after") || name.endsWith("_before");
}

/** Whether its value is seconds. @param {string} name */
export function isLength(name) {
  return name.endsWith("_duration");
}

/** Name a condition in words. @param {string} name */
export function labelOf(name) {
  if (name === ATTRIBUTES) return "vendor's own field…";
  return MANY[name] ?? ONE[name] ?? name.slice(ATTRIBUTES.length);
}

/** Add a condition; one that is given once takes the place of the one before.
 * @param {Condition[]} conditions @param {string} name @param {string} value
 * @returns {Condition[]} */
export function withCondition(conditions, name, value) {
  const kept = isRepeatable(name)
    ? conditions.filter(([other, held]) => other !== name || held !== value)
    : without(conditions, name);
  return value === "" ? kept : [...kept, [name, value]];
}

/** Leave out the conditions of a name, or the one with a value.
 * @param {Condition[]} conditions @param {string} name @param {string} [value]
 * @returns {Condition[]} */
export function without(conditions, name, value) {
  return conditions.filter(
    ([other, held]) => other !== name || (value !== undefined && held !== value),
  );
}

/** Add a value of a condition, or take it away if it is there.
 * @param {Condition[]} conditions @param {string} name @param {string} value
 * @returns {Condition[]} */
export function toggled(conditions, name, value) {
  const isThere = conditions.some(([other, held]) => other === name && held === value);
  return isThere ? without(conditions, name, value) : withCondition(conditions, name, value);
}

/** Give the values of a condition. @param {Condition[]} conditions @param {string} name */
export function valuesOf(conditions, name) {
  return conditions.filter(([other]) => other === name).map(([, value]) => value);
}

function isAttribute(name) {
  return name.startsWith(ATTRIBUTES) && name.length > ATTRIBUTES.length;
}
