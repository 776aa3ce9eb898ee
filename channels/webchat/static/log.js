/* The list of messages. Elements are kept by key and rebuilt only when what they show has changed, so that
 * a screen reader hears each message once and nothing jumps. */

import { fileSize, h, icon, linkified, safeUrl } from "./dom.js";
import { startOfDay } from "./i18n.js";

const TOGETHER = 5 * 60 * 1000;
const PICTURE = /^image\/(png|jpeg|gif|webp)$/;

export class Log {
  #shown = new Map();

  /** `actions`: press(button, message), say(text), retry(), edit(item), older(). */
  constructor(chat, texts, actions) {
    this.chat = chat;
    this.texts = texts;
    this.actions = actions;
    this.list = h("div", { class: "list", role: "log", "aria-live": "polite", "aria-relevant": "additions" });
    this.element = h("div", { class: "scroll", tabindex: "0", on: { scroll: () => this.#scrolled() } }, this.list);
    this.following = true;
    // The composer grows with text and files; the newest message stays above it.
    if (window.ResizeObserver) new ResizeObserver(() => this.following && this.toEnd()).observe(this.element);
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    this.following = scrollHeight - scrollTop - clientHeight < 60;
    this.onscroll?.();
  }

  toEnd() {
    this.element.scrollTop = this.element.scrollHeight;
    this.following = true;
  }

  render() {
    this.element.setAttribute("aria-label", this.texts.t("log"));
    this.list.setAttribute("aria-busy", String(this.chat.loading));
    const before = this.element.scrollHeight;
    const first = this.list.firstElementChild;
    const wanted = this.#items();
    const keys = new Set(wanted.map((item) => item.key));
    for (const [key, shown] of this.#shown) {
      if (keys.has(key)) continue;
      shown.element.remove();
      this.#shown.delete(key);
    }
    let cursor = this.list.firstChild;
    for (const item of wanted) {
      const replaced = this.#shown.get(item.key)?.element;
      const element = this.#element(item);
      if (replaced && replaced === cursor) cursor = element;
      if (element === cursor) cursor = cursor.nextSibling;
      else this.list.insertBefore(element, cursor);
    }
    if (this.following) this.toEnd();
    else if (first && this.list.firstElementChild !== first) this.element.scrollTop += this.element.scrollHeight - before;
  }

  #element(item) {
    const signature = JSON.stringify([item.sign, this.texts.lang]);
    const shown = this.#shown.get(item.key);
    if (shown?.signature === signature) return shown.element;
    const element = item.build();
    if (shown) {
      element.classList.add("settled");
      shown.element.replaceWith(element);
    }
    this.#shown.set(item.key, { signature, element });
    return element;
  }

  #items() {
    const messages = this.chat.ordered;
    const pending = this.chat.pending;
    const items = [];
    if (this.chat.hasOlder) items.push({ key: "older", sign: 0, build: () => this.#older() });
    else items.push({ key: "welcome", sign: 0, build: () => this.#welcome() });
    if (!messages.length && !pending.length && !this.chat.loading) items.push({ key: "starters", sign: 0, build: () => this.#starters() });
    let previous = null;
    const live = this.#liveButtons(messages, pending);
    messages.forEach((message, index) => {
      const next = messages[index + 1];
      const day = +startOfDay(new Date(message.at));
      if (!previous || day !== +startOfDay(new Date(previous.at))) items.push({ key: `day-${day}`, sign: day === +startOfDay(new Date()), build: () => this.#day(message.at) });
      const flags = { head: !together(previous, message), tail: !together(message, next), live: message === live };
      // A picture's address is signed anew with each answer; the one on screen stays.
      const sign = [message.seq, flags, message.text];
      items.push({ key: message.client_id || `m${message.seq}`, sign, build: () => this.#message(message, flags) });
      previous = message;
    });
    pending.forEach((item, index) => items.push({ key: item.client_id, sign: [item.state, item.reason, index === 0], build: () => this.#pending(item) }));
    if (this.chat.typing) items.push({ key: "typing", sign: this.chat.typing.name, build: () => this.#typing(this.chat.typing) });
    return items;
  }

  /** Buttons stay open until the visitor says something; older ones show what the choice was. */
  #liveButtons(messages, pending) {
    if (pending.length) return null;
    for (let index = messages.length - 1; index >= 0; index -= 1) {
      if (messages[index].author === "customer") return null;
      if (messages[index].buttons.length) return messages[index];
    }
    return null;
  }

  #older() {
    const button = h("button", { type: "button", class: "older", text: this.texts.t("older"), on: { click: () => this.actions.older(button) } });
    return button;
  }

  #welcome() {
    return h("div", { class: "welcome" }, h("p", { class: "hello", text: this.texts.t("hello") }), h("p", { text: this.texts.t("welcome") }));
  }

  #starters() {
    const starters = ["1", "2", "3", "4"].map((number) => this.texts.t(`starter.${number}`));
    return h("div", { class: "starters" }, ...starters.map((text) => h("button", { type: "button", class: "choice", text, on: { click: () => this.actions.say(text) } })));
  }

  #day(at) {
    return h("div", { class: "day" }, h("span", { text: this.texts.day(at) }));
  }

  #message(message, flags) {
    const quiet = message.author === "system" && !message.buttons.length && !message.links.length;
    if (quiet) return h("div", { class: "row system" }, h("div", { class: "notice" }, ...linkified(message.text), this.#links(message)), this.#buttons(message, flags.live));
    const mine = message.author === "customer";
    const row = h("div", { class: `row ${mine ? "mine" : "theirs"} ${flags.head ? "head" : ""}` });
    if (!mine && flags.head) row.append(this.#author(message));
    if (mine) row.append(h("span", { class: "hidden", text: this.texts.t("you") }));
    if (message.text) row.append(h("div", { class: "bubble" }, ...linkified(message.text)));
    row.append(...[this.#attachments(message.attachments), this.#links(message), this.#buttons(message, flags.live)].filter(Boolean));
    if (flags.tail) row.append(h("time", { class: "meta", datetime: message.at, text: this.texts.time(message.at) }));
    return row;
  }

  #author(message) {
    const name = message.name || this.texts.t(message.author === "staff" ? "staff" : "bot");
    return h("div", { class: `author ${message.author}` }, h("span", { class: "face", "aria-hidden": "true", text: [...name][0] }), h("span", { text: name }));
  }

  #pending(item) {
    const row = h("div", { class: `row mine pending ${item.state}` });
    row.append(h("span", { class: "hidden", text: this.texts.t("you") }));
    const text = item.text || item.button?.label;
    if (text) row.append(h("div", { class: "bubble", text }));
    const attachments = this.#attachments(item.uploads || []);
    if (attachments) row.append(attachments);
    if (item.state === "failed") row.append(h("button", { type: "button", class: "again", on: { click: () => this.actions.retry() } }, icon("retry"), h("span", { text: this.texts.t("not_sent") })));
    else if (item.state === "rejected") {
      row.append(h("div", { class: "refused", role: "alert" }, icon("alert"), h("span", { text: item.reason || this.texts.t("refused") })));
      row.append(h("button", { type: "button", class: "again", on: { click: () => this.actions.edit(item) } }, h("span", { text: this.texts.t("edit") })));
    } else row.append(h("span", { class: "meta", text: this.texts.t("sending") }));
    return row;
  }

  #typing({ name, who }) {
    const text = this.texts.t("typing", { name: name || this.texts.t(who === "bot" ? "bot" : "staff") });
    return h("div", { class: "row theirs typing" }, h("div", { class: "bubble dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), h("span", { class: "meta", text }));
  }

  #attachments(attachments) {
    if (!attachments?.length) return null;
    return h("div", { class: "attachments" }, ...attachments.map((each) => this.#attachment(each)));
  }

  #attachment({ name, mime, size, url }) {
    const href = safeUrl(url, this.chat.api.base);
    const link = h("a", { class: "file", href, target: "_blank", rel: "noopener noreferrer" });
    const chip = [icon("file"), h("span", { class: "file-name", text: name }), h("span", { class: "file-size", text: fileSize(size) })];
    if (!PICTURE.test(mime)) {
      link.append(...chip);
      return link;
    }
    link.className = "picture";
    const broken = () => {
      link.className = "file";
      link.replaceChildren(...chip);
    };
    link.append(h("img", { src: href, alt: this.texts.t("picture", { name }), loading: "lazy", decoding: "async", on: { error: broken } }));
    return link;
  }

  #links(message) {
    const links = message.links.map(({ label, url }) => ({ label, href: safeUrl(url, this.chat.api.base) })).filter(({ href }) => href);
    if (!links.length) return null;
    return h("div", { class: "links" }, ...links.map(({ label, href }) => h("a", { class: "link", href, target: "_blank", rel: "noopener noreferrer" }, icon("link"), h("span", { text: label }))));
  }

  #buttons(message, live) {
    if (!message.buttons.length) return null;
    const rating = message.buttons.every(({ label }) => /^[1-5]$/.test(label.trim()));
    const buttons = message.buttons.map((button) => {
      const press = () => this.actions.press(button, message);
      return h("button", { type: "button", class: "choice", disabled: !live, text: button.label, on: { click: press } });
    });
    const group = h("div", { class: `choices ${rating ? "rating" : ""} ${live ? "" : "past"}`, role: "group", "aria-label": this.texts.t(rating ? "rate" : "choices") }, ...buttons);
    if (rating) group.append(h("span", { class: "scale" }, h("span", { text: this.texts.t("rate_low") }), h("span", { text: this.texts.t("rate_high") })));
    return group;
  }
}

function together(earlier, later) {
  if (!earlier || !later || earlier.author !== later.author || (earlier.name || "") !== (later.name || "")) return false;
  return new Date(later.at) - new Date(earlier.at) < TOGETHER && +startOfDay(new Date(earlier.at)) === +startOfDay(new Date(later.at));
}
