/* What the visitor sends goes through here: kept in storage until the server has it, sent one by one in order,
 * repeated with the same client id so that a lost answer never becomes a second message. */

import { backoff } from "./connection.js";

const ATTEMPTS = 6;

export class SendQueue {
  #busy = false;
  #timer = null;

  /** `hooks`: exclusive(name, work), sent(item, receipt), changed(), unauthorized() -> Promise of success. */
  constructor(api, storage, hooks) {
    this.api = api;
    this.storage = storage;
    this.hooks = hooks;
    storage.watch("queue", () => hooks.changed());
  }

  get items() {
    return this.storage.get("queue", []);
  }

  add(item) {
    this.storage.set("queue", [...this.items, { ...item, state: "waiting", attempts: 0 }]);
    this.hooks.changed();
    this.flush();
  }

  retry() {
    this.#save(this.items.map((item) => (item.state === "failed" ? { ...item, state: "waiting", attempts: 0 } : item)));
    this.flush();
  }

  remove(clientId) {
    this.#save(this.items.filter((item) => item.client_id !== clientId));
  }

  clear() {
    clearTimeout(this.#timer);
    this.#save([]);
  }

  #save(items) {
    this.storage.set("queue", items);
    this.hooks.changed();
  }

  #change(clientId, change) {
    this.#save(this.items.map((item) => (item.client_id === clientId ? { ...item, ...change } : item)));
  }

  async flush() {
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    try {
      await this.hooks.exclusive("send", () => this.#drain());
    } finally {
      this.#busy = false;
    }
  }

  async #drain() {
    for (;;) {
      const item = this.items.find((each) => each.state !== "rejected");
      if (!item || item.state === "failed" || !this.api.token) return;
      try {
        const { client_id, text, button, uploads, reply_to } = item;
        const ids = uploads?.map((upload) => upload.id);
        const receipt = await this.api.request("api/messages", { method: "POST", json: { client_id, text, button, uploads: ids, reply_to } });
        this.hooks.sent(item, receipt);
        this.remove(client_id);
      } catch (error) {
        if (!(await this.#failed(item, error))) return;
      }
    }
  }

  /** True when the queue may go on at once. */
  async #failed(item, error) {
    if (error.status === 401) {
      const attempts = item.attempts + 1;
      this.#change(item.client_id, { attempts });
      if (attempts < ATTEMPTS && (await this.hooks.unauthorized())) return true;
    } else if (!error.passing) {
      this.#change(item.client_id, { state: "rejected", reason: error.message });
      return true;
    }
    // Being told to wait is no failure of the message, only of the pace.
    const attempts = error.status === 429 ? item.attempts : item.attempts + 1;
    if (attempts >= ATTEMPTS) {
      this.#save(this.items.map((each) => (each.state === "waiting" ? { ...each, state: "failed" } : each)));
      return false;
    }
    this.#change(item.client_id, { attempts });
    const wait = error.status === 429 ? Math.max(error.retryAfter * 1000, 1000) : backoff(attempts, { cap: 15000 });
    this.#timer = setTimeout(() => this.flush(), wait);
    return false;
  }
}
