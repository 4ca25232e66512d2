// Asking for a key. It goes from the field to the client, and is nowhere else.

import { byId } from "./dom.mjs";

export class KeyDialog {
  #dialog = byId("key-dialog");
  #text = byId("key-text");
  #isDeclined = false;

  /** @param {(key: string|null) => void} use  What is done with a key, or when it is forgotten. */
  constructor(use) {
    byId("key").addEventListener("click", () => this.#open(""));
    byId("key-cancel").addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => {
      this.#text.value = "";
      this.#isDeclined = true;
    });
    byId("key-forget").addEventListener("click", () => {
      this.#dialog.close();
      use(null);
    });
    byId("key-form").addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      const key = this.#text.value.trim();
      if (!/^[\x21-\x7e]+$/u.test(key)) {
        this.#open("That is no key: keys are letters, digits and signs without spaces.");
        return;
      }
      this.#dialog.close();
      this.#isDeclined = false;
      use(key);
    });
  }

  /** Ask, since the gateway does; once, unless a key was wrong.
   * @param {boolean} isWrong  A key was sent. */
  ask(isWrong) {
    if (isWrong) this.#open("This key is not known here, or has expired.");
    else if (!this.#isDeclined) this.#open("");
  }

  /** Say on the button whether there is a key. @param {boolean} hasKey @param {boolean} isNeeded */
  show(hasKey, isNeeded) {
    byId("key").textContent = hasKey ? "Key in use" : "Key";
    byId("key-forget").hidden = !hasKey;
    byId("key-title").textContent = isNeeded ? "This gateway asks for a key" : "Use a key";
  }

  #open(wrong) {
    byId("key-wrong").textContent = wrong;
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#text.focus();
  }
}
