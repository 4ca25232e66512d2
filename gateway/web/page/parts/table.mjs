// The table: rows are made for what is in sight alone, and more are asked for as the end comes near.

import { coloursOf } from "../rules/palette.mjs";
import { movedBy } from "../rules/rows.mjs";
import { sortedBy } from "../rules/view.mjs";
import { number, several } from "../rules/words.mjs";
import { byId, fill, h, say } from "./dom.mjs";
import { emptyRow, fillRow } from "./row.mjs";

const COLUMNS = [
  { name: "status", label: "Status" },
  { name: "title", label: "Session", sort: "title" },
  { name: "user", label: "User", sort: "user" },
  { name: "backend", label: "Backend", sort: "backend" },
  { name: "started", label: "Started", sort: "started_at" },
  { name: "length", label: "Lasted", sort: "duration_s" },
  { name: "activity", label: "Last activity", sort: "last_activity_at" },
];
const BEYOND = 8;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

export class Table {
  #rows = byId("rows");
  #go;
  #walkOn;
  /** @type {any[]} */
  #sessions = [];
  /** @type {Map<number, any>} */
  #made = new Map();
  /** @type {any[]} */
  #spare = [];
  #focus = 0;
  #isDue = false;
  #now = 0;
  #colours = new Map();
  #hasMore = false;

  /** @param {import("./main.mjs").Go} go @param {() => void} walkOn */
  constructor(go, walkOn) {
    this.#go = go;
    this.#walkOn = walkOn;
    const due = () => this.#due();
    addEventListener("scroll", due, { passive: true });
    addEventListener("resize", due);
    this.#rows.addEventListener("click", (/** @type {MouseEvent} */ event) => {
      const row = /** @type {HTMLElement} */ (event.target).closest("[role=row]");
      if (row) this.#open(Number(/** @type {HTMLElement} */ (row).dataset.at));
    });
    this.#rows.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#pressed(event));
  }

  /** @param {import("./dashboard.mjs").State} state @param {import("./dashboard.mjs").State} before
   * @param {number} now */
  show(state, before, now) {
    const { view, walk, backends, isBusy } = state;
    this.#now = now;
    this.#colours = coloursOf(backends.map((backend) => backend.name));
    this.#hasMore = walk !== null && walk.next !== null;
    fill(byId("columns"), view.sort, () => COLUMNS.map((column) => this.#column(column, view)));
    if (state.walk !== before.walk) this.#take(walk?.rows ?? [], before.walk?.rows ?? [], !before.isBusy);
    byId("grid").setAttribute("aria-rowcount", String(this.#hasMore ? -1 : this.#sessions.length + 1));
    byId("grid").setAttribute("aria-busy", String(isBusy));
    this.#tell(state);
    this.#draw(true);
  }

  #take(rows, before, isSameQuestion) {
    const first = this.#firstSeen();
    const moved = isSameQuestion && first > 0 ? movedBy(before, rows, first) : 0;
    this.#sessions = rows;
    this.#rows.style.height = `${rows.length * rowHeight()}px`;
    this.#focus = Math.min(Math.max(0, this.#focus + moved), Math.max(0, rows.length - 1));
    // Who reads further down goes on reading the same rows.
    if (moved !== 0) scrollBy(0, moved * rowHeight());
  }

  #tell({ walk, walkRefusal, cells, isBusy, refusal }) {
    const total = cells?.reduce((sum, cell) => sum + cell.count.value, 0) ?? null;
    say(byId("table-words"), total === null ? "" : several(total, "session"));
    const end = byId("table-end");
    if (walkRefusal) {
      const again = h("button", { type: "button", class: "button", text: "Try again", onclick: this.#walkOn });
      fill(end, "refused", () => ["The next sessions could not be read.", again]);
      return;
    }
    const told = endInWords(walk, isBusy, refusal, this.#hasMore);
    fill(end, told, () => [told]);
  }

  /** @param {{name: string, label: string, sort?: string}} column
   * @param {import("../rules/view.mjs").View} view */
  #column({ name, label, sort }, view) {
    const order = sort && view.sort.replace("-", "") === sort ? orderOf(view.sort) : null;
    const choose = () => this.#go((now) => sortedBy(now, sort ?? ""));
    const inner = sort
      ? h("button", { type: "button", text: label, data: { key: name }, onclick: choose })
      : h("span", { text: label });
    return h("div", { role: "columnheader", class: `col-${name}`, "aria-sort": order }, inner);
  }

  #due() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#draw(false);
    });
  }

  /** Make the rows that are in sight, and give those that are not to others. */
  #draw(isFilledAnew) {
    const { from, to } = this.#inSight();
    const isWanted = (at) => (at >= from && at < to) || (at === this.#focus && at < this.#sessions.length);
    for (const [at, row] of this.#made) {
      if (isWanted(at)) continue;
      this.#made.delete(at);
      this.#spare.push(row);
      if (row.contains(document.activeElement)) continue;
      row.hidden = true;
    }
    for (let at = from; at < to; at += 1) this.#place(at, isFilledAnew);
    if (this.#focus < this.#sessions.length) this.#place(this.#focus, isFilledAnew);
    if (this.#hasMore && to > this.#sessions.length - 30) this.#walkOn();
  }

  #place(at, isFilledAnew) {
    const held = this.#made.get(at);
    const row = held ?? this.#spare.pop() ?? this.#rows.appendChild(emptyRow());
    if (held && !isFilledAnew) {
      row.tabIndex = at === this.#focus ? 0 : -1;
      return;
    }
    this.#made.set(at, row);
    row.hidden = false;
    row.dataset.at = String(at);
    row.tabIndex = at === this.#focus ? 0 : -1;
    row.setAttribute("aria-rowindex", String(at + 2));
    row.style.transform = `translateY(${at * rowHeight()}px)`;
    const session = this.#sessions[at];
    fillRow(row, session, this.#colours.get(session.backend) ?? 1, this.#now);
  }

  #inSight() {
    const first = this.#firstSeen();
    const most = Math.ceil(innerHeight / rowHeight());
    const from = Math.max(0, first - BEYOND);
    return { from, to: Math.max(from, Math.min(this.#sessions.length, first + most + BEYOND)) };
  }

  #firstSeen() {
    const { top } = this.#rows.getBoundingClientRect();
    return Math.max(0, Math.floor(-top / rowHeight()));
  }

  #pressed(event) {
    const page = Math.max(1, Math.floor(innerHeight / rowHeight()) - 3);
    const last = this.#sessions.length - 1;
    const targets = {
      ...{ ArrowDown: this.#focus + STEPS.ArrowDown, ArrowUp: this.#focus + STEPS.ArrowUp },
      ...{ PageDown: this.#focus + page, PageUp: this.#focus - page, Home: 0, End: last },
    };
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.#open(this.#focus);
    } else if (event.key in targets) {
      event.preventDefault();
      this.#moveTo(Math.min(last, Math.max(0, targets[event.key])));
    }
  }

  #moveTo(at) {
    this.#focus = at;
    const height = rowHeight();
    const top = this.#rows.getBoundingClientRect().top + at * height;
    if (top < 2 * height) scrollBy(0, top - 2 * height);
    if (top > innerHeight - 2 * height) scrollBy(0, top - innerHeight + 2 * height);
    this.#draw(false);
    this.#made.get(at)?.focus({ preventScroll: true });
  }

  #open(at) {
    this.#focus = at;
    this.#draw(false);
    const { id } = this.#sessions[at];
    this.#go((view) => ({ ...view, open: { kind: "session", name: id } }));
  }
}

function rowHeight() {
  return parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row"));
}

function endInWords(walk, isBusy, refusal, hasMore) {
  if (walk === null) return isBusy && !refusal ? "Reading sessions…" : "";
  if (walk.rows.length === 0) return "No session fits. Look at a longer time, or remove a filter.";
  if (hasMore) return "Reading more…";
  return `That is all: ${number(walk.rows.length)}.`;
}

function orderOf(sort) {
  return sort.startsWith("-") ? "descending" : "ascending";
}
