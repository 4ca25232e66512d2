// What is missing, out of date or cut short, in words.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { reasonOf, stateOf, troublesOf, worstOf } from "../../../gateway/web/page/rules/troubles.mjs";

const NOW = Date.parse("2026-11-22T11:00:00Z"); // 12:00 in Paris

function report(status, changes = {}) {
  return {
    ...{ status, served_from: "live", as_of: "2026-11-22T10:59:00Z", rejected: 0 },
    ...{ warnings: [], error: null, ...changes },
  };
}

function backend(changes = {}, breaker = {}) {
  const health = { last_success: "2026-11-22T10:54:00Z", last_failure: null, error: null };
  return {
    name: "b",
    health: { ...health, ...changes, breaker: { state: "closed", retry_after_s: null, ...breaker } },
  };
}

const error = (code, retry_after_s = null) => ({ code, retryable: true, retry_after_s });

test("who is gone is told since when, why, and when it is asked again", () => {
  const state = stateOf(report("failed", { error: error("connect", 12.4) }), backend(), NOW);

  assert.equal(state.level, "down");
  assert.equal(
    state.detail,
    "No answer since 11:54:00 (6 min ago): it cannot be connected to. It is asked again in 12 s.",
  );
});

test("who is left alone is told with what had gone wrong before", () => {
  const failing = backend({ error: error("timeout") }, { retry_after_s: 5 });
  const { detail } = stateOf(report("failed", { error: error("circuit_open") }), failing, NOW);

  assert.match(detail, /it does not answer in time; it failed again and again/);
  assert.match(detail, /asked again in 5 s/);
});

test("who has never answered is told so", () => {
  const never = backend({ last_success: null });

  assert.match(stateOf(report("failed", { error: error("dns") }), never, NOW).detail, /^It has not answered/);
});

test("who is out of date is told with as of when, and why", () => {
  const { level, detail } = stateOf(report("stale", { error: error("timeout") }), backend(), NOW);

  assert.equal(level, "stale");
  assert.equal(detail, "As it was at 11:59:00 (1 min ago), because it does not answer in time.");
});

test("who is capped is told so", () => {
  for (const warning of ["horizon_reached", "budget_reached"]) {
    const { level, detail } = stateOf(report("partial", { warnings: [warning] }), backend(), NOW);

    assert.equal(level, "part");
    assert.match(detail, /It is capped/);
  }
});

test("who serves from what is kept while calls fail is in trouble already", () => {
  const state = stateOf(report("ok"), backend({ error: error("reset") }), NOW);

  assert.equal(state.word, "Struggling");
  assert.match(state.detail, /breaks connections off/);
});

test("who was not asked is in no trouble, unless it is known to be", () => {
  assert.equal(stateOf(undefined, backend(), NOW).level, "idle");
  assert.equal(stateOf(undefined, backend({ error: error("auth") }), NOW).level, "down");
});

test("the worst come first, and those that are well are not told of", () => {
  const backends = ["a", "b", "c", "d"].map((name) => ({ ...backend(), name }));
  const reports = { a: report("partial"), b: report("ok"), c: report("failed"), d: report("stale") };

  assert.deepEqual(troublesOf(reports, backends, NOW).map((each) => each.backend), ["c", "d", "a"]);
});

test("of several answers the worst report counts", () => {
  const found = worstOf({ a: report("ok") }, { a: report("failed"), b: report("ok") }, undefined);

  assert.deepEqual([found.a.status, found.b.status], ["failed", "ok"]);
});

test("every code and warning of the API is told in words", () => {
  const source = readFileSync("gateway/model/report.py", "utf8");
  const listed = (name) => {
    const [, body] = source.split(`class ${name}(StrEnum):`);
    return [...body.split("\nclass ")[0].matchAll(/= "(\w+)"/g)].map(([, code]) => code);
  };

  for (const code of listed("ErrorCode")) {
    if (code !== "write_outcome_unknown") assert.notEqual(reasonOf(error(code)), code);
  }
  for (const warning of listed("BackendWarning")) {
    const { detail } = stateOf(report("partial", { warnings: [warning] }), backend(), NOW);
    assert.ok(!detail.includes("_"), detail);
  }
});
