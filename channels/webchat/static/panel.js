/* The window of the chat: header with menu, notices, messages, composer. */

import { Composer } from "./composer.js";
import { h, icon, iconButton } from "./dom.js";
import { Log } from "./log.js";
import { Menu } from "./menu.js";
import { ding } from "./sound.js";

const OFFLINE_SHOWN_AFTER = 1500;

export class Panel {
  #offline = null;
  #last = 0;

  /** `actions`: close(), language(lang). */
  constructor(chat, texts, actions, { page }) {
    this.chat = chat;
    this.texts = texts;
    this.actions = actions;
    this.page = page;
    this.element = h("section", { class: "panel", role: page ? "main" : "dialog", hidden: !page });
    this.build();
    chat.addEventListener("change", () => this.render());
    chat.addEventListener("forgotten", () => this.#forgotten());
  }

  /** Also after a change of language; what was typed is kept. */
  build() {
    const { texts, chat } = this;
    const draft = this.composer?.area.value || "";
    const uploads = this.composer?.tray.take() || [];
    const t = (name, values) => texts.t(name, values);
    this.element.lang = texts.locale;
    this.element.setAttribute("aria-label", t("title"));
    this.composer = new Composer(chat, texts, { sent: () => this.log.toEnd() });
    this.log = new Log(chat, texts, {
      press: (button, message) => {
        chat.send({ button: { id: button.id, label: button.label }, replyTo: message.seq });
        this.#focus();
      },
      say: (text) => {
        chat.send({ text });
        this.#focus();
      },
      retry: () => chat.queue.retry(),
      edit: (item) => this.#edit(item),
      older: (button) => this.#older(button),
    });
    this.log.onscroll = () => this.#afterScroll();
    this.menu = new Menu(chat, texts, { language: this.actions.language, ended: () => this.composer.focus() });
    this.bar = h("div", { class: "bar", role: "status" });
    this.banner = h("div", { class: "banner", role: "status", hidden: true }, icon("alert"), h("span"));
    this.newer = h("button", { type: "button", class: "newer", hidden: true, on: { click: () => this.log.toEnd() } }, icon("down"), h("span", { text: t("newer") }));
    const body = h("div", { class: "body" }, this.bar, this.log.element, this.newer, h("div", { class: "drop", "aria-hidden": "true", text: t("drop") }));
    this.element.replaceChildren(this.#header(t), this.banner, body, this.composer.element);
    this.#acceptDrops();
    if (draft) this.composer.write(draft);
    if (uploads.length) this.composer.tray.put(uploads);
    this.render();
  }

  #header(t) {
    const title = h("div", { class: "title" }, h("h2", { text: t("title") }), h("p", { text: t("subtitle") }));
    const close = this.page ? null : iconButton("close", t("close"), () => this.actions.close(), "close");
    return h("header", { class: "header" }, h("span", { class: "brand" }, icon("chat")), title, this.menu.button, close, this.menu.element);
  }

  get visible() {
    return !this.element.hidden && !document.hidden;
  }

  render() {
    const { chat } = this;
    this.banner.hidden = !chat.banner;
    this.banner.lastElementChild.textContent = chat.banner || "";
    this.#showStatus();
    this.log.render();
    this.#sound();
    this.#afterScroll();
  }

  #showStatus() {
    const offline = this.chat.status === "offline";
    if (!offline) {
      clearTimeout(this.#offline);
      this.#offline = null;
      this.bar.classList.remove("shown");
      this.bar.textContent = "";
    } else this.#offline ||= setTimeout(() => this.#showOffline(), OFFLINE_SHOWN_AFTER);
  }

  #showOffline() {
    this.bar.textContent = this.texts.t("reconnecting");
    this.bar.classList.add("shown");
  }

  #sound() {
    const last = Math.max(0, ...this.chat.ordered.filter((message) => message.author !== "customer").map((message) => message.seq));
    const fresh = this.#last > 0 && last > this.#last && !this.chat.loading;
    this.#last = last;
    if (fresh && this.chat.storage.get("sound", false) && (!this.visible || !document.hasFocus())) ding();
  }

  /** What has been seen counts as read; what lies below the fold does not. */
  #afterScroll() {
    const unread = this.chat.unread;
    this.newer.hidden = this.log.following || !unread;
    if (this.visible && this.log.following && unread && !this.chat.loading) this.chat.markRead();
  }

  opened() {
    this.log.toEnd();
    this.render();
    this.composer.grow();
    this.#focus();
  }

  /** Never nowhere: a pressed button goes away, and Escape must still reach the panel. */
  #focus() {
    // On a touch screen the keyboard would cover half of the answer.
    if (!matchMedia("(pointer: coarse)").matches) this.composer.focus();
    else if (!this.page) this.log.element.focus({ preventScroll: true });
  }

  #edit(item) {
    this.chat.queue.remove(item.client_id);
    this.composer.write(item.text || "");
    this.composer.tray.put(item.uploads || []);
  }

  async #older(button) {
    button.disabled = true;
    try {
      await this.chat.loadOlder();
    } catch {
      this.composer.complain(this.texts.t("try_again"));
    }
    button.disabled = false;
  }

  #acceptDrops() {
    let depth = 0;
    const files = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
    const show = (on) => this.element.classList.toggle("dropping", on);
    this.element.ondragenter = (event) => files(event) && show(++depth > 0);
    this.element.ondragleave = (event) => files(event) && show(--depth > 0);
    this.element.ondragover = (event) => files(event) && event.preventDefault();
    this.element.ondrop = (event) => {
      if (!files(event)) return;
      event.preventDefault();
      depth = 0;
      show(false);
      this.composer.acceptFiles(event.dataTransfer.files);
    };
  }

  #forgotten() {
    this.composer.tray.take();
    this.composer.write("");
    this.#last = 0;
    if (!this.page) this.actions.close();
    else this.chat.start();
  }
}
