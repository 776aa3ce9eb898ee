/* The small menu behind the three dots. */

import { h, icon, iconButton } from "./dom.js";

export class Menu {
  #confirming = false;

  constructor(chat, texts, { language, ended }) {
    this.chat = chat;
    this.texts = texts;
    this.ended = ended;
    const t = (name) => texts.t(name);
    this.button = iconButton("more", t("menu"), () => this.toggle(), "more");
    this.button.setAttribute("aria-haspopup", "menu");
    this.button.setAttribute("aria-expanded", "false");
    const other = texts.lang === "zh" ? "en" : "zh";
    this.sound = this.#item("bell", t(this.#soundOn ? "sound_off" : "sound_on"), () => this.#toggleSound());
    this.leave = this.#item("leave", t("forget"), () => this.#forget(), "danger");
    const languageItem = this.#item("language", t("other_language"), () => this.#run(() => language(other)));
    languageItem.lang = other === "zh" ? "zh-CN" : "en";
    this.element = h(
      "div",
      { class: "menu", role: "menu", hidden: true, "aria-label": t("menu"), on: { keydown: (event) => this.#key(event), focusout: (event) => this.#left(event) } },
      languageItem,
      this.sound,
      this.#item("download", t("transcript"), () => this.#run(() => this.#transcript())),
      this.leave,
    );
  }

  get #soundOn() {
    return this.chat.storage.get("sound", false);
  }

  #item(name, label, run, className = "") {
    return h("button", { type: "button", role: "menuitem", tabindex: "-1", class: `menu-item ${className}`, on: { click: run } }, icon(name), h("span", { text: label }));
  }

  toggle(open = this.element.hidden) {
    this.element.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    this.#confirm(false);
    if (open) this.element.firstElementChild.focus();
  }

  #run(work) {
    this.toggle(false);
    this.button.focus();
    work();
  }

  #left(event) {
    if (event.relatedTarget && !this.element.contains(event.relatedTarget) && event.relatedTarget !== this.button) this.toggle(false);
  }

  #key(event) {
    const items = [...this.element.children];
    const at = items.indexOf(event.target.closest(".menu-item"));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items[(to + items.length) % items.length].focus();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.#run(() => {});
    }
  }

  #toggleSound() {
    this.chat.storage.set("sound", !this.#soundOn);
    this.sound.lastElementChild.textContent = this.texts.t(this.#soundOn ? "sound_off" : "sound_on");
  }

  #confirm(asking) {
    this.#confirming = asking;
    this.leave.lastElementChild.textContent = this.texts.t(asking ? "forget_sure" : "forget");
  }

  /** Asks once in place: the conversation cannot be brought back. */
  async #forget() {
    if (!this.#confirming) {
      this.#confirm(true);
      return;
    }
    this.leave.disabled = true;
    try {
      if (this.chat.api.token) await this.chat.forget();
      this.toggle(false);
      this.ended();
    } catch {
      this.leave.lastElementChild.textContent = this.texts.t("forget_failed");
    } finally {
      this.leave.disabled = false;
    }
  }

  #transcript() {
    const { texts } = this;
    const lines = this.chat.ordered.map((message) => {
      const who = message.name || texts.t(message.author === "customer" ? "you" : message.author);
      const files = message.attachments.map(({ name }) => `[${name}]`);
      return `${texts.day(message.at)} ${texts.time(message.at)} ${who}\n${[message.text, ...files].filter(Boolean).join("\n")}\n`;
    });
    const url = URL.createObjectURL(new Blob(["\ufeff", lines.join("\n")], { type: "text/plain;charset=utf-8" }));
    h("a", { href: url, download: `${texts.t("title")}.txt` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }
}
