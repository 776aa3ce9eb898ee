/* The state of one conversation and the rules that change it. Knows no DOM; the view listens for "change". */

import { Api } from "./api.js";
import { Connection, backoff } from "./connection.js";
import { SendQueue } from "./sendqueue.js";
import { Storage, newId } from "./storage.js";
import { Tabs } from "./tabs.js";

const PAGE = 50;
const TYPING_LASTS = 9000;
const TYPING_EVERY = 3000;
const AWAITED = 7 * 24 * 3600 * 1000;
const LEAD_SETTLES = 300;

export class Chat extends EventTarget {
  messages = new Map();
  status = "connecting";
  typing = null;
  banner = null;
  limits = { text_max: 10000, file_max: 10 * 1024 * 1024, accept: [] };
  lastSeq = 0;
  lastRead = 0;
  loading = false;
  started = false;
  #session = null;
  #resyncing = false;
  #typingSent = 0;
  #typingTimer = null;

  constructor(base) {
    super();
    this.storage = new Storage(base);
    this.api = new Api(base);
    this.tabs = new Tabs(base, {
      lead: () => this.connection.start(),
      follow: () => this.connection.stop(),
      receive: (news) => this.#receive(news),
    });
    this.connection = new Connection(this.api, {
      since: () => this.lastSeq,
      messages: (messages) => this.#arrived(messages),
      typing: (typing) => this.#share("typing", typing),
      status: (status) => this.#share("status", status),
      alive: () => this.tabs.tell({ kind: "alive" }),
      unauthorized: () => this.renew().then(() => true, () => false),
    });
    this.queue = new SendQueue(this.api, this.storage, {
      exclusive: (name, work) => this.tabs.exclusive(name, work),
      sent: (item, receipt) => this.#sent(item, receipt),
      changed: () => this.#changed(),
      unauthorized: () => this.renew().then(() => true, () => false),
    });
    this.storage.watch("session", () => this.#adopt());
    this.lastRead = this.storage.get("session")?.lastRead || 0;
  }

  /** A visitor who was here before. */
  get known() {
    return Boolean(this.storage.get("session")?.token);
  }

  /** Worth a connection before the chat is opened: something was said lately, so an answer may come. */
  get awaited() {
    return this.known && Date.now() - this.storage.get("active", 0) < AWAITED;
  }

  get ordered() {
    return [...this.messages.values()].sort((a, b) => a.seq - b.seq);
  }

  get unread() {
    return this.ordered.filter((message) => message.author !== "customer" && message.seq > this.lastRead).length;
  }

  get hasOlder() {
    const first = Math.min(...this.messages.keys());
    return this.messages.size > 0 && first > 1;
  }

  get pending() {
    const known = new Set(this.ordered.map((message) => message.client_id).filter(Boolean));
    return this.queue.items.filter((item) => !known.has(item.client_id));
  }

  /** Opens the session and connects; tries until it works. */
  async start() {
    if (this.started) return;
    this.started = true;
    for (let failures = 1; this.started; failures += 1) {
      try {
        await this.renew();
        await this.#history();
        break;
      } catch (error) {
        this.#set({ status: "offline" });
        await new Promise((resolve) => setTimeout(resolve, Math.max(backoff(failures), error.retryAfter * 1000 || 0)));
      }
    }
    if (!this.started) return;
    this.#set({ status: "online" });
    this.tabs.start();
    // What the leading tab passed on between our look at the history and our listening to it is looked up.
    setTimeout(() => this.started && !this.tabs.leading && this.resync(), LEAD_SETTLES);
    this.queue.flush();
  }

  /** One session request at a time, whoever asks; a token that is no longer good is replaced by the server. */
  renew() {
    this.#session ||= this.#openSession().finally(() => (this.#session = null));
    return this.#session;
  }

  async #openSession() {
    const stored = this.storage.get("session");
    const session = await this.api.request("api/session", {
      method: "POST",
      json: { token: stored?.token || undefined, locale: this.api.lang, page: location.href.slice(0, 500) },
    });
    if (session.renewed && stored?.token) this.#reset();
    this.api.token = session.token;
    this.visitor = session.visitor;
    this.lastRead = Math.max(session.last_read, session.renewed ? 0 : this.lastRead);
    this.serverSeq = session.last_seq;
    this.storage.set("session", { token: session.token, visitor: session.visitor, lastRead: this.lastRead });
    this.#set({ banner: session.banner, limits: session.limits });
  }

  /** Another tab has a new token or has read further. */
  #adopt() {
    const session = this.storage.get("session");
    if (!session) {
      this.#forgotten();
      return;
    }
    if (this.api.token && session.visitor !== this.visitor) {
      this.#reset();
      this.visitor = session.visitor;
      this.api.token = session.token;
      if (this.started) this.resync();
    } else if (this.api.token) this.api.token = session.token;
    this.lastRead = Math.max(this.lastRead, session.lastRead);
    this.#changed();
  }

  async #history() {
    if (this.messages.size) return this.resync();
    this.loading = true;
    try {
      this.lastSeq = Math.max(0, this.serverSeq - PAGE);
      const body = await this.api.request(`api/messages?since=${this.lastSeq}&wait=0`);
      this.#apply(body.messages);
    } finally {
      this.loading = false;
      this.#changed();
    }
    return undefined;
  }

  async loadOlder() {
    const first = Math.min(...this.messages.keys());
    const since = Math.max(0, first - 1 - PAGE);
    const body = await this.api.request(`api/messages?since=${since}&limit=${first - 1 - since}&wait=0`);
    for (const message of body.messages) this.messages.set(message.seq, message);
    this.#changed();
  }

  /** Asks for everything after the last message held; on focus, on reconnect and when a number is missing. */
  async resync() {
    if (this.#resyncing || !this.api.token) return;
    this.#resyncing = true;
    try {
      const body = await this.api.request(`api/messages?since=${this.lastSeq}&wait=0`);
      this.#apply(body.messages);
      this.#set({ status: "online", typing: body.typing });
    } catch (error) {
      if (error.status === 401) await this.renew().catch(() => this.#set({ status: "offline" }));
      else this.#set({ status: "offline" });
    } finally {
      this.#resyncing = false;
    }
  }

  /** The page is looked at again, or the network is back. */
  woke() {
    if (!this.started) return;
    this.tabs.shown();
    this.connection.nudge();
    this.resync();
    this.queue.flush();
  }

  /** The network is gone. */
  lost() {
    if (!this.started) return;
    this.#set({ status: "offline" });
    this.connection.drop();
  }

  #arrived(messages) {
    if (!messages.length) return;
    this.tabs.tell({ kind: "messages", messages });
    this.#apply(messages);
  }

  #apply(messages) {
    for (const message of messages) {
      this.messages.set(message.seq, message);
      if (message.author !== "customer") this.typing = null;
      this.storage.set("active", Math.max(Date.parse(message.at), this.storage.get("active", 0)));
    }
    while (this.messages.has(this.lastSeq + 1)) this.lastSeq += 1;
    const queued = new Set(this.queue.items.map((item) => item.client_id));
    for (const message of messages) if (queued.has(message.client_id)) this.queue.remove(message.client_id);
    this.#changed();
    if (Math.max(0, ...messages.map((message) => message.seq)) > this.lastSeq) this.resync();
  }

  #share(name, value) {
    if (this[name] === value) return;
    this.tabs.tell({ kind: name, value });
    this.#set({ [name]: value });
  }

  #receive(news) {
    if (news.kind === "messages") this.#apply(news.messages);
    else if (news.kind === "typing" || news.kind === "status") this.#set({ [news.kind]: news.value });
  }

  #set(change) {
    if ("typing" in change) {
      clearTimeout(this.#typingTimer);
      if (change.typing) this.#typingTimer = setTimeout(() => this.#set({ typing: null }), TYPING_LASTS);
    }
    Object.assign(this, change);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  send({ text, button, uploads, replyTo }) {
    if (!this.known) this.start();
    this.#typingSent = 0;
    this.queue.add({
      client_id: newId(),
      text: text || undefined,
      button,
      uploads: uploads?.length ? uploads : undefined,
      reply_to: replyTo,
      at: new Date().toISOString(),
    });
  }

  #sent(item, receipt) {
    this.#apply([
      {
        seq: receipt.seq,
        author: "customer",
        text: item.text || item.button?.label || "",
        buttons: [],
        links: [],
        attachments: item.uploads || [],
        client_id: item.client_id,
        at: receipt.at,
      },
    ]);
  }

  /** Called while the visitor types; `typing` false when the text is gone. */
  visitorTypes(typing) {
    const now = Date.now();
    if (typing ? now - this.#typingSent < TYPING_EVERY : this.#typingSent === 0) return;
    this.#typingSent = typing ? now : 0;
    this.api.request("api/typing", { method: "POST", json: { typing } }).catch(() => {
      // Only a hint to the other side; the connection shows its own state.
    });
  }

  markRead() {
    const seq = Math.max(this.lastRead, this.lastSeq);
    if (seq === this.lastRead || !this.api.token) return;
    this.lastRead = seq;
    this.storage.set("session", { token: this.api.token, visitor: this.visitor, lastRead: seq });
    this.api.request("api/read", { method: "POST", json: { seq }, keepalive: true }).catch(() => {
      // Kept in storage; the next message read says it again.
    });
    this.#changed();
  }

  async setLanguage(lang) {
    this.api.lang = lang;
    if (this.started && this.api.token) await this.renew();
  }

  /** Ends the conversation on a shared computer. Resolves only when the server has revoked the token. */
  async forget() {
    await this.api.request("api/forget", { method: "POST" });
    this.storage.remove("session", "active");
    this.#forgotten();
  }

  #forgotten() {
    this.started = false;
    this.tabs.stop();
    this.queue.clear();
    this.#reset();
    this.api.token = null;
    this.#set({ banner: null, typing: null, status: "connecting" });
    this.dispatchEvent(new Event("forgotten"));
  }

  #reset() {
    this.messages.clear();
    this.lastSeq = 0;
    this.lastRead = 0;
  }
}
