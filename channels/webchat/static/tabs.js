/* One tab holds the connection and tells the others: browsers allow six connections to a host, and a seventh tab
 * with its own stream would block every request. Without Web Locks each tab connects for itself. */

const SILENCE = 22000;
const ANSWER = 2500;

export class Tabs {
  #lead = null;
  #heard = Date.now();
  #alone = !(navigator.locks && typeof BroadcastChannel === "function");
  #stopped = true;

  /** `hooks`: lead() when this tab connects, follow() when it must not any more, receive(news). */
  constructor(scope, hooks) {
    this.name = `yingpiao:${scope}`;
    this.hooks = hooks;
  }

  get leading() {
    return this.#alone || this.#lead !== null;
  }

  start() {
    if (!this.#stopped) return;
    this.#stopped = false;
    if (this.#alone) {
      this.hooks.lead();
      return;
    }
    this.channel = new BroadcastChannel(this.name);
    this.channel.onmessage = ({ data }) => this.#receive(data);
    this.timer = setInterval(() => this.#check(SILENCE), 5000);
    this.#heard = Date.now();
    this.#queue({});
  }

  stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    clearInterval(this.timer);
    this.#lead?.();
    this.#lead = null;
    this.channel?.close();
    this.channel = null;
    this.hooks.follow();
  }

  tell(news) {
    this.channel?.postMessage(news);
  }

  /** The page was shown: a leader that a phone has put to sleep does not answer and is replaced. */
  shown() {
    if (this.#alone || this.leading || this.#stopped) return;
    const asked = Date.now();
    this.tell({ kind: "there?" });
    setTimeout(() => this.#heard < asked && this.#check(0), ANSWER);
  }

  #receive(data) {
    if (data.kind === "there?") {
      if (this.leading) this.tell({ kind: "alive" });
      return;
    }
    this.#heard = Date.now();
    if (data.kind !== "alive") this.hooks.receive(data);
  }

  #check(silence) {
    if (this.leading || this.#stopped || document.hidden || Date.now() - this.#heard < silence) return;
    this.#queue({ steal: true });
  }

  #queue(options) {
    const hold = () =>
      new Promise((release) => {
        if (this.#stopped) {
          release();
          return;
        }
        this.#lead = release;
        this.hooks.lead();
      });
    navigator.locks.request(this.name, options, hold).catch(() => {
      // Another tab took the connection over.
      this.#lead = null;
      this.#heard = Date.now();
      if (this.#stopped) return;
      this.hooks.follow();
      this.#queue({});
    });
  }

  /** Runs `work` in one tab at a time. */
  async exclusive(name, work) {
    if (navigator.locks) return navigator.locks.request(`${this.name}:${name}`, work);
    return work();
  }
}
