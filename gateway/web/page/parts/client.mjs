// Asking the API. What is kept of answers, and when it is asked for again by its tag, is left to the
// browser's own cache, which knows `ETag` and `max-age`. The key is held here and nowhere else.

import { maxAgeOf, retryAfterOf } from "../rules/pacing.mjs";

const LONGEST_MS = 75_000;

/** A call that was not answered as hoped. The status is 0 where nothing was answered at all. */
export class Refusal extends Error {
  /** @param {number} status @param {any} problem @param {number|null} retryAfter */
  constructor(status, problem, retryAfter = null) {
    super(problem.detail ?? problem.title ?? "No answer.");
    this.status = status;
    /** @type {string} */
    this.code = problem.code ?? "unreadable";
    /** @type {{parameter: string, detail: string}[]} */
    this.errors = problem.errors ?? [];
    /** @type {Record<string, any>|null} */
    this.backends = problem.backends ?? null;
    this.retryAfter = retryAfter;
  }
}

export class Client {
  /** @type {string|null} */
  #key = null;

  get hasKey() {
    return this.#key !== null;
  }

  /** Send this key from now on, or none. @param {string|null} key */
  useKey(key) {
    this.#key = key;
  }

  /** Ask for a path. Throws a {@link Refusal}, or an `AbortError` where the signal said so.
   * @param {string} path @param {[string, string][]} [question]
   * @param {AbortSignal|null} [signal]
   * @param {RequestCache} [cache]  How the browser's cache is used; `reload` passes it by.
   * @returns {Promise<{body: any, maxAge: number}>} */
  async ask(path, question = [], signal = null, cache = "default") {
    const query = new URLSearchParams(question).toString();
    const response = await this.#send(query === "" ? path : `${path}?${query}`, signal, cache);
    const body = await read(response);
    if (response.ok && body !== null) {
      return { body, maxAge: maxAgeOf(response.headers.get("Cache-Control")) };
    }
    const retryAfter = retryAfterOf(response.headers.get("Retry-After"));
    throw new Refusal(response.status, body ?? {}, retryAfter);
  }

  async #send(path, signal, cache) {
    const headers = { Accept: "application/json" };
    if (this.#key !== null) headers.Authorization = `Bearer ${this.#key}`;
    const patience = AbortSignal.timeout(LONGEST_MS);
    const signals = signal ? AbortSignal.any([signal, patience]) : patience;
    try {
      const options = { headers, cache, signal: signals, credentials: "omit", redirect: "error" };
      return await fetch(path, /** @type {RequestInit} */ (options));
    } catch (error) {
      throw signal?.aborted ? error : new Refusal(0, { code: "unreachable" });
    }
  }
}

/** Write a session's id as it stands in a path. @param {string} id */
export function pathOf(id) {
  const escaped = encodeURIComponent(id).replace(
    /[!'()*]/gu,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `v1/sessions/${escaped.replaceAll("%3A", ":")}`;
}

async function read(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}
