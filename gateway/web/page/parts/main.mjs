// The page: its parts, what they are told, and what they ask for.

import { searchOf, viewOf } from "../rules/view.mjs";
import { Client } from "./client.mjs";
import { Dashboard } from "./dashboard.mjs";
import { byId } from "./dom.mjs";
import { Filters } from "./filters.mjs";
import { showGlance } from "./glance.mjs";
import { KeyDialog } from "./key.mjs";
import { showLive } from "./live.mjs";
import { Poller } from "./poller.mjs";
import { Sheet } from "./sheet.mjs";
import { Table } from "./table.mjs";
import { listenToTheme } from "./theme.mjs";
import { TimeLine } from "./timeline.mjs";

/** @typedef {import("../rules/view.mjs").View} View */
/** @typedef {(change: (view: View) => View, how?: {replace?: boolean}) => void} Go
 *  Look at something else, made of what is looked at. */

const TICK_MS = 1000;
const AGES_MS = 5000;
/** What asking again does not change. */
const SETTLED = new Set([400, 401, 403]);

const client = new Client();
const dashboard = new Dashboard(client, viewOf(location.search));
const poller = new Poller(round, () => showLive(dashboard.state, poller, Date.now()));

/** @type {Go} */
const go = (change, { replace = false } = {}) => {
  const view = change(dashboard.state.view);
  const address = location.pathname + searchOf(view);
  if (address === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", address);
  look(view);
};

const key = new KeyDialog((text) => {
  client.useKey(text);
  dashboard.forget();
  void poller.now();
});
const filters = new Filters(go, () => dashboard.state);
const timeline = new TimeLine(go);
const table = new Table(go, () => {
  void dashboard.walkOn();
});
const sheet = new Sheet(client, go);

dashboard.listen(show);
listenToTheme(() => timeline.repaint());
byId("live").addEventListener("click", () => poller.pause(!poller.isPaused));
addEventListener("popstate", () => look(viewOf(location.search)));
setInterval(() => showLive(dashboard.state, poller, Date.now()), TICK_MS);
setInterval(() => {
  if (!document.hidden) showGlance(dashboard.state, Date.now(), go);
}, AGES_MS);
show(dashboard.state, dashboard.state);
void poller.now();

function look(view) {
  if (dashboard.look(view)) void poller.now();
}

async function round() {
  try {
    return await dashboard.round();
  } catch (refusal) {
    const { status } = /** @type {import("./client.mjs").Refusal} */ (refusal);
    if (status === 401) key.ask(client.hasKey);
    if (SETTLED.has(status)) poller.rest();
    throw refusal;
  }
}

/** @param {import("./dashboard.mjs").State} state @param {import("./dashboard.mjs").State} before */
function show(state, before) {
  const now = Date.now();
  document.body.dataset.busy = String(state.isBusy);
  showGlance(state, now, go);
  filters.show(state);
  timeline.show(state, now);
  table.show(state, before, now);
  sheet.show(state, now);
  key.show(client.hasKey, state.refusal?.status === 401);
  showLive(state, poller, now);
}
