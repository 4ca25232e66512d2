// The mapping: each vendor's record to a canonical row, as baseline_rows.py has it.
// Instants are whole microseconds since 1970; Date knows no more than milliseconds.

const SECOND = 1e6;

function instant(text, offset = "") {
  if (!text) return null;
  const whole = text.slice(0, 19);
  const rest = /^(?:\.(\d+))?(.*)$/.exec(text.slice(19));
  const micros = rest[1] ? Number(rest[1].slice(0, 6).padEnd(6, "0")) : 0;
  return Date.parse(whole.replace(" ", "T") + (offset || rest[2])) * 1000 + micros;
}

export const inUtc = (text) => instant(text, "Z");
export const withOffset = (text) => instant(text);

function told(micros) {
  if (micros === null) return null;
  const rest = ((micros % SECOND) + SECOND) % SECOND;
  const whole = new Date((micros - rest) / 1000).toISOString().slice(0, 19);
  return rest ? `${whole}.${String(rest).padStart(6, "0")}Z` : `${whole}Z`;
}

/** Make the canonical fields; what is left of a record are its attributes. */
function row(vendor, nativeId, left, known) {
  const name = vendor.replace("_", "-");
  return {
    id: `${name}:${nativeId}`, backend: name, vendor, native_id: String(nativeId),
    status: "unknown", native_status: null, title: null,
    started_at: null, ended_at: null, last_activity_at: null, duration_s: null,
    user: null, device: null, client: null, space: null, language: null,
    tags: [], participants: null, inferred: [], attributes: left,
    ...known,
  };
}

/** Write a row's instants, once it is known that it is sent. */
export function written(row) {
  row.started_at = told(row.started_at);
  row.ended_at = told(row.ended_at);
  row.last_activity_at = told(row.last_activity_at);
  return row;
}

const seconds = (start, end) =>
  start === null || end === null ? null : (end - start) / SECOND;

function canopsis({ _id, username, start: begun, last_ping, ...left }, now) {
  const start = begun * SECOND;
  const ping = last_ping * SECOND;
  const isActive = now - ping < 300 * SECOND;
  const end = isActive ? null : ping;
  return row("canopsis", _id, left, {
    status: isActive ? "active" : "ended",
    started_at: start, ended_at: end, last_activity_at: ping, duration_s: seconds(start, end),
    user: { id: null, name: username },
    inferred: isActive ? ["status"] : ["status", "ended_at"],
  });
}

function lastActivity({ markers, logs }, stop) {
  const events = markers.flatMap((marker) => marker.events.map((event) => event[0]));
  const infos = logs?.recordInfos ?? [];
  const texts = [
    ...events,
    ...infos.flatMap((info) => [info.startMarkerRecording, info.stopMarkerRecording]),
  ];
  const instants = [...texts.map(withOffset), stop].filter((each) => each !== null);
  return instants.length ? Math.max(...instants) : null;
}

function cortex({ id, started, stopped, status, title, project, tags, appId, ...left }) {
  const start = withOffset(started);
  const stop = withOffset(stopped);
  const isOver = status === "closed";
  const activity = lastActivity(left, stop);
  left.markers = left.markers.length;
  const application = appId || left.client;
  if (!appId) delete left.client;
  const owner = left.owner === "Basic" ? null : left.owner;
  if (left.owner !== "Basic") delete left.owner;
  const { headset } = left;
  const isNamed = typeof headset === "string";
  if (isNamed) delete left.headset;
  return row("cortex", id, left, {
    status: isOver ? "ended" : "active", native_status: status, title: title || null,
    started_at: start, ended_at: stop, last_activity_at: activity,
    duration_s: isOver ? seconds(start, stop) : null,
    user: owner ? { id: owner, name: null } : null,
    device: isNamed
      ? { id: headset, name: null }
      : { id: headset.id, name: headset.label || (headset.customName ?? null) },
    client: application ? { name: application, version: null } : null,
    space: project ? { kind: "project", id: null, name: project } : null,
    tags,
    inferred: activity ? ["last_activity_at"] : [],
  });
}

function digitalSamba({
  id, start_time, live, description, room_id, friendly_url,
  participants_live, participants_max, participants_total, ...left
}) {
  const start = inUtc(start_time);
  const end = live ? null : inUtc(left.end_time);
  if (!live) delete left.end_time;
  return row("digital_samba", id, left, {
    status: live ? "active" : "ended", title: description,
    started_at: start, ended_at: end, last_activity_at: end, duration_s: seconds(start, end),
    space: { kind: "room", id: room_id, name: friendly_url },
    participants: {
      current: participants_live, peak: participants_max, total: participants_total,
    },
    inferred: end ? ["last_activity_at"] : [],
  });
}

function timeSpan(text) {
  const [, days, hours, minutes, secs] = /^(?:(\d+)\.)?(\d+):(\d+):([\d.]+)$/.exec(text);
  const micros = Math.round(Number(secs) * SECOND);
  const whole = (Number(days ?? 0) * 24 + Number(hours)) * 3600 + Number(minutes) * 60;
  return (whole * SECOND + micros) / SECOND;
}

function ekran({ sessionId, userId, clientGuid, loginDate, logoutDate, ...left }) {
  const start = withOffset(loginDate);
  const end = withOffset(logoutDate);
  const duration = end === null ? null : timeSpan(left.duration);
  if (end !== null) delete left.duration;
  return row("ekran", sessionId, left, {
    status: end === null ? "active" : "ended",
    started_at: start, ended_at: end, duration_s: duration,
    user: { id: String(userId), name: null },
    device: { id: clientGuid, name: null },
    inferred: ["status"],
  });
}

function roundware({ id, starttime, client_type, device_id, project_id, ...left }, now) {
  const start = inUtc(starttime);
  let end = inUtc(left.stoptime);
  if (start !== null && end !== null && end < start) end = null; // and it stays an attribute
  else delete left.stoptime;
  const isYoung = start !== null && now - start < 3600 * SECOND;
  const version = /^(?:iOS|Android) ([0-9.]+)$/.exec(left.client_system || "")?.[1] ?? null;
  return row("roundware", id, left, {
    status: end !== null ? "ended" : isYoung ? "active" : "unknown",
    started_at: start, ended_at: end, duration_s: seconds(start, end),
    device: device_id ? { id: device_id, name: null } : null,
    client: client_type ? { name: client_type, version } : null,
    space: { kind: "project", id: String(project_id), name: null },
    inferred: end !== null ? [] : ["status"],
  });
}

export const MAPPERS = { canopsis, cortex, digital_samba: digitalSamba, ekran, roundware };
