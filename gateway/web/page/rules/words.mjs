// Numbers and times as people say them.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const NUMBER = new Intl.NumberFormat("en-GB");
const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
const FORMATS = {
  clock: new Intl.DateTimeFormat("en-GB", /** @type {any} */ (CLOCK)),
  minute: new Intl.DateTimeFormat("en-GB", /** @type {any} */ ({ ...CLOCK, second: undefined })),
  day: new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" }),
  date: new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" }),
};

/** Write a number. @param {number} value */
export function number(value) {
  return NUMBER.format(value);
}

/** Write a count, and whether it is a lower bound.
 * @param {{value: number, relation: string}} count */
export function counted({ value, relation }) {
  return relation === "eq" ? number(value) : `at least ${number(value)}`;
}

/** Write a number of things. @param {number} value @param {string} one @param {string} [many] */
export function several(value, one, many = `${one}s`) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** List things as a sentence does. @param {string[]} things */
export function listed(things) {
  if (things.length < 2) return things.join("");
  return `${things.slice(0, -1).join(", ")} and ${things.at(-1)}`;
}

/** Say how long ago an instant was. @param {number} instant @param {number} now */
export function ago(instant, now) {
  const since = now - instant;
  if (since < 3 * SECOND) return "just now";
  if (since < MINUTE) return `${Math.floor(since / SECOND)} s ago`;
  if (since < HOUR) return `${Math.floor(since / MINUTE)} min ago`;
  if (since < DAY) return `${Math.floor(since / HOUR)} h ago`;
  return `${several(Math.floor(since / DAY), "day")} ago`;
}

/** Say how long something lasted. @param {number} seconds */
export function lasting(seconds) {
  const whole = Math.floor(seconds);
  const [days, hours] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24];
  const [minutes, rest] = [Math.floor(whole / 60) % 60, whole % 60];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${padded(minutes)} min`;
  if (minutes > 0) return `${minutes} min ${padded(rest)} s`;
  return `${rest} s`;
}

/** Say how long something has gone on: seconds do not matter after the first minute.
 * @param {number} seconds */
export function soFar(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s so far`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min so far`;
  return `${lasting(seconds)} so far`;
}

/** Say how long something lasts, in round words: of settings. @param {number} seconds */
export function roundly(seconds) {
  if (seconds % 3600 === 0 && seconds > 0) return several(seconds / 3600, "hour");
  if (seconds % 60 === 0 && seconds > 0) return several(seconds / 60, "minute");
  return several(seconds, "second");
}

/** Say when something was: the time of day, and which day unless it is today.
 * @param {number} instant @param {number} now */
export function when(instant, now) {
  const day = dayOf(instant, now);
  return day === "" ? FORMATS.clock.format(instant) : `${day}, ${FORMATS.minute.format(instant)}`;
}

/** Say the whole of when something was. @param {number} instant */
export function exactly(instant) {
  return `${FORMATS.date.format(instant)}, ${FORMATS.clock.format(instant)}`;
}

/** Say a time of day, without seconds. @param {number} instant */
export function timeOfDay(instant) {
  return FORMATS.minute.format(instant);
}

/** Say a day, as a mark on an axis. @param {number} instant */
export function dayMark(instant) {
  return FORMATS.day.format(instant);
}

/** Write a number of bytes. @param {number} bytes */
export function size(bytes) {
  if (bytes >= 1024 * 1024) return `${number(Math.round(bytes / 1024 / 1024))} MiB`;
  return `${number(Math.round(bytes / 1024))} KiB`;
}

function dayOf(instant, now) {
  const days = Math.round((midnight(now) - midnight(instant)) / DAY);
  if (days === 0) return "";
  if (days === 1) return "Yesterday";
  return days > 1 && days < 200 ? FORMATS.day.format(instant) : FORMATS.date.format(instant);
}

function midnight(instant) {
  return new Date(instant).setHours(0, 0, 0, 0);
}

function padded(value) {
  return String(value).padStart(2, "0");
}
