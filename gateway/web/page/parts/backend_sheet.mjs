// The sheet of a backend: how it is doing, how fresh what is kept of it is, and what it cannot do.

import { labelOf } from "../rules/conditions.mjs";
import { reasonOf, stateOf } from "../rules/troubles.mjs";
import { lookingWith } from "../rules/view.mjs";
import { listed, number, roundly, size } from "../rules/words.mjs";
import { h } from "./dom.mjs";
import { factsOf, instant, part } from "./facts.mjs";

const BREAKER = {
  closed: "asked as usual",
  open: "left alone for a while, since it failed again and again",
  half_open: "tried with one call at a time, to see whether it is well again",
};
const FILTERS = {
  q: "search for words",
  started_at: "start",
  ended_at: "end",
  last_activity_at: "last activity",
  duration_s: "duration",
  attributes: "vendor’s own fields",
};
const PAGING = {
  none: "everything at once",
  restart: "from the beginning each time",
  offset: "by offset",
  page_index: "by the number of the page",
  cursor: "by cursor",
  after_id: "by the last id",
  link: "by links",
};

/** Tell all of it. @param {any} backend @param {any} report  Of the last answer, if it was asked.
 * @param {{go: import("./main.mjs").Go, now: number}} by */
export function backendBody(backend, report, { go, now }) {
  const { level, word, detail } = stateOf(report, backend, now);
  const only = () => go((view) => ({ ...lookingWith(view, [...view.conditions.filter(([name]) => name !== "backend"), ["backend", backend.name]]), open: null }));
  return [
    h("p", { class: `verdict ${level}` }, h("strong", { text: `${word}. ` }), detail),
    h("div", { class: "sheet-actions" }, h("button", { type: "button", class: "button", text: "Show its sessions alone", onclick: only })),
    part("Health", health(backend.health, now)),
    part("Freshness", freshness(backend.freshness, report, now)),
    part("Limits", limits(backend.limits)),
    ...abilities(backend),
  ];
}

function health({ last_success, last_failure, error, breaker, pause }, now) {
  const wait = breaker.retry_after_s === null ? "" : `, for ${Math.ceil(breaker.retry_after_s)} s more`;
  return factsOf([
    ["Last answered", instant(last_success, now) ?? "not yet"],
    ["Last failed", instant(last_failure, now) ?? "never"],
    ["In trouble because", error && reasonOf(error)],
    ["It is", `${BREAKER[breaker.state] ?? breaker.state}${wait}`],
    ["It rests because", pause && reasonOf(pause)],
  ]);
}

function freshness({ ttl_s, stale_while_revalidate_s, stale_if_error_s }, report, now) {
  return factsOf([
    ["Shown as of", instant(report?.as_of ?? null, now)],
    ["Kept for", ttl_s === 0 ? "nothing is kept" : roundly(ttl_s)],
    ["Then, while read anew", stale_while_revalidate_s > 0 ? `${roundly(stale_while_revalidate_s)} more` : null],
    ["When reading fails", stale_if_error_s > 0 ? `up to ${roundly(stale_if_error_s)}, marked as out of date` : "nothing old is shown"],
  ]);
}

function limits({ concurrency, rate, timeout_s, max_body_bytes }) {
  return factsOf([
    ["At a time", `${number(concurrency)} calls`],
    ["At most", rate === null ? "as often as needed" : rate.replace("/", " calls per ")],
    ["Waited for", roundly(timeout_s)],
    ["Largest answer", size(max_body_bytes)],
  ]);
}

function abilities({ capabilities, operations }) {
  if (capabilities === null) return [part("What it can do", h("p", { text: "It does not say." }))];
  const graded = gradesOf(capabilities.filters);
  const allowed = new Set(operations);
  const can = capabilities.operations.map((name) => `${name}${allowed.has(name) ? "" : " (not allowed here)"}`);
  return [
    part(
      "What it cannot do",
      factsOf([
        ["Has no", listed(graded.absent) || "field that is missing"],
        ["Leaves to the gateway", listed(graded.unsupported) || "nothing"],
        ["Cannot", listed(["create", "keepalive", "hide", "end"].filter((name) => !capabilities.operations.includes(name)))],
        ["Single sessions", capabilities.detail ? null : "cannot be asked for: they are looked for in its list"],
      ]),
    ),
    part(
      "What it can do",
      factsOf([
        ["Filters by", listed(graded.exact) || "nothing"],
        ["Filters roughly by", listed(graded.inexact)],
        ["Sorts by", listed(capabilities.sorts.map(sortInWords)) || "nothing: the gateway sorts"],
        ["Gives its list", PAGING[capabilities.paging] ?? capabilities.paging],
        ["Can", listed(can)],
      ]),
    ),
  ];
}

/** Name the filters by how well the vendor checks them; one that it checks in part is named twice. */
function gradesOf(filters) {
  const found = { exact: [], inexact: [], unsupported: [], absent: [] };
  for (const [field, comparisons] of Object.entries(filters)) {
    for (const grade of new Set(Object.values(comparisons))) {
      found[grade].push(FILTERS[field] ?? labelOf(field));
    }
  }
  return found;
}

function sortInWords({ field, descending }) {
  const name = FILTERS[field] ?? field;
  return descending ? `${name}, latest first` : name;
}
