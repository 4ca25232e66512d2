// The sheet at the side, which tells of what is open: its address can be shared.

import { backendBody } from "./backend_sheet.mjs";
import { pathOf } from "./client.mjs";
import { byId, fill, h } from "./dom.mjs";
import { refusalBody, sessionBody, sessionTitle } from "./session_sheet.mjs";

export class Sheet {
  #dialog = byId("sheet");
  #client;
  #go;
  #open = "";
  #abort = new AbortController();

  /** @param {import("./client.mjs").Client} client @param {import("./main.mjs").Go} go */
  constructor(client, go) {
    this.#client = client;
    this.#go = go;
    this.#dialog.addEventListener("close", () => {
      if (this.#open !== "") go((view) => ({ ...view, open: null }));
    });
    this.#dialog.addEventListener("click", (/** @type {MouseEvent} */ event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
  }

  /** @param {import("./dashboard.mjs").State} state @param {number} now */
  show(state, now) {
    const { open } = state.view;
    const name = open === null ? "" : `${open.kind} ${open.name}`;
    if (name !== this.#open) this.#turn(name, state, now);
    else if (open?.kind === "backend") this.#showBackend(open.name, state, now);
  }

  #turn(name, state, now) {
    this.#open = name;
    this.#abort.abort();
    this.#abort = new AbortController();
    if (name === "") {
      this.#dialog.close();
      return;
    }
    if (state.view.open.kind === "backend") this.#showBackend(state.view.open.name, state, now);
    else void this.#showSession(state.view.open.name, state, now);
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#dialog.scrollTop = 0;
  }

  #showBackend(name, { backends, reports }, now) {
    const backend = backends.find((each) => each.name === name);
    const by = { go: this.#go, now };
    const body = () => (backend ? backendBody(backend, reports[name], by) : [h("p", { text: "There is no such backend." })]);
    this.#fill([name, backend ?? null, reports[name] ?? null], `Backend ${name}`, body);
  }

  async #showSession(id, { walk, newest }, now) {
    const { signal } = this.#abort;
    const by = { client: this.#client, go: this.#go, now, signal };
    const row = [...(walk?.rows ?? []), ...(newest ?? [])].find((each) => each.id === id);
    if (row) this.#fill(["row", row], sessionTitle(row), () => sessionBody(row, null, by));
    else this.#fill(["none", id], "Session", () => [h("p", { class: "muted", text: "Reading it…" })]);
    try {
      const { body } = await this.#client.ask(pathOf(id), [], signal);
      this.#fill(body, sessionTitle(body.data), () => sessionBody(body.data, body.backend, by));
    } catch (refusal) {
      if (signal.aborted) return;
      const known = row ? sessionBody(row, null, by) : [];
      const words = refusalBody(/** @type {any} */ (refusal));
      this.#fill(["refused", id, now], row ? sessionTitle(row) : "Session", () => [...words, ...known]);
    }
  }

  #fill(content, title, body) {
    fill(this.#dialog, content, () => [
      h(
        "div",
        { class: "sheet-head" },
        h("h2", { id: "sheet-title", text: title }),
        h("button", {
          type: "button",
          class: "button",
          text: "Close",
          data: { key: "close" },
          onclick: () => this.#dialog.close(),
        }),
      ),
      h("div", { class: "sheet-body" }, ...body()),
    ]);
  }
}
