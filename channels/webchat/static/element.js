/* <yingpiao-chat>: the launcher, the panel and what ties them to the page around them.
 * Attributes: server, lang, position (left | right), color, open, mode ("page" fills the window). */

import { Chat } from "./chat.js";
import { h, icon } from "./dom.js";
import { Texts, preferredLanguage } from "./i18n.js";
import { Panel } from "./panel.js";
import { styleInto, tint } from "./style.js";

const SERVER = new URL("../../", import.meta.url).href;

export class YingpiaoChat extends HTMLElement {
  #ready = null;
  #titleCount = 0;

  connectedCallback() {
    this.#ready ||= this.#build();
  }

  get page() {
    return this.getAttribute("mode") === "page";
  }

  async #build() {
    const base = new URL(this.getAttribute("server") || SERVER, document.baseURI).href;
    const root = this.attachShadow({ mode: "open" });
    this.chat = new Chat(base);
    this.texts = new Texts(base, this.chat.storage);
    this.chat.api.lang = preferredLanguage(this.getAttribute("lang"), this.chat.storage.get("lang"));
    await Promise.all([styleInto(root), this.texts.load(this.chat.api.lang)]);
    tint(this, this.getAttribute("color"));
    const actions = { close: () => this.close(), language: (lang) => this.setLanguage(lang) };
    this.panel = new Panel(this.chat, this.texts, actions, { page: this.page });
    this.launcher = h("button", { type: "button", class: "launcher", "aria-expanded": "false", on: { click: () => this.toggle() } }, icon("chat"), icon("down"), h("span", { class: "badge", hidden: true }));
    root.append(this.panel.element);
    if (!this.page) root.append(this.launcher);
    root.addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && !this.page && this.close());
    this.chat.addEventListener("change", () => this.#showUnread());
    this.#watchPage();
    this.#showUnread();
    if (this.page || this.chat.awaited) this.chat.start();
    if (this.page) this.panel.opened();
    else if (this.hasAttribute("open") && this.getAttribute("open") !== "false") this.open();
  }

  #watchPage() {
    const woke = () => {
      if (document.hidden) return;
      this.chat.woke();
      this.panel.render();
    };
    document.addEventListener("visibilitychange", woke);
    addEventListener("focus", woke);
    addEventListener("online", woke);
    addEventListener("pageshow", (event) => event.persisted && woke());
    addEventListener("offline", () => this.chat.lost());
    this.#followKeyboard();
  }

  /** A phone's keyboard covers the page without resizing it; the panel keeps to what can be seen. */
  #followKeyboard() {
    const viewport = window.visualViewport;
    if (!viewport) return;
    const fit = () => {
      const covered = window.innerHeight - viewport.height > 80 && viewport.scale < 1.1;
      this.panel.element.classList.toggle("keyboard", covered);
      this.style.setProperty("--yp-visible", `${Math.round(viewport.height)}px`);
      this.style.setProperty("--yp-top", `${Math.round(viewport.offsetTop)}px`);
      if (covered && this.panel.log.following) this.panel.log.toEnd();
    };
    viewport.addEventListener("resize", fit);
    viewport.addEventListener("scroll", fit);
  }

  async open() {
    await this.#ready;
    if (!this.panel.element.hidden) return;
    this.panel.element.hidden = false;
    this.launcher.setAttribute("aria-expanded", "true");
    this.setAttribute("data-opened", "");
    this.chat.start();
    this.panel.opened();
    this.#showUnread();
  }

  close() {
    if (this.page || this.panel.element.hidden) return;
    this.panel.element.hidden = true;
    this.launcher.setAttribute("aria-expanded", "false");
    this.removeAttribute("data-opened");
    this.#showUnread();
    this.launcher.focus();
  }

  toggle() {
    if (this.panel.element.hidden) this.open();
    else this.close();
  }

  async setLanguage(lang) {
    await this.texts.load(lang);
    this.chat.storage.set("lang", lang);
    this.panel.build();
    this.#showUnread();
    if (!this.panel.element.hidden) this.panel.menu.button.focus();
    this.chat.setLanguage(lang).catch((error) => console.warn("[yingpiao-chat] the server was not told the language:", error));
  }

  #showUnread() {
    const count = this.chat.unread;
    const badge = this.launcher.querySelector(".badge");
    const open = !this.panel.element.hidden;
    badge.hidden = count === 0 || open;
    badge.textContent = count > 99 ? "99+" : String(count);
    this.launcher.setAttribute("aria-label", open ? this.texts.t("close") : this.texts.t(count ? "open_unread" : "open", { count }));
    this.#showInTitle(count);
  }

  /** The page may change its own title meanwhile; only the number put in front of it is ours. */
  #showInTitle(count) {
    if (count === this.#titleCount) return;
    const own = document.title.replace(/^\(\d+\+?\) /, "");
    document.title = count ? `(${count > 99 ? "99+" : count}) ${own}` : own;
    this.#titleCount = count;
  }
}

if (!customElements.get("yingpiao-chat")) customElements.define("yingpiao-chat", YingpiaoChat);

/** Puts the chat into the page, once. A page that has written the element itself keeps its own. */
export function mount(options) {
  if (document.querySelector("yingpiao-chat")) return;
  const element = document.createElement("yingpiao-chat");
  for (const [name, value] of Object.entries(options)) if (value !== undefined) element.setAttribute(name, value);
  const place = () => document.body.append(element);
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
}
