// Making elements. Every text becomes a text node, whatever it holds: nothing is parsed as markup.

/** Make an element. Properties are attributes, but for `class`, `text`, `data` and `on…`; one that is
 * null, undefined or false is left out.
 * @param {string} tag @param {Record<string, any>} [properties] @param {...any} children
 * @returns {any} */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) set(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Find an element of the page that is always there. @param {string} id @returns {any} */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no element ${id}`);
  return element;
}

const told = new WeakMap();

/** Fill an element anew, but only if what it is made of has changed: focus stays where it is.
 * @param {Element} element @param {any} content @param {() => any[]} build */
export function fill(element, content, build) {
  const signature = JSON.stringify(content);
  if (told.get(element) === signature) return;
  told.set(element, signature);
  const focused = element.contains(document.activeElement) ? keyOf(document.activeElement) : null;
  element.replaceChildren(...build().filter((child) => child !== null));
  if (focused !== null) findKey(element, focused)?.focus();
}

/** Say a text, if it is not said already. @param {Element} element @param {string} text */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") element.className = value;
  else if (name === "text") element.textContent = value;
  else if (name === "data") Object.assign(element.dataset, value);
  else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else element.setAttribute(name, value === true ? "" : value);
}

function keyOf(element) {
  return element?.dataset?.key ?? null;
}

function findKey(element, key) {
  return /** @type {HTMLElement|undefined} */ (
    [...element.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key)
  );
}
