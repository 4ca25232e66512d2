// The time line: what is seen of it, what is pointed at, and the range that is dragged over it.

import { startsOver, STATUSES } from "../rules/counts.mjs";
import { period } from "../rules/headline.mjs";
import { bandsOf, barAt } from "../rules/lanes.mjs";
import { coloursOf } from "../rules/palette.mjs";
import { boundsOf, instantOf } from "../rules/ranges.mjs";
import { instantAt, moved, zoomed } from "../rules/scale.mjs";
import { absenceOf, named, titleOf } from "../rules/sessions.mjs";
import { lookingAtLast, lookingBetween } from "../rules/view.mjs";
import { number, several, when } from "../rules/words.mjs";
import { byId, fill, h, say } from "./dom.mjs";
import { bandAt, draw, layoutOf } from "./drawing.mjs";
import { lengthInWords } from "./row.mjs";

const LEAST_DRAG = 6;
const WAIT_MS = 250;
const HOUR = 3_600_000;

export class TimeLine {
  #canvas = byId("canvas");
  #line = byId("line");
  #go;
  /** @type {import("./drawing.mjs").Picture|null} */
  #picture = null;
  /** @type {number|null} */
  #draggedFrom = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #zooming;
  #inks = new Map();
  #probe = document.createElement("i");

  /** @param {import("./main.mjs").Go} go */
  constructor(go) {
    this.#go = go;
    this.#probe.hidden = true;
    this.#line.append(this.#probe);
    new ResizeObserver(() => this.#arrange()).observe(this.#line);
    this.#listenToPointer();
    this.#showTools();
  }

  /** @param {import("./dashboard.mjs").State} state @param {number} now */
  show(state, now) {
    const { view, cells, newest, backends, bucket } = state;
    const names = backends.map((backend) => backend.name);
    const kinds = view.colour === "backend" ? [...names].sort() : [...STATUSES];
    const colours = coloursOf(names);
    this.#showColours(view);
    showLegend(kinds, view, colours);
    const span = spanOf(view, newest ?? [], now);
    const asked = names.filter((name) => name in state.reports);
    this.#picture = {
      span,
      layout: { width: 0, height: 0, startsFrom: 0, startsTo: 0, bands: [] },
      starts: startsOver(cells ?? [], view.colour),
      bucket: bucket?.length ?? HOUR,
      kinds,
      kindOf: (session) => session[view.colour],
      ink: (kind) => this.#ink(kind, colours),
      isByBackend: view.colour === "backend",
      chosen: view.open?.kind === "session" ? view.open.name : null,
      now,
      absenceOf: (backend) => absenceOf(state.reports[backend]),
      drawnFrom: state.isCut ? instantOf(newest?.at(-1)?.started_at) : null,
    };
    this.#lay(newest ?? [], asked);
    this.#tell(state, now);
  }

  /** Colours have changed. */
  repaint() {
    this.#inks.clear();
    this.#draw();
  }

  #sessions = /** @type {any[]} */ ([]);
  #asked = /** @type {string[]} */ ([]);

  #lay(sessions, asked) {
    this.#sessions = sessions;
    this.#asked = asked;
    this.#arrange();
  }

  #arrange() {
    const width = this.#line.clientWidth;
    const picture = this.#picture;
    if (picture === null || width === 0) return;
    const room = ((picture.span.to - picture.span.from) / width) * 4;
    const bands = bandsOf(this.#sessions, this.#asked, picture.now, room);
    picture.layout = layoutOf(bands, width);
    const { height } = picture.layout;
    const ratio = devicePixelRatio || 1;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    this.#canvas.style.height = `${height}px`;
    this.#canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#draw();
  }

  #draw() {
    if (this.#picture) draw(this.#canvas.getContext("2d"), this.#picture);
  }

  /** Resolve a colour of the style: a canvas knows no variables. */
  #ink(kind, colours) {
    const name = colours.has(kind) ? `c-${colours.get(kind)}` : kind;
    if (!this.#inks.has(name)) {
      this.#probe.style.color = `var(--${name})`;
      this.#inks.set(name, getComputedStyle(this.#probe).color);
    }
    return this.#inks.get(name);
  }

  #tell({ view, cells, newest, isCut, bucket }, now) {
    const { starts } = /** @type {import("./drawing.mjs").Picture} */ (this.#picture);
    const total = starts.reduce((sum, each) => sum + each.total, 0);
    const each = bucket ? `Starts per ${bucket.words} above, ` : "Too long a time to count starts; ";
    const drawn = isCut
      ? `the newest ${number(newest?.length ?? 0)} of ${number(total)} sessions below.`
      : `${several(newest?.length ?? 0, "session")} below, from start to end.`;
    say(byId("line-words"), cells === null ? "" : each + drawn);
    const words = `${several(total, "session")} started ${period(view)}. All of them are in the table below.`;
    this.#canvas.setAttribute("aria-label", `Time line. ${words}`);
    fill(byId("starts"), starts, () => [
      h("caption", { text: `Starts per ${bucket?.words ?? "hour"}` }),
      h("tr", {}, h("th", { text: "From" }), h("th", { text: "Starts" })),
      ...starts.map(({ at, total: many }) =>
        h("tr", {}, h("td", { text: when(at, now) }), h("td", { text: number(many) })),
      ),
    ]);
  }

  #showColours({ colour }) {
    fill(byId("colours"), colour, () =>
      /** @type {const} */ (["backend", "status"]).map((each) =>
        h("button", {
          type: "button",
          text: `By ${each}`,
          "aria-pressed": String(each === colour),
          data: { key: each },
          onclick: () => this.#go((view) => ({ ...view, colour: each })),
        }),
      ),
    );
  }

  #showTools() {
    const tools = [
      { label: "←", words: "Earlier", act: () => this.#look((span, now) => moved(span, -0.5, now)) },
      { label: "→", words: "Later", act: () => this.#look((span, now) => moved(span, 0.5, now)) },
      { label: "+", words: "Closer", act: () => this.#look((span) => zoomed(span, 0.5)) },
      { label: "−", words: "From further away", act: () => this.#look((span) => zoomed(span, 2)) },
      { label: "Reset", words: "Reset to the last 24 hours", act: () => this.#go((view) => lookingAtLast(view, "24h")) },
    ];
    byId("zooms").append(
      ...tools.map(({ label, words, act }) =>
        h("button", { type: "button", text: label, "aria-label": words, title: words, onclick: act }),
      ),
    );
  }

  #look(change) {
    if (this.#picture === null) return;
    const span = change(this.#picture.span, this.#picture.now);
    const to = Math.min(span.to, Math.max(this.#picture.now, this.#picture.span.to));
    this.#picture.span = { from: span.from, to };
    this.#arrange();
    clearTimeout(this.#zooming);
    // Several steps in one go are one question, and one step back.
    this.#zooming = setTimeout(() => this.#choose(span.from, to), WAIT_MS);
  }

  #choose(from, to) {
    const whole = (/** @type {number} */ instant) => Math.round(instant / 1000) * 1000;
    this.#go((view) => lookingBetween(view, whole(from), whole(to)));
  }

  #listenToPointer() {
    const line = this.#line;
    line.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.#draggedFrom = this.#x(event);
      line.setPointerCapture(event.pointerId);
    });
    line.addEventListener("pointermove", (event) => {
      if (this.#draggedFrom === null) this.#point(event);
      else this.#drag(this.#x(event));
    });
    line.addEventListener("pointerup", (event) => this.#drop(event));
    line.addEventListener("pointercancel", () => this.#letGo());
    line.addEventListener("pointerleave", () => this.#showTip(null, null));
    line.addEventListener("wheel", (event) => this.#turn(event), { passive: false });
  }

  #drag(x) {
    const from = /** @type {number} */ (this.#draggedFrom);
    const brush = byId("brush");
    brush.hidden = Math.abs(x - from) < LEAST_DRAG;
    brush.style.left = `${Math.min(x, from)}px`;
    brush.style.width = `${Math.abs(x - from)}px`;
    this.#showTip(null, null);
  }

  #drop(event) {
    const from = this.#draggedFrom;
    const to = this.#x(event);
    this.#letGo();
    const picture = this.#picture;
    if (from === null || picture === null) return;
    if (Math.abs(to - from) < LEAST_DRAG) {
      const bar = this.#barUnder(event);
      if (bar) this.#go((view) => ({ ...view, open: { kind: "session", name: bar.session.id } }));
      return;
    }
    const at = (/** @type {number} */ x) => instantAt(picture.span, picture.layout.width, x);
    this.#choose(at(Math.min(from, to)), at(Math.max(from, to)));
  }

  #letGo() {
    this.#draggedFrom = null;
    byId("brush").hidden = true;
  }

  /** With Ctrl, as a pinch sends it, the wheel looks closer; alone it scrolls the page. */
  #turn(event) {
    const picture = this.#picture;
    if (!event.ctrlKey || picture === null) return;
    event.preventDefault();
    const around = instantAt(picture.span, picture.layout.width, this.#x(event));
    this.#look((span) => zoomed(span, event.deltaY > 0 ? 1.25 : 0.8, around));
  }

  #point(event) {
    const bar = this.#barUnder(event);
    this.#line.classList.toggle("on-bar", bar !== null);
    this.#showTip(bar, event);
  }

  #showTip(bar, event) {
    const tip = byId("tip");
    tip.hidden = bar === null;
    if (bar === null || this.#picture === null) return;
    const { session, from } = bar;
    const { now, layout } = this.#picture;
    const who = named(session.user);
    tip.replaceChildren(
      h("strong", { text: titleOf(session) }),
      h("span", { text: `${who === null ? "" : `${who} · `}${session.backend} · ${session.status}` }),
      h("br"),
      h("span", { text: `${when(from, now)} · ${lengthInWords(session, now)}` }),
    );
    const x = this.#x(event);
    const y = event.clientY - this.#line.getBoundingClientRect().top;
    tip.style.left = x > layout.width / 2 ? "" : `${x + 14}px`;
    tip.style.right = x > layout.width / 2 ? `${layout.width - x + 14}px` : "";
    tip.style.top = `${y + 14}px`;
  }

  #barUnder(event) {
    const picture = this.#picture;
    if (picture === null) return null;
    const { span, layout } = picture;
    const found = bandAt(layout, event.clientY - this.#line.getBoundingClientRect().top);
    if (!found) return null;
    const room = ((span.to - span.from) / layout.width) * 4;
    return barAt(found.band, found.lane, instantAt(span, layout.width, this.#x(event)), room);
  }

  #x(event) {
    return event.clientX - this.#line.getBoundingClientRect().left;
  }
}

function showLegend(kinds, { colour }, colours) {
  fill(byId("legend"), [kinds, colour], () => [
    ...kinds.map((kind) => {
      const own = colour === "backend" ? `c-${colours.get(kind)}` : `s-${kind}`;
      return h("li", { class: own }, h("span", { class: "dot", "aria-hidden": "true" }), kind);
    }),
    h("li", { text: colour === "backend" ? "Strong colour: active. Drag over a time to look closer." : "Drag over a time to look closer." }),
  ]);
}

/** Give the stretch that is seen; where it has no beginning, from the oldest session on. */
function spanOf(view, sessions, now) {
  const { after, before } = boundsOf(view, now);
  const starts = sessions.map((session) => instantOf(session.started_at)).filter((at) => at !== null);
  const from = after ?? Math.min(...starts, now - HOUR);
  const to = before ?? now;
  return { from, to: Math.max(to, from + 1000) };
}
