/* The lines of the chat. */

import { mediaAddress } from "./api.js";
import { h, linked } from "./dom.js";

/** One line; `press` is called with the label of a quick reply. */
export function line(entry, { person, t, locale, press }) {
  if (entry.notice) return h("li", { class: "notice", text: entry.text });
  if (entry.act) return h("li", { class: "notice" }, `${t(`done.${entry.act}`)} `, ...meta(entry, t, locale));
  const bubble = h("div", { class: "bubble" });
  if (entry.file) bubble.append(file(entry, person));
  if (entry.text) bubble.append(h("p", {}, ...linked(entry.text, entry.links)));
  for (const { label, url } of entry.links) {
    if (!entry.text.includes(label)) bubble.append(h("p", {}, ...linked(label, [{ label, url }])));
  }
  return h(
    "li",
    { class: entry.mine ? "mine" : "theirs" },
    h("span", { class: "hidden", text: t(entry.mine ? "said" : "heard") }),
    bubble,
    entry.buttons.length ? h("div", { class: "replies" }, ...entry.buttons.map((label) => reply(label, press))) : null,
    h("span", { class: "meta" }, ...meta(entry, t, locale)),
  );
}

function reply(label, press) {
  return h("button", { type: "button", text: label, on: { click: () => press(label) } });
}

function meta(entry, t, locale) {
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const parts = [h("time", { datetime: entry.at, text: time.format(new Date(entry.at)) })];
  if (entry.mine && entry.state !== "done") parts.unshift(h("span", { class: entry.state, text: `${t(`state.${entry.state}`)} ` }));
  return parts;
}

function file(entry, person) {
  const address = mediaAddress(person, entry.id);
  const { name, mime } = entry.file;
  const major = mime.split("/")[0];
  if (major === "image") return h("img", { src: address, alt: name });
  if (major === "audio" && mime !== "audio/amr") return h("audio", { src: address, controls: true, "aria-label": name });
  if (major === "video") return h("video", { src: address, controls: true, "aria-label": name });
  return h("a", { class: "file", href: address, download: name, text: `📄 ${name}` });
}
