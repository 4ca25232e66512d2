// What is asked for: stretches of time, statuses, words, and the filters in force.

import {
  isInstant,
  isLength,
  labelOf,
  OFFERED,
  toggled,
  valuesOf,
  withCondition,
  without,
} from "../rules/conditions.mjs";
import { STATUSES } from "../rules/counts.mjs";
import { instantOf, PRESETS, written } from "../rules/ranges.mjs";
import { named } from "../rules/sessions.mjs";
import { lookingAtLast, lookingWith } from "../rules/view.mjs";
import { exactly, lasting } from "../rules/words.mjs";
import { byId, fill, h } from "./dom.mjs";

const ATTRIBUTES = "attributes.";
const MOST_KNOWN = 200;
const WAIT_MS = 300;
const ON_CARDS = new Set(["status", "q"]);
const HINTS = {
  length: "Seconds, or such as PT1H30M. A session that is active has no length yet.",
  instant: "In the time of this device.",
  equal: "The id or the name, exactly as it is shown. For a part of it, use the search.",
};

export class Filters {
  #go;
  #state;
  /** What is being typed is asked for once it rests.
   * @type {ReturnType<typeof setTimeout>|undefined} */
  #typing;
  #isTyped = false;

  /** @param {import("./main.mjs").Go} go @param {() => import("./dashboard.mjs").State} state */
  constructor(go, state) {
    this.#go = go;
    this.#state = state;
    this.#listenToSearch();
    this.#listenToDialog();
  }

  /** @param {import("./dashboard.mjs").State} state */
  show({ view }) {
    const { conditions } = view;
    fill(byId("ranges"), view.last, () => PRESETS.map((preset) => this.#range(preset, view.last)));
    const statuses = valuesOf(conditions, "status");
    fill(byId("statuses"), statuses, () => STATUSES.map((status) => this.#status(status, statuses)));
    fill(byId("chips"), conditions, () => this.#chips(conditions));
    const search = byId("q");
    const words = valuesOf(conditions, "q")[0] ?? "";
    if (this.#typing === undefined && search.value.trim() !== words) search.value = words;
  }

  #range({ name, label, words }, last) {
    return h("button", {
      type: "button",
      text: label,
      title: `Started ${words}`,
      "aria-pressed": String(name === last),
      data: { key: name },
      onclick: () => this.#go((view) => lookingAtLast(view, name)),
    });
  }

  #status(status, chosen) {
    return h("button", {
      type: "button",
      text: status.charAt(0).toUpperCase() + status.slice(1),
      "aria-pressed": String(chosen.includes(status)),
      data: { key: status },
      onclick: () => this.#go((view) => lookingWith(view, toggled(view.conditions, "status", status))),
    });
  }

  #chips(conditions) {
    const shown = conditions.filter(([name]) => !ON_CARDS.has(name));
    const chips = shown.map(([name, value]) => this.#chip(name, value));
    if (conditions.length < 2) return chips;
    const clear = () => this.#go((view) => lookingAtLast({ ...view, conditions: [] }, view.last ?? "24h"));
    const all = h("button", { type: "button", class: "chip all", text: "Clear all filters", onclick: clear });
    return [...chips, h("li", {}, all)];
  }

  #chip(name, value) {
    const words = `${labelOf(name)} ${valueInWords(name, value)}`;
    const remove = () => this.#go((view) => lookingWith(view, without(view.conditions, name, value)));
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "chip", "aria-label": `Remove the filter ${words}`, onclick: remove },
        h("span", { text: words }),
        h("b", { "aria-hidden": "true", text: "×" }),
      ),
    );
  }

  #listenToSearch() {
    const search = byId("q");
    const ask = () => {
      clearTimeout(this.#typing);
      this.#typing = undefined;
      const words = search.value.trim();
      if (words === (valuesOf(this.#state().view.conditions, "q")[0] ?? "")) return;
      // What was typed in one go is one step back.
      const replace = this.#isTyped;
      this.#isTyped = true;
      this.#go((view) => lookingWith(view, withCondition(without(view.conditions, "q"), "q", words)), { replace });
    };
    search.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => ask(), WAIT_MS);
    });
    search.addEventListener("change", () => ask());
    search.addEventListener("blur", () => {
      this.#isTyped = false;
    });
  }

  #listenToDialog() {
    const [dialog, form, name] = [byId("add-dialog"), byId("add-form"), byId("add-name")];
    name.append(...OFFERED.map((each) => h("option", { value: each, text: labelOf(each) })));
    name.addEventListener("change", () => this.#offer());
    byId("add").addEventListener("click", () => {
      form.reset();
      name.value = "user";
      this.#offer();
      dialog.showModal();
    });
    byId("add-cancel").addEventListener("click", () => dialog.close());
    form.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#add();
      dialog.close();
    });
  }

  /** Ask for what belongs to the chosen condition. */
  #offer() {
    const [name, value, attribute] = [byId("add-name").value, byId("add-value"), byId("add-attribute")];
    const isOfAttribute = name === ATTRIBUTES;
    attribute.hidden = !isOfAttribute;
    byId("add-attribute-label").hidden = !isOfAttribute;
    attribute.required = isOfAttribute;
    value.type = isInstant(name) ? "datetime-local" : "text";
    value.step = isInstant(name) ? "1" : "";
    const hint = hintOf(name);
    byId("add-hint").textContent = HINTS[hint];
    byId("add-value-label").textContent = hint === "equal" ? "is" : "value";
    const known = knownValues(this.#state(), name);
    byId("add-known").replaceChildren(...known.map((each) => h("option", { value: each })));
  }

  #add() {
    const chosen = byId("add-name").value;
    const name = chosen === ATTRIBUTES ? chosen + byId("add-attribute").value.trim() : chosen;
    const text = byId("add-value").value.trim();
    const value = isInstant(name) ? written(new Date(text).getTime()) : text;
    this.#go((view) => lookingWith(view, withCondition(view.conditions, name, value)));
  }
}

function hintOf(name) {
  if (isInstant(name)) return "instant";
  return isLength(name) ? "length" : "equal";
}

function valueInWords(name, value) {
  const instant = isInstant(name) ? instantOf(value) : null;
  if (instant !== null) return exactly(instant);
  if (isLength(name) && /^\d+(?:\.\d+)?$/u.test(value)) return lasting(Number(value));
  return value;
}

/** Give the values that a condition could have, of what is seen. */
function knownValues({ newest, backends }, name) {
  if (name === "vendor") return [...new Set(backends.map((backend) => backend.vendor))];
  const values = (newest ?? []).map((session) => {
    const value = session[name];
    return value !== null && typeof value === "object" ? named(value) : value;
  });
  const texts = values.filter((value) => typeof value === "string");
  return [...new Set(texts)].sort().slice(0, MOST_KNOWN);
}
