// What is looked at, and how that stands in the address bar: the same view for who opens the link.

import { isCondition, isRepeatable, valuesOf, withCondition } from "./conditions.mjs";
import { boundsOf, DEFAULT_PRESET, presetOf, written } from "./ranges.mjs";

/**
 * @typedef {object} View
 * @property {import("./conditions.mjs").Condition[]} conditions  But those that `last` stands for.
 * @property {string|null} last  The stretch up to now; null where the conditions say from when.
 * @property {string} sort  As the API takes it.
 * @property {"backend"|"status"} colour  What bars are coloured by.
 * @property {{kind: "session"|"backend", name: string}|null} open  What is shown in detail.
 */

export const DEFAULT_SORT = "-started_at";
const SORTABLE = [
  "started_at",
  "ended_at",
  "last_activity_at",
  "duration_s",
  "user",
  "title",
  "backend",
];

/** Read a view off an address. What it does not know is passed over.
 * @param {string} search @returns {View} */
export function viewOf(search) {
  const parameters = new URLSearchParams(search);
  let conditions = [];
  for (const [name, value] of parameters) {
    const isSecond = !isRepeatable(name) && valuesOf(conditions, name).length > 0;
    if (isCondition(name) && value !== "" && !isSecond) {
      conditions = withCondition(conditions, name, value);
    }
  }
  const isBound = isBoundByStart(conditions);
  const last = parameters.get("last");
  const known = presetOf(last) ? last : DEFAULT_PRESET;
  const sort = parameters.get("sort") ?? "";
  return {
    conditions,
    last: isBound ? null : known,
    sort: SORTABLE.includes(sort.replace(/^-/u, "")) ? sort : DEFAULT_SORT,
    colour: parameters.get("colour") === "status" ? "status" : "backend",
    open: openIn(parameters),
  };
}

/** Write the address of a view. What is as usual is left out. @param {View} view */
export function searchOf(view) {
  const parameters = new URLSearchParams(view.conditions);
  if (view.last !== null && view.last !== DEFAULT_PRESET) parameters.set("last", view.last);
  if (view.sort !== DEFAULT_SORT) parameters.set("sort", view.sort);
  if (view.colour !== "backend") parameters.set("colour", view.colour);
  if (view.open) parameters.set(`show_${view.open.kind}`, view.open.name);
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

/** Give what the API is asked for to show a view at an instant, without order or size.
 * @param {View} view @param {number} now
 * @returns {import("./conditions.mjs").Condition[]} */
export function questionOf(view, now) {
  if (view.last === null) return view.conditions;
  const { after } = boundsOf(view, now);
  if (after === null) return view.conditions;
  return [...view.conditions, ["started_after", written(after)]];
}

/** Look at another stretch up to now. @param {View} view @param {string} last @returns {View} */
export function lookingAtLast(view, last) {
  return { ...view, conditions: withoutStart(view.conditions), last };
}

/** Look at what started between two instants.
 * @param {View} view @param {number} after @param {number} before @returns {View} */
export function lookingBetween(view, after, before) {
  /** @type {import("./conditions.mjs").Condition[]} */
  const bounds = [
    ["started_after", written(after)],
    ["started_before", written(before)],
  ];
  return { ...view, conditions: [...withoutStart(view.conditions), ...bounds], last: null };
}

/** Look with other conditions. @param {View} view
 * @param {import("./conditions.mjs").Condition[]} conditions @returns {View} */
export function lookingWith(view, conditions) {
  const last = isBoundByStart(conditions) ? null : (view.last ?? DEFAULT_PRESET);
  return { ...view, conditions, last };
}

/** Sort by a field; by the one it is sorted by already, the other way round.
 * @param {View} view @param {string} field @returns {View} */
export function sortedBy(view, field) {
  const isText = ["user", "title", "backend"].includes(field);
  const first = isText ? field : `-${field}`;
  const second = isText ? `-${field}` : field;
  return { ...view, sort: view.sort === first ? second : first };
}

/** Whether two views ask for the same sessions in the same order.
 * @param {View} one @param {View} other */
export function isSameQuestion(one, other) {
  const bare = { open: null, colour: /** @type {const} */ ("backend") };
  return searchOf({ ...one, ...bare }) === searchOf({ ...other, ...bare });
}

function openIn(parameters) {
  for (const kind of /** @type {const} */ (["session", "backend"])) {
    const name = parameters.get(`show_${kind}`);
    if (name) return { kind, name };
  }
  return null;
}

function isBoundByStart(conditions) {
  return conditions.some(isOfStart);
}

function withoutStart(conditions) {
  return conditions.filter((condition) => !isOfStart(condition));
}

function isOfStart([name]) {
  return name === "started_after" || name === "started_before";
}
