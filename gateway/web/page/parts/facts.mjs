// Facts in the sheet: names, and what is known under them.

import { instantOf } from "../rules/ranges.mjs";
import { ago, exactly } from "../rules/words.mjs";
import { h } from "./dom.mjs";

/** Make a list of facts; what is not known is left out.
 * @param {[string, any][]} facts  Names, and texts or elements. */
export function factsOf(facts) {
  const known = facts.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return h("dl", { class: "facts" }, known.map(([name, value]) => h("div", {}, h("dt", { text: name }), h("dd", {}, value))));
}

/** Make a part of the sheet. @param {string} title @param {...any} children */
export function part(title, ...children) {
  return h("section", {}, h("h3", { text: title }), ...children);
}

/** Say when something was, to the second, and how long ago.
 * @param {string|null} text @param {number} now */
export function instant(text, now) {
  const at = instantOf(text);
  if (at === null) return null;
  return h("span", {}, exactly(at), h("small", { text: ago(at, now) }));
}

/** Make a text that acts. @param {string} text @param {() => void} act */
export function link(text, act) {
  return h("button", { type: "button", class: "link", text, onclick: act });
}
