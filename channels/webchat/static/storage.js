/* What survives a reload: the visitor's token, the unsent messages and a few choices.
 * Storage can be switched off or full; the chat then works for as long as the page is open. */

export class Storage {
  #memory = new Map();

  constructor(scope) {
    this.prefix = `yingpiao:${scope}:`;
  }

  get(name, fallback = null) {
    let raw = null;
    try {
      raw = localStorage.getItem(this.prefix + name);
    } catch {
      return this.#memory.has(name) ? this.#memory.get(name) : fallback;
    }
    if (raw === null) return this.#memory.has(name) ? this.#memory.get(name) : fallback;
    try {
      return JSON.parse(raw);
    } catch {
      return fallback;
    }
  }

  set(name, value) {
    try {
      localStorage.setItem(this.prefix + name, JSON.stringify(value));
      this.#memory.delete(name);
    } catch {
      this.#memory.set(name, value);
    }
  }

  remove(...names) {
    for (const name of names) {
      this.#memory.delete(name);
      try {
        localStorage.removeItem(this.prefix + name);
      } catch {
        // Nothing was stored where nothing can be removed.
      }
    }
  }

  /** Calls back when another tab changed `name`. */
  watch(name, callback) {
    const listener = (event) => event.key === this.prefix + name && callback();
    addEventListener("storage", listener);
    return () => removeEventListener("storage", listener);
  }
}

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
