// Light or dark: as the device has it, until somebody says otherwise. That is all that is stored.

import { byId } from "./dom.mjs";

const NAME = "theme";

/** Let the button choose. @param {() => void} changed */
export function listenToTheme(changed) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (chosen() ?? (dark.matches ? "dark" : "light")) === "dark";
  const show = () => {
    const theme = chosen();
    if (theme) document.documentElement.dataset.theme = theme;
    byId("theme").textContent = isDark() ? "Light" : "Dark";
    byId("theme").setAttribute("title", isDark() ? "Use light colours" : "Use dark colours");
    changed();
  };
  byId("theme").addEventListener("click", () => {
    choose(isDark() ? "light" : "dark");
    show();
  });
  dark.addEventListener("change", show);
  show();
}

/** @type {string|null} */
let choice = null;

function chosen() {
  try {
    return choice ?? localStorage.getItem(NAME);
  } catch {
    return choice; // Storage is switched off.
  }
}

function choose(theme) {
  choice = theme;
  try {
    localStorage.setItem(NAME, theme);
  } catch {
    // It holds until the page is closed.
  }
}
