// Asking again and again: one round at a time, none while nobody looks or while it is paused.

import { secondsToWait } from "../rules/pacing.mjs";

export class Poller {
  #round;
  #changed;
  /** @type {ReturnType<typeof setTimeout>|null} */
  #timer = null;
  #failures = 0;
  #runs = 0;
  /** When the next round is due; null while one is under way.
   * @type {number|null} */
  dueAt = null;
  isPaused = false;

  /** Take what makes a round: it says how long its answers are fresh, or throws what the gateway
   * said. And what is called when it is known when the next one is due.
   * @param {() => Promise<{maxAge: number, took: number}>} round @param {() => void} changed */
  constructor(round, changed) {
    this.#round = round;
    this.#changed = changed;
    document.addEventListener("visibilitychange", () => this.#arrange());
  }

  /** Make a round now, whatever is under way. */
  async now() {
    this.#stop();
    this.#runs += 1;
    const run = this.#runs;
    this.dueAt = null;
    const wait = await this.#made();
    if (run !== this.#runs) return;
    this.dueAt = Date.now() + wait * 1000;
    this.#arrange();
    this.#changed();
  }

  /** Stop for as long as somebody wants, or go on. @param {boolean} isPaused */
  pause(isPaused) {
    this.isPaused = isPaused;
    this.#arrange();
    this.#changed();
  }

  /** Make no more rounds until one is asked for. */
  rest() {
    this.#stop();
    this.#runs += 1;
    this.dueAt = null;
  }

  async #made() {
    try {
      const round = await this.#round();
      this.#failures = 0;
      return secondsToWait({ failures: 0, ...round });
    } catch (error) {
      this.#failures += 1;
      const { retryAfter } = /** @type {import("./client.mjs").Refusal} */ (error);
      return secondsToWait({ failures: this.#failures, retryAfter });
    }
  }

  #arrange() {
    this.#stop();
    if (document.hidden || this.isPaused || this.dueAt === null) return;
    const wait = Math.max(0, this.dueAt - Date.now());
    this.#timer = setTimeout(() => {
      void this.now();
    }, wait);
  }

  #stop() {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
