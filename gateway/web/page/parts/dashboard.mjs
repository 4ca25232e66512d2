// What the page knows, and how it comes to know it: rounds of calls for what is looked at.

import { begunWith, continuedWith, patched, refreshedWith } from "../rules/rows.mjs";
import { worstOf } from "../rules/troubles.mjs";
import { DEFAULT_SORT, isSameQuestion, questionOf } from "../rules/view.mjs";
import { Refusal } from "./client.mjs";
import { askForCounts, askForNewest, askForPage } from "./questions.mjs";

/**
 * @typedef {object} State
 * @property {import("../rules/view.mjs").View} view
 * @property {boolean} isBusy  What is looked at has been asked for, and what is held is of before.
 * @property {Refusal|null} refusal  Why the last round did not come to good.
 * @property {number|null} answeredAt  When the gateway answered last, in milliseconds.
 * @property {any[]} backends
 * @property {Record<string, any>} reports
 * @property {import("../rules/counts.mjs").Cell[]|null} cells
 * @property {{name: string, words: string, length: number}|null} bucket
 * @property {any[]|null} newest  The newest sessions, for the time line.
 * @property {boolean} isCut  There are more sessions than the newest.
 * @property {import("../rules/rows.mjs").Walk|null} walk
 * @property {Refusal|null} walkRefusal  Why the table could not go on.
 */

export class Dashboard {
  #client;
  #listeners = [];
  #abort = new AbortController();
  #walking = false;
  /** The question that the cursor of the walk belongs to.
   * @type {import("../rules/conditions.mjs").Condition[]} */
  #walked = [];
  /** @type {State} */
  state;

  /** @param {import("./client.mjs").Client} client @param {import("../rules/view.mjs").View} view */
  constructor(client, view) {
    this.#client = client;
    this.state = { ...EMPTY, view, isBusy: true };
  }

  /** Have something called with each new state, and the one before.
   * @param {(state: State, before: State) => void} listener */
  listen(listener) {
    this.#listeners.push(listener);
  }

  /** Look at something else. Says whether that takes another round.
   * @param {import("../rules/view.mjs").View} view */
  look(view) {
    const isSame = isSameQuestion(view, this.state.view);
    this.#become(isSame ? { view } : { view, isBusy: true });
    return !isSame;
  }

  /** Forget what is known: somebody else looks. */
  forget() {
    this.#abort.abort();
    this.#become({ ...EMPTY, view: this.state.view, isBusy: true });
  }

  /** Ask for what is looked at; the round before, if it is under way, is given up.
   * @returns {Promise<{maxAge: number, took: number}>} */
  async round() {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const begun = Date.now();
    try {
      const maxAge = await this.#ask(begun, signal);
      return { maxAge, took: (Date.now() - begun) / 1000 };
    } catch (refusal) {
      if (!signal.aborted) this.#refuse(refusal);
      throw refusal;
    }
  }

  /** Read the next page of the table, if there is one and it is not being read. */
  async walkOn() {
    const { walk, view } = this.state;
    if (this.#walking || !walk || walk.next === null || this.state.isBusy) return;
    this.#walking = true;
    const { signal } = this.#abort;
    try {
      await this.#continue(walk.next, view);
    } catch (error) {
      const walkRefusal = /** @type {Refusal} */ (error);
      if (!signal.aborted) this.#become({ walkRefusal });
    } finally {
      this.#walking = false;
    }
  }

  async #ask(now, signal) {
    const { view } = this.state;
    const question = questionOf(view, now);
    const isNewestFirst = view.sort === DEFAULT_SORT;
    if (this.state.backends.length === 0) await this.#askForBackends(signal);
    const answers = Promise.all([
      askForCounts(this.#client, view, now, signal),
      askForNewest(this.#client, question, signal),
      isNewestFirst ? null : askForPage(this.#client, question, view.sort, { signal }),
    ]);
    // How the backends are is asked afterwards: the calls themselves show who is in trouble.
    await answers.catch(() => undefined);
    await this.#askForBackends(signal);
    const [counts, newest, page] = await answers;
    this.#tell(counts, newest, page, question);
    return Math.min(counts.maxAge, newest.maxAge, page?.maxAge ?? Infinity);
  }

  /** How backends are is told also where nothing can be read of them. */
  async #askForBackends(signal) {
    const { body } = await this.#client.ask("v1/backends", [], signal);
    this.#become({ backends: body.data });
  }

  #tell(counts, newest, page, question) {
    const { isBusy, walk } = this.state;
    const first = (page ?? newest).body;
    const isNew = isBusy || walk === null;
    const next = isNew ? begunWith(first) : refreshedWith(walk, first);
    if (next.pages === 1) this.#walked = question;
    this.#become({
      isBusy: false,
      refusal: null,
      answeredAt: Date.now(),
      cells: counts.body.data,
      bucket: counts.bucket,
      reports: worstOf(counts.body.backends, newest.body.backends, page?.body.backends),
      newest: newest.body.data,
      isCut: newest.body.page.next !== null,
      walk: { ...next, rows: patched(next.rows, newest.body.data) },
      walkRefusal: isNew ? null : this.state.walkRefusal,
    });
  }

  #refuse(refusal) {
    const isOfNow = PASSING.has(refusal.code) && !this.state.isBusy;
    if (isOfNow) {
      this.#become({ refusal });
      return;
    }
    // What was held is of another question, or not to be had any more.
    const { view, backends, answeredAt } = this.state;
    const held = { backends: refusal.status === 401 ? [] : backends, answeredAt };
    const isBusy = PASSING.has(refusal.code);
    this.#become({ ...EMPTY, ...held, view, refusal, isBusy, reports: refusal.backends ?? {} });
  }

  async #continue(cursor, view) {
    const { signal } = this.#abort;
    const pageAt = (/** @type {string} */ at) =>
      askForPage(this.#client, this.#walked, view.sort, { cursor: at, signal });
    let { body } = await pageAt(cursor).catch((error) => this.#beginAgain(error, view, signal));
    // A page all of whose rows are known shows nothing new: there is more behind it.
    while (this.#goOn(body, view) === 0 && body.page.next !== null) {
      ({ body } = await pageAt(body.page.next));
    }
  }

  /** Read the first page where the gateway does not know a cursor any more, since it began anew.
   * What the browser keeps of that page holds a cursor that is as old. */
  #beginAgain(error, view, signal) {
    if (!(error instanceof Refusal && CURSOR_LOST.has(error.code))) throw error;
    this.#walked = questionOf(view, Date.now());
    return askForPage(this.#client, this.#walked, view.sort, { signal, cache: "reload" });
  }

  /** Take a page into the walk. Returns how many rows are new. */
  #goOn(page, view) {
    const { walk } = this.state;
    if (walk === null || !isSameQuestion(view, this.state.view)) return Infinity;
    const next = continuedWith(walk, page);
    this.#become({ walk: next, walkRefusal: null });
    return next.rows.length - walk.rows.length;
  }

  #become(changes) {
    const before = this.state;
    this.state = { ...before, ...changes };
    for (const listener of this.#listeners) listener(this.state, before);
  }
}

/** @type {Omit<State, "view">} */
const EMPTY = {
  isBusy: false,
  refusal: null,
  answeredAt: null,
  backends: [],
  reports: {},
  cells: null,
  bucket: null,
  newest: null,
  isCut: false,
  walk: null,
  walkRefusal: null,
};

/** The gateway cannot answer now, and will again. */
const PASSING = new Set(["unreachable", "overloaded", "too_many_requests", "stopping", "unreadable"]);
const CURSOR_LOST = new Set(["invalid_cursor", "cursor_mismatch"]);
