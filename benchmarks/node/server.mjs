// The gateway that a skilled user would write by hand for Node.js: node:http and undici.
//
//     node benchmarks/node/server.mjs http://127.0.0.1:41234      (the address of the upstreams)
//
// Its rows are the gateway's; around them it does as little as baseline.py.

import { createServer } from "node:http";
import { Pool, WebSocket } from "undici";
import { MAPPERS, withOffset, written } from "./rows.mjs";

const upstreams = process.argv[2];
const pool = new Pool(upstreams, { connections: 128 });

async function ask(method, path, headers = {}, body = undefined) {
  const reply = await pool.request({ method, path, headers, body });
  if (reply.statusCode !== 200) throw new Error(`${path}: ${reply.statusCode}`);
  return reply.body.json();
}

/** The one that is called over a WebSocket: answers find their calls by number. */
class Cortex {
  #waiting = new Map();
  #number = 0;
  #admitted = null;

  async sessions() {
    this.#admitted ??= this.#connect();
    return this.#call("querySessions", await this.#admitted);
  }

  async #connect() {
    this.socket = new WebSocket(`${upstreams.replace("http", "ws")}/cortex`);
    this.socket.onmessage = ({ data }) => {
      const reply = JSON.parse(data);
      this.#waiting.get(reply.id)(reply.result);
      this.#waiting.delete(reply.id);
    };
    await new Promise((opened) => { this.socket.onopen = opened; });
    return this.#call("authorize", {});
  }

  #call(method, params) {
    const id = this.#number++;
    this.socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    return new Promise((answered) => this.#waiting.set(id, answered));
  }
}

const vendor = new Cortex();

async function rows() {
  const [canopsis, cortex, digitalSamba, ekran, roundware] = await Promise.all([
    ask("GET", "/canopsis/api/v2/sessions", { "x-canopsis-authkey": "made up" }),
    vendor.sessions(),
    ask("GET", "/digital_samba/sessions?limit=100&order=desc"),
    ask("POST", "/ekran/sessions", { "content-type": "application/json" },
      JSON.stringify({ sessionCount: 1000, pageIndex: 0 })),
    ask("GET", "/roundware/sessions/", { authorization: "Token made-up" }),
  ]);
  const now = Date.now() * 1000;
  const records = {
    canopsis: canopsis.sessions, cortex, digital_samba: digitalSamba.data,
    ekran: ekran.sessions, roundware,
  };
  return Object.entries(MAPPERS).flatMap(([name, mapper]) =>
    records[name].map((record) => mapper(record, now)));
}

const order = (one, other) =>
  one < other ? -1 : one > other ? 1 : 0;

/** Newest first, those without a start last, then by backend and id. */
function compare(one, other) {
  if ((one.started_at === null) !== (other.started_at === null)) {
    return one.started_at === null ? 1 : -1;
  }
  return other.started_at - one.started_at
    || order(one.backend, other.backend)
    || order(one.native_id, other.native_id);
}

async function page(query) {
  const statuses = new Set(query.getAll("status"));
  const after = withOffset(query.get("started_after"));
  const passed = (await rows()).filter((row) =>
    (!statuses.size || statuses.has(row.status))
    && (after === null || (row.started_at !== null && row.started_at >= after)));
  passed.sort(compare);
  return { data: passed.slice(0, Number(query.get("limit") ?? 50)).map(written) };
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  try {
    const body = Buffer.from(JSON.stringify(await page(url.searchParams)));
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    response.end(body);
  } catch (error) {
    response.writeHead(502).end(String(error));
  }
});

server.listen(0, "127.0.0.1", () => {
  console.log(`serving on http://127.0.0.1:${server.address().port} `);
});
