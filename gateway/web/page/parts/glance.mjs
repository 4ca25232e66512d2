// What is seen first: the headline, what is missing, and a card for each backend.

import { countsByBackend, countsOfAll, STATUSES } from "../rules/counts.mjs";
import { toggled, valuesOf } from "../rules/conditions.mjs";
import { explanationOf, headlineOf } from "../rules/headline.mjs";
import { coloursOf } from "../rules/palette.mjs";
import { stateOf, troublesOf } from "../rules/troubles.mjs";
import { lookingAtLast, lookingWith } from "../rules/view.mjs";
import { listed, number, several, when } from "../rules/words.mjs";
import { byId, fill, h, say } from "./dom.mjs";

const SIGNS = { down: "!", stale: "◷", part: "◐", off: "–" };

/** Show what a state says at a glance.
 * @param {import("./dashboard.mjs").State} state @param {number} now
 * @param {import("./main.mjs").Go} go */
export function showGlance(state, now, go) {
  showHeadline(state, now);
  showNotices(state, now, go);
  showCards(state, now, go);
}

function showHeadline(state, now) {
  const [headline, explanation] = sentences(state, now);
  say(byId("headline"), headline);
  say(byId("explanation"), explanation);
  const short = state.cells ? `${countsOfAll(state.cells).active} active · ` : "";
  document.title = `${short}Sessions`;
}

function sentences({ view, cells, newest, isCut, refusal, isBusy }, now) {
  if (cells !== null) {
    const counts = countsOfAll(cells);
    const seen = { view, counts, byBackend: countsByBackend(cells), now };
    return [headlineOf({ ...seen, sessions: null }), explanationOf({ ...seen, sessions: isCut ? null : newest })];
  }
  if (refusal?.status === 401) return ["A key is needed", "Press Key, and type the one you were given."];
  if (refusal?.status === 403) return ["This key may not read sessions", refusal.message];
  if (refusal?.status === 400) return ["This view cannot be shown", "Something is wrong with its filters; what, is said below."];
  if (refusal && !isBusy) return ["No sessions can be read", refusal.message];
  if (refusal) return ["No sessions can be read now", "It is tried again by itself."];
  return ["Asking the backends", "This takes a moment the first time."];
}

function showNotices(state, now, go) {
  const notices = [...ownNotices(state, now), ...vendorNotices(state, now)];
  fill(byId("notices"), notices, () => notices.map((each) => noticeOf(each, go, state.view)));
  // Ages change every few seconds: who listens is told of a trouble once.
  say(byId("announced"), notices.map((each) => each.title).join(" "));
}

function ownNotices({ refusal, answeredAt, newest, view }, now) {
  if (refusal === null) return [];
  const held = newest !== null && answeredAt ? ` What is shown is of ${when(answeredAt, now)}.` : "";
  if (refusal.code === "unreachable") {
    return [{ level: "down", title: "The gateway does not answer.", text: `It is tried again by itself.${held}` }];
  }
  if (refusal.status === 401) return [];
  const wrong = refusal.errors.map((each) => `${each.parameter} ${each.detail}`);
  const text = `${wrong.length > 0 ? `${wrong.join("; ")}.` : refusal.message}${held}`;
  const isFilter = refusal.status === 400;
  const title = isFilter ? "A filter is not understood." : "The gateway cannot answer.";
  return [{ level: "down", title, text, clears: isFilter ? { ...view, conditions: [] } : null }];
}

function vendorNotices({ reports, backends }, now) {
  return alike(troublesOf(reports, backends, now)).map(({ level, names, word, detail }) => ({
    level,
    backend: names.length === 1 ? names[0] : undefined,
    title: `${listed(names)}: ${word.toLowerCase()}.`,
    text: `${detail}${level === "down" ? " Its sessions are not in what is shown." : ""}`,
  }));
}

/** Put troubles that are told in the same words together. */
function alike(troubles) {
  const found = new Map();
  for (const { backend, ...state } of troubles) {
    const words = JSON.stringify(state);
    found.set(words, { ...state, names: [...(found.get(words)?.names ?? []), backend] });
  }
  return [...found.values()];
}

/** @param {{level: string, title: string, text: string, backend?: string, clears?: any}} notice
 * @param {import("./main.mjs").Go} go @param {import("../rules/view.mjs").View} view */
function noticeOf({ level, title, text, backend, clears }, go, view) {
  return h(
    "div",
    { class: `notice ${level}` },
    h("span", { class: "sign", "aria-hidden": "true", text: SIGNS[level] ?? "!" }),
    h("p", {}, h("strong", { text: title }), ` ${text}`),
    wayOn(backend, clears, go, view),
  );
}

/** Give the button that leads to what a notice is about, if any does. */
function wayOn(backend, clears, go, view) {
  if (backend) {
    return h("button", {
      type: "button",
      class: "button",
      text: "Details",
      "aria-label": `Details of ${backend}, which is in trouble`,
      data: { key: `notice ${backend}` },
      onclick: () => go((now) => ({ ...now, open: { kind: "backend", name: backend } })),
    });
  }
  if (!clears) return null;
  return h("button", {
    type: "button",
    class: "button",
    text: "Clear the filters",
    onclick: () => go(() => lookingAtLast(clears, view.last ?? "24h")),
  });
}

function showCards({ view, cells, reports, backends, isBusy }, now, go) {
  const names = backends.map((backend) => backend.name);
  const counts = countsByBackend(cells ?? []);
  const colours = coloursOf(names);
  const chosen = valuesOf(view.conditions, "backend");
  const cards = backends.map((backend) => ({
    name: backend.name,
    vendor: backend.vendor,
    colour: colours.get(backend.name),
    isChosen: chosen.includes(backend.name),
    counts: counts.get(backend.name) ?? null,
    isCounted: cells !== null && ["ok", "partial", "stale"].includes(reports[backend.name]?.status),
    state: stateOf(reports[backend.name], backend, now),
  }));
  byId("backends").setAttribute("aria-busy", String(isBusy));
  fill(byId("backends"), cards, () => cards.map((card) => cardOf(card, go)));
}

function cardOf(card, go) {
  const { name, colour, isChosen, state } = card;
  const choose = () => go((now) => lookingWith(now, toggled(now.conditions, "backend", name)));
  const open = () => go((now) => ({ ...now, open: { kind: "backend", name } }));
  return h(
    "li",
    { class: `card c-${colour} ${state.level}${isChosen ? " chosen" : ""}` },
    h(
      "div",
      { class: "card-head" },
      h("span", { class: "dot", "aria-hidden": "true" }),
      h("button", {
        type: "button",
        class: "card-name",
        text: name,
        title: `Show ${name} alone`,
        "aria-pressed": String(isChosen),
        data: { key: `card ${name}` },
        onclick: choose,
      }),
    ),
    figuresOf(card),
    sharesOf(card.counts),
    h("button", {
      type: "button",
      class: "quiet card-more",
      text: "Details",
      "aria-label": `Details of ${name}`,
      data: { key: `more ${name}` },
      onclick: open,
    }),
    h("p", { class: "card-state" }, h("strong", { text: `${state.word}.` }), ` ${state.detail}`),
  );
}

function figuresOf({ counts, isCounted }) {
  if (!isCounted) return h("p", { class: "figures" }, h("b", { text: "–" }), h("span", { text: "not counted" }));
  const { active = 0, total = 0, isLeast = false } = counts ?? {};
  const least = isLeast ? "at least " : "";
  return h(
    "p",
    { class: "figures" },
    h("b", { text: number(active) }),
    h("span", { text: `active of ${least}${number(total)}` }),
  );
}

function sharesOf(counts) {
  const shown = STATUSES.filter((status) => (counts?.[status] ?? 0) > 0);
  const words = shown.map((status) => `${counts[status]} ${status}`).join(", ");
  const bar = h("div", { class: "shares", role: "img", "aria-label": words || "no sessions" });
  for (const status of shown) {
    const part = h("i", { class: `s-${status}`, title: several(counts[status], `${status} session`) });
    part.style.flexBasis = "2px";
    part.style.flexGrow = String(counts[status]);
    bar.append(part);
  }
  return bar;
}
