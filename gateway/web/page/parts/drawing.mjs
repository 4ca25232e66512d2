// Drawing the time line on a canvas: starts above, a band of bars for each backend below.

import { marksOf, placeOf } from "../rules/scale.mjs";
import { dayMark, timeOfDay } from "../rules/words.mjs";

const AXIS = 24;
const STARTS = 72;
const BAND_GAP = 10;
const NAME = 18;
const MOST_LANE = 6;
const FEW_LANES = 12;

/**
 * @typedef {object} Layout
 * @property {number} width
 * @property {number} height
 * @property {number} startsFrom
 * @property {number} startsTo
 * @property {{top: number, height: number, lane: number, band: import("../rules/lanes.mjs").Band}[]} bands
 */

/** Find a place for everything. @param {import("../rules/lanes.mjs").Band[]} bands
 * @param {number} width @returns {Layout} */
export function layoutOf(bands, width) {
  let top = AXIS + STARTS + BAND_GAP;
  const placed = bands.map((band) => {
    const lane = band.lanes > FEW_LANES ? Math.max(2.5, (FEW_LANES * MOST_LANE) / band.lanes) : MOST_LANE;
    const height = band.lanes * lane;
    const place = { top: top + NAME, height, lane, band };
    top += NAME + height + (band.lanes > 0 ? BAND_GAP : 0);
    return place;
  });
  return { width, height: top, startsFrom: AXIS, startsTo: AXIS + STARTS, bands: placed };
}

/** Find what is at a place of the canvas. @param {Layout} layout @param {number} y */
export function bandAt({ bands }, y) {
  const found = bands.find(({ top, height }) => y >= top - 2 && y <= top + height + 2);
  if (!found) return null;
  const lane = Math.min(found.band.lanes - 1, Math.max(0, Math.floor((y - found.top) / found.lane)));
  return { band: found.band, lane };
}

/**
 * @typedef {object} Picture
 * @property {import("../rules/scale.mjs").Span} span
 * @property {Layout} layout
 * @property {import("../rules/counts.mjs").Bucket[]} starts
 * @property {number} bucket  How long each is, in milliseconds.
 * @property {string[]} kinds  What starts are stacked by, from below.
 * @property {(session: any) => string} kindOf
 * @property {(kind: string) => string} ink
 * @property {boolean} isByBackend
 * @property {string|null} chosen  The id of the session that is pointed at.
 * @property {number} now
 * @property {(backend: string) => string} absenceOf  Why nothing of it is drawn.
 * @property {number|null} drawnFrom  What started before that is not drawn, but counted.
 */

/** Draw it. @param {CanvasRenderingContext2D} context @param {Picture} picture */
export function draw(context, picture) {
  const { width, height } = picture.layout;
  context.clearRect(0, 0, width, height);
  context.textBaseline = "middle";
  drawAxis(context, picture);
  drawStarts(context, picture);
  drawUndrawn(context, picture);
  for (const band of picture.layout.bands) drawBand(context, picture, band);
  drawNow(context, picture);
}

function drawAxis(context, { span, layout, ink }) {
  const place = placeOf(span, layout.width);
  const { marks, isOfDays } = marksOf(span, Math.max(2, Math.floor(layout.width / 90)));
  context.font = fontOf(context, 12);
  for (const at of marks) {
    const x = Math.round(place(at)) + 0.5;
    const isDay = isOfDays || new Date(at).getHours() + new Date(at).getMinutes() === 0;
    context.fillStyle = ink("line");
    context.fillRect(x - 0.5, AXIS, 1, layout.height - AXIS);
    context.fillStyle = ink("muted");
    const text = isDay ? dayMark(at) : timeOfDay(at);
    const half = context.measureText(text).width / 2;
    context.fillText(text, Math.min(Math.max(x - half, 0), layout.width - 2 * half), AXIS / 2);
  }
}

function drawStarts(context, { span, layout, starts, bucket, kinds, ink }) {
  const place = placeOf(span, layout.width);
  const highest = Math.max(1, ...starts.map((each) => each.total));
  const scale = (layout.startsTo - layout.startsFrom - 10) / highest;
  for (const { at, by } of starts) {
    const [left, right] = [Math.max(0, place(at)), Math.min(layout.width, place(at + bucket))];
    let y = layout.startsTo;
    for (const kind of kinds) {
      const tall = (by[kind] ?? 0) * scale;
      if (tall === 0 || right <= left) continue;
      context.fillStyle = ink(kind);
      context.fillRect(left + 1, y - tall, Math.max(1, right - left - 2), tall);
      y -= tall;
    }
  }
  context.fillStyle = ink("line");
  context.fillRect(0, layout.startsTo, layout.width, 1);
  context.fillStyle = ink("muted");
  context.font = fontOf(context, 11);
  if (starts.length > 0) context.fillText(String(highest), 2, layout.startsFrom + 6);
}

/** Where bars are left out nothing is to look like nobody having been there. */
function drawUndrawn(context, { span, layout, drawnFrom, ink }) {
  if (drawnFrom === null || layout.bands.length === 0) return;
  const right = placeOf(span, layout.width)(drawnFrom);
  const top = layout.startsTo + 1;
  context.fillStyle = ink("raised");
  context.fillRect(0, top, right, layout.height - top);
  const words = "Older sessions are counted above, not drawn";
  context.fillStyle = ink("muted");
  context.font = fontOf(context, 12);
  const wide = context.measureText(words).width;
  if (wide < right - 16) context.fillText(words, (right - wide) / 2, (top + layout.height) / 2);
}

function drawBand(context, picture, { top, lane, band }) {
  const { span, layout, ink } = picture;
  const place = placeOf(span, layout.width);
  context.fillStyle = ink("ink");
  context.font = fontOf(context, 12, 600);
  context.fillText(band.backend, 0, top - NAME / 2);
  let named = context.measureText(band.backend).width + 8;
  if (band.bars.length === 0) {
    context.fillStyle = ink("muted");
    context.font = fontOf(context, 12);
    const absence = picture.absenceOf(band.backend);
    context.fillText(absence, named, top - NAME / 2);
    named += context.measureText(absence).width + 8;
  }
  context.fillStyle = ink("line");
  context.fillRect(named, Math.round(top - NAME / 2), layout.width - named, 1);
  for (const bar of band.bars) drawBar(context, picture, bar, { place, top, lane });
  context.globalAlpha = 1;
}

function drawBar(context, { kindOf, ink, isByBackend, chosen, layout }, bar, { place, top, lane }) {
  const left = Math.max(0, place(bar.from));
  const right = Math.min(layout.width, place(bar.to));
  const thick = Math.max(1.5, lane - (lane > 4 ? 2 : 0.75));
  const long = Math.max(2.5, right - left);
  const isChosen = bar.session.id === chosen;
  context.globalAlpha = isChosen || bar.isOpen || !isByBackend ? 1 : 0.5;
  context.fillStyle = isChosen ? ink("ink") : ink(kindOf(bar.session));
  context.beginPath();
  const round = Math.min(thick, long) / 2;
  // What goes on has no end: its bar is cut off there.
  context.roundRect(left, top + bar.lane * lane, long, thick, bar.isOpen ? [round, 0, 0, round] : round);
  context.fill();
}

function drawNow(context, { span, layout, now, ink }) {
  if (now < span.from || now > span.to) return;
  context.fillStyle = ink("accent");
  context.fillRect(Math.min(layout.width - 1.5, placeOf(span, layout.width)(now)), AXIS, 1.5, layout.height - AXIS);
}

function fontOf(context, size, weight = 400) {
  return `${weight} ${size}px ${getComputedStyle(context.canvas).fontFamily}`;
}
