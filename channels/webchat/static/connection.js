/* Keeps messages coming: a streamed response (fetch, so that the token travels in a header and never in an
 * address), or long polling where something in between holds streams back. Ends only by stop(). */

import { ApiError } from "./api.js";

const FIRST_BYTE = 8000; // The server writes at once; silence means that a proxy buffers.
const HEARTBEAT = 40000; // The server pings each 15 s.
const STALE = 20000;
const STREAM_AGAIN = 10 * 60 * 1000;

/** Full jitter around a doubling delay: after an outage a crowd must not come back in step. */
export function backoff(failures, { base = 1000, cap = 30000 } = {}) {
  const limit = Math.min(cap, base * 2 ** Math.min(failures - 1, 10));
  return limit / 2 + Math.random() * (limit / 2);
}

export class Connection {
  #running = false;
  #failures = 0;
  #abort = null;
  #wake = null;
  #heard = 0;
  #bytes = 0;
  #pollUntil = 0;

  /** `hooks`: since() -> seq, messages(list), typing(value), status(text), alive(), unauthorized() -> Promise of success. */
  constructor(api, hooks) {
    this.api = api;
    this.hooks = hooks;
  }

  start() {
    if (this.#running) return;
    this.#running = true;
    this.#loop();
  }

  stop() {
    this.#running = false;
    this.#abort?.abort();
    this.#wake?.();
  }

  /** Something suggests that the network is back or that the page woke up: try now, drop a connection that is dead. */
  nudge() {
    this.#wake?.();
    if (this.#abort && Date.now() - this.#heard > STALE) this.#abort.abort();
  }

  /** The machine says that it has no network: do not wait for the silence to be noticed. */
  drop() {
    this.#abort?.abort();
  }

  async #loop() {
    while (this.#running) {
      try {
        if (Date.now() < this.#pollUntil) await this.#poll();
        else await this.#stream();
      } catch (error) {
        if (this.#running) await this.#recover(error);
      }
    }
  }

  async #recover(error) {
    this.#failures += 1;
    if (error.status === 401 && this.#failures < 4 && (await this.hooks.unauthorized())) return;
    this.hooks.status("offline");
    const wait = Math.max(error.retryAfter * 1000 || 0, backoff(this.#failures));
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }

  #heardSomething() {
    this.#heard = Date.now();
    this.#failures = 0;
    this.hooks.status("online");
    this.hooks.alive();
  }

  async #poll() {
    this.#abort = new AbortController();
    this.#heard = Date.now();
    const timer = setTimeout(() => this.#abort?.abort(), HEARTBEAT);
    try {
      const wait = this.#failures ? 0 : 25;
      const response = await this.api.open(`api/messages?since=${this.hooks.since()}&wait=${wait}`, { signal: this.#abort.signal });
      const body = await response.json();
      this.#heardSomething();
      this.hooks.messages(body.messages);
      this.hooks.typing(body.typing);
    } finally {
      clearTimeout(timer);
      this.#abort = null;
    }
  }

  async #stream() {
    const abort = new AbortController();
    const started = Date.now();
    let heldBack = false;
    this.#abort = abort;
    this.#heard = started;
    this.#bytes = 0;
    const watch = setInterval(() => {
      if (Date.now() - this.#heard < (this.#bytes ? HEARTBEAT : FIRST_BYTE)) return;
      heldBack = this.#bytes === 0;
      abort.abort();
    }, 1000);
    try {
      const response = await this.api.open(`api/stream?since=${this.hooks.since()}`, { signal: abort.signal, headers: { Accept: "text/event-stream" } });
      heldBack = !response.body || !(response.headers.get("Content-Type") || "").startsWith("text/event-stream");
      if (heldBack) throw new ApiError(0, "no_stream", "");
      await this.#read(response.body.getReader());
    } catch (error) {
      throw error instanceof ApiError ? error : new ApiError(0, "cut", String(error));
    } finally {
      clearInterval(watch);
      abort.abort();
      this.#abort = null;
      if (heldBack) this.#pollUntil = Date.now() + STREAM_AGAIN;
    }
    // A clean end is a restart of the server or its time limit. One that comes at once is a fault like any other.
    if (Date.now() - started < 3000) throw new ApiError(0, "cut", "");
  }

  async #read(reader) {
    const decoder = new TextDecoder();
    let buffer = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#bytes += value.length;
      this.#heardSomething();
      buffer += decoder.decode(value, { stream: true });
      const events = buffer.split("\n\n");
      buffer = events.pop();
      for (const event of events) this.#dispatch(event);
    }
  }

  #dispatch(block) {
    let name = "message";
    const data = [];
    for (const line of block.split("\n")) {
      if (line.startsWith("event:")) name = line.slice(6).trim();
      else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
    }
    if (!data.length) return;
    if (name === "message") this.hooks.messages([JSON.parse(data.join("\n"))]);
    else if (name === "typing") this.hooks.typing(JSON.parse(data.join("\n")));
  }
}
