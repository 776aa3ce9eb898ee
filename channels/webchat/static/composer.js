/* Where the visitor writes: text, files by button, drop and paste. */

import { h, iconButton } from "./dom.js";
import { Tray } from "./tray.js";

const IDLE = 6000;

export class Composer {
  #sendWhenReady = false;
  #idle = null;
  #complaint = null;

  constructor(chat, texts, { sent }) {
    this.chat = chat;
    this.texts = texts;
    this.sent = sent;
    const { t } = bound(texts);
    this.tray = new Tray(chat, texts, { changed: () => this.#changed(), complain: (text) => this.complain(text) });
    this.area = h("textarea", {
      rows: "1", "aria-label": t("write"), placeholder: t("write"), enterkeyhint: "send", autocomplete: "off",
      on: { input: () => this.#typed(), keydown: (event) => this.#key(event), paste: (event) => this.#paste(event) },
    });
    this.picker = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-hidden": "true", on: { change: () => this.#picked() } });
    this.attach = iconButton("attach", t("attach"), () => this.picker.click(), "attach");
    this.button = iconButton("send", t("send"), () => this.submit(), "send");
    this.note = h("div", { class: "note", role: "status" });
    const line = h("div", { class: "line" }, this.attach, this.area, this.button, this.picker);
    this.element = h("div", { class: "composer" }, this.note, h("div", { class: "box" }, this.tray.element, line));
    this.#changed();
  }

  focus() {
    this.area.focus({ preventScroll: true });
  }

  write(text) {
    this.area.value = text;
    this.#changed();
    this.focus();
  }

  complain(text) {
    clearTimeout(this.#complaint);
    this.note.textContent = text;
    this.note.classList.toggle("shown", Boolean(text));
    if (text) this.#complaint = setTimeout(() => this.complain(""), 8000);
  }

  acceptFiles(files) {
    this.tray.add([...files]);
    this.focus();
  }

  submit() {
    if (this.tray.busy) {
      this.#sendWhenReady = true;
      return;
    }
    const text = this.area.value.trim();
    if (!text && !this.tray.uploads.length) return;
    if (text.length > this.chat.limits.text_max) {
      this.complain(this.texts.t("too_long", { limit: this.chat.limits.text_max }));
      return;
    }
    clearTimeout(this.#idle);
    this.chat.send({ text, uploads: this.tray.take() });
    this.area.value = "";
    this.complain("");
    this.#changed();
    this.sent();
    this.focus();
  }

  #typed() {
    this.#changed();
    const typing = this.area.value.trim() !== "";
    clearTimeout(this.#idle);
    if (!this.chat.api.token) return;
    this.chat.visitorTypes(typing);
    if (typing) this.#idle = setTimeout(() => this.chat.visitorTypes(false), IDLE);
  }

  #key(event) {
    // Enter that picks a word of an input method must not send it; some engines say so only by key code 229.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.submit();
  }

  #paste(event) {
    const files = [...(event.clipboardData?.files || [])];
    if (!files.length) return;
    event.preventDefault();
    this.acceptFiles(files);
  }

  #picked() {
    this.acceptFiles(this.picker.files);
    this.picker.value = "";
  }

  /** As high as the text; while the panel is hidden there is nothing to measure. */
  grow() {
    this.area.style.height = "";
    if (this.area.scrollHeight && this.area.value) this.area.style.height = `${Math.min(this.area.scrollHeight, 132)}px`;
  }

  #changed() {
    this.grow();
    this.picker.accept = this.chat.limits.accept.join(",");
    const left = this.chat.limits.text_max - this.area.value.length;
    if (left < 500) this.complain(left < 0 ? this.texts.t("too_long", { limit: this.chat.limits.text_max }) : this.texts.t("left", { count: left }));
    this.button.classList.toggle("ready", this.area.value.trim() !== "" || this.tray.uploads.length > 0);
    if (this.#sendWhenReady && !this.tray.busy) {
      this.#sendWhenReady = false;
      this.submit();
    }
  }
}

const bound = (texts) => ({ t: (name, values) => texts.t(name, values) });
