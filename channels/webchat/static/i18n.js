/* Texts come from the server's catalogue, so that one place holds every sentence; the last answer is kept
 * for a reload while the server is away. */

export function preferredLanguage(asked, chosen) {
  const wanted = chosen || asked || document.documentElement.lang || navigator.language || "zh";
  return wanted.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export class Texts {
  #entries = {};
  lang = "zh";

  constructor(base, storage) {
    this.base = base;
    this.storage = storage;
  }

  get locale() {
    return this.lang === "zh" ? "zh-CN" : "en";
  }

  /** Resolves once the texts of `lang` are there, fresh or kept. */
  async load(lang) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await fetch(new URL(`strings?lang=${lang}`, this.base), { credentials: "omit" });
        if (!response.ok) throw new Error(`strings: ${response.status}`);
        this.#use(lang, await response.json());
        this.storage.set(`texts:${lang}`, this.#entries);
        return;
      } catch (error) {
        const kept = this.storage.get(`texts:${lang}`);
        if (kept) {
          this.#use(lang, kept);
          return;
        }
        console.warn("[yingpiao-chat] texts are not there yet:", error);
        await new Promise((resolve) => setTimeout(resolve, Math.min(attempt * 2000, 20000)));
      }
    }
  }

  #use(lang, entries) {
    this.lang = lang;
    this.#entries = entries;
  }

  t(name, values = {}) {
    const text = this.#entries[`webchat.${name}`] ?? name;
    return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  }

  time(iso) {
    return new Intl.DateTimeFormat(this.locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(iso));
  }

  day(iso) {
    const date = new Date(iso);
    const days = Math.round((startOfDay(new Date()) - startOfDay(date)) / 86400000);
    if (days === 0) return this.t("today");
    if (days === 1) return this.t("yesterday");
    const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
    return new Intl.DateTimeFormat(this.locale, { year, month: "long", day: "numeric", weekday: "short" }).format(date);
  }
}

export function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}
