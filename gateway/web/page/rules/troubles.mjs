// What is missing, out of date or cut short, in words: which backend, since when, and why.

import { instantOf } from "./ranges.mjs";
import { ago, when } from "./words.mjs";

/** @typedef {"well"|"kept"|"part"|"stale"|"down"|"idle"|"off"} Level */
/** @typedef {{level: Level, word: string, detail: string}} State  How a backend's part is. */
/** @typedef {State & {backend: string}} Trouble */

const ERRORS = {
  timeout: "it does not answer in time",
  connect: "it cannot be connected to",
  dns: "its host name cannot be found",
  tls: "its certificate is not trusted, or encryption failed",
  reset: "it breaks connections off",
  rate_limited: "it asks to be called less often",
  unavailable: "it says that it is unavailable",
  upstream_error: "it answers with an error",
  auth: "it refuses the gateway's log-in",
  forbidden: "it does not let the gateway read sessions",
  bad_payload: "its answer cannot be read",
  schema: "its answer has an unexpected shape",
  too_large: "its answer is larger than there is room for",
  protocol: "it does not keep to its own protocol",
  config: "it is configured wrongly",
  circuit_open: "it failed again and again, so it is left alone for a while",
  overloaded: "too much is being read at once",
  budget_exceeded: "its list is larger than one answer may read",
  not_cached: "nothing of it is kept",
  group_too_large: "too many of its sessions share one place in the order",
};

const WARNINGS = {
  rejected_rows: "some of its records cannot be used",
  unreadable_fields: "some fields of its records cannot be read",
  duplicates: "it gave some sessions twice",
  page_drift: "its list changed while it was read",
  order_violation: "it does not keep to its own order",
  horizon_reached: "it is capped: nothing older than the configured horizon is looked for",
  budget_reached: "it is capped: there is more than one answer may read",
  warming: "its whole list is still being read",
  clock_skew: "its clock is ahead of the gateway's",
};

/** Say how a backend's part is. @param {any} report  What the answer says of it, if it was asked.
 * @param {any} backend  What is known of the backend, if anything. @param {number} now
 * @returns {State} */
export function stateOf(report, backend, now) {
  switch (report?.status) {
    case "ok":
      return well(report, backend, now);
    case "stale":
      return { level: "stale", word: "Out of date", detail: stale(report, backend, now) };
    case "partial":
      return { level: "part", word: "Incomplete", detail: partial(report) };
    case "failed":
      return { level: "down", word: "Missing", detail: failed(report, backend, now) };
    case "unanswerable":
      return { level: "part", word: "Cannot tell", detail: NOT_TOLD };
    case "skipped":
      return { level: "off", word: "Switched off", detail: "It is switched off in the configuration." };
    default:
      return unasked(backend, now);
  }
}

/** Name all that is missing, out of date or cut short, the worst first.
 * @param {Record<string, any>} reports @param {any[]} backends @param {number} now
 * @returns {Trouble[]} */
export function troublesOf(reports, backends, now) {
  const known = new Map(backends.map((backend) => [backend.name, backend]));
  const names = [...new Set([...known.keys(), ...Object.keys(reports)])];
  return names
    .map((name) => ({ backend: name, ...stateOf(reports[name], known.get(name), now) }))
    .filter((state) => SEVERITY.includes(state.level))
    .sort((one, other) => SEVERITY.indexOf(one.level) - SEVERITY.indexOf(other.level));
}

/** Join the reports of several answers: of each backend the worst one counts.
 * @param {Record<string, any>[]} answers */
export function worstOf(...answers) {
  /** @type {Record<string, any>} */
  const found = {};
  for (const [name, report] of answers.flatMap((reports) => Object.entries(reports ?? {}))) {
    if (!(name in found) || badness(report) > badness(found[name])) found[name] = report;
  }
  return found;
}

/** Say why a backend failed. @param {{code: string}|null|undefined} error */
export function reasonOf(error) {
  return error ? (ERRORS[error.code] ?? error.code) : "nobody knows why";
}

const NOT_TOLD = "The vendor does not tell what is filtered by: no session from there is shown.";
const SEVERITY = ["down", "stale", "part", "off"];
const BADNESS = ["ok", "skipped", "unanswerable", "partial", "stale", "failed"];

function badness(report) {
  return BADNESS.indexOf(report.status) + (report.warnings.length > 0 ? 0.5 : 0);
}

/** @returns {State} */
function well(report, backend, now) {
  const warnings = worded(report.warnings);
  if (warnings !== "") return { level: "kept", word: "Up to date", detail: `${warnings}.` };
  if (backend?.health.error) {
    const detail = `${readAt(report, now)} The last call failed: ${reasonOf(backend.health.error)}.`;
    return { level: "part", word: "Struggling", detail };
  }
  const at = instantOf(report.as_of);
  const read = at === null ? "Nothing had to be read." : `Read ${ago(at, now)}.`;
  return { level: "well", word: "Up to date", detail: read };
}

/** @returns {State} */
function unasked(backend, now) {
  if (backend?.health.error) {
    return { level: "down", word: "In trouble", detail: failed({}, backend, now) };
  }
  return { level: "idle", word: "Not asked", detail: "What is shown is without it." };
}

function failed(report, backend, now) {
  const error = report.error ?? backend?.health.error;
  const reasons = [reasonOf(error)];
  if (report.warnings?.includes("warming")) reasons.push(WARNINGS.warming);
  // What is left alone has failed before: that is the reason that helps.
  const before = backend?.health.error;
  if (error?.code === "circuit_open" && before && before.code !== "circuit_open") {
    reasons.unshift(reasonOf(before));
  }
  return `${since(backend, now)}: ${reasons.join("; ")}.${again(error, backend)}`;
}

function stale(report, backend, now) {
  const because = report.error ? `, because ${reasonOf(report.error)}` : "";
  return `${readAt(report, now).slice(0, -1)}${because}.${again(report.error, backend)}`;
}

function partial(report) {
  const reasons = [...report.warnings.map((warning) => WARNINGS[warning] ?? warning)];
  if (report.rejected > 0) reasons.push(`${report.rejected} records were left out`);
  if (report.error) reasons.push(reasonOf(report.error));
  return reasons.length > 0 ? `${capital(reasons.join("; "))}.` : "Some of its sessions are missing.";
}

function since(backend, now) {
  const last = instantOf(backend?.health.last_success);
  if (last === null) return "It has not answered since the gateway started";
  return `No answer since ${when(last, now)} (${ago(last, now)})`;
}

function again(error, backend) {
  const wait = error?.retry_after_s ?? backend?.health.breaker.retry_after_s ?? null;
  return wait === null ? "" : ` It is asked again in ${Math.max(1, Math.round(wait))} s.`;
}

function readAt(report, now) {
  const at = instantOf(report.as_of);
  return at === null ? "Nothing had to be read." : `As it was at ${when(at, now)} (${ago(at, now)}).`;
}

function worded(warnings) {
  return capital(warnings.map((warning) => WARNINGS[warning] ?? warning).join("; "));
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
