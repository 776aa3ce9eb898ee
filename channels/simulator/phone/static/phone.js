/* The page: looks what is new several times a second, and sends what the person does. */

import { act, look, meet, send } from "./api.js";
import { line } from "./chat.js";
import { h, show } from "./dom.js";

const LOOK_MS = 500;
const LOOK_HIDDEN_MS = 3000;
/* Files each kind is chosen from. */
const ACCEPT = { image: "image/*", voice: "audio/*,.amr", video: "video/*", file: "" };

const begin = JSON.parse(document.getElementById("begin").textContent);
const locale = begin.lang === "zh" ? "zh-CN" : "en-GB";
const $ = (id) => document.getElementById(id);
const t = (name, values = {}) => (begin.texts[name] ?? name).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);

let person = new URLSearchParams(location.search).get("person") ?? "";
let version = "";
let timer = 0;
let looks = 0;

function paint(state) {
  person = state.person;
  version = state.version;
  $("who").textContent = state.people.find((one) => one.key === person).name;
  show($("people"), state.people.map((one) => ({ ...one, here: one.key === person })), (one) => one.key, someone);
  paintChat(state.entries);
  show($("menu"), state.menu, (item) => `${item.key} ${item.url}`, menuItem);
  show($("acts"), state.able, (what) => what, (what) => h("button", { type: "button", text: t(`do.${what}`), on: { click: () => does(what) } }));
  $("menu").hidden = !state.menu.length;
  show($("facts"), state.facts, (fact) => fact.text, (fact) => h("li", { class: fact.alarming ? "alarming" : null, text: fact.text }));
  $("calls").textContent = t("calls", { count: state.calls });
  paintViolations(state.violations);
}

function paintChat(entries) {
  const log = $("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const press = (entry) => (label) => does("press", label, entry.id);
  show($("chat"), entries, (entry) => entry.id, (entry) => line(entry, { person, t, locale, press: press(entry) }));
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function paintViolations(violations) {
  const none = [{ none: true }];
  show($("violations"), violations.length ? violations : none, (one) => `${one.at} ${one.path} ${one.code}`, (one) =>
    one.none ? h("li", { text: t("no_violations") }) : h("li", { class: "alarming" }, h("code", { text: one.path }), ` ${one.code} ${one.text}`),
  );
}

function someone(one) {
  const badge = one.unread ? h("span", { class: "unread", text: one.unread, title: t("unread", { count: one.unread }) }) : null;
  const chosen = { type: "button", "aria-current": one.here ? "true" : null, on: { click: () => choose(one.key) } };
  return h("li", {}, h("button", chosen, h("span", { text: one.name }), badge));
}

function menuItem(item) {
  if (item.url) return h("a", { href: item.url, target: "_blank", rel: "noopener noreferrer", text: item.label });
  return h("button", { type: "button", text: item.label, on: { click: () => does("click", item.key) } });
}

function choose(key) {
  person = key;
  version = "";
  $("chat").replaceChildren();
  refresh();
}

async function does(what, text = "", entry = "") {
  await tried(() => act(person, what, text, entry));
}

async function tried(doing) {
  try {
    await doing();
  } catch (error) {
    console.warn("[phone]", error);
    $("trouble").hidden = false;
  }
  refresh();
}

async function refresh() {
  clearTimeout(timer);
  const mine = (looks += 1);
  try {
    const state = await look(person, version, begin.lang);
    // Somebody was chosen meanwhile: that look is on its way.
    if (mine !== looks) return;
    if (state) paint(state);
    $("trouble").hidden = true;
  } catch {
    $("trouble").hidden = false;
  }
  if (mine === looks) timer = setTimeout(refresh, document.hidden ? LOOK_HIDDEN_MS : LOOK_MS);
}

function write() {
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  does("say", text);
}

function kind(name) {
  const input = h("input", { type: "file", accept: ACCEPT[name], hidden: true });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    toggleFiles(false);
    if (file) await tried(() => send(person, name, file));
  });
  const button = h("button", { type: "button", text: t(`kind.${name}`), on: { click: () => input.click() } });
  return h("span", {}, button, input);
}

function toggleFiles(open) {
  $("kinds").hidden = !open;
  $("more").setAttribute("aria-expanded", String(open));
}

$("compose").addEventListener("submit", (event) => {
  event.preventDefault();
  write();
});
$("text").addEventListener("keydown", (event) => {
  // While a Chinese word is being composed, Enter chooses it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  write();
});
$("more").addEventListener("click", () => toggleFiles($("kinds").hidden));
$("meet").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = $("new-name").value.trim();
  $("new-name").value = "";
  if (name) await tried(async () => choose(await meet(name)));
});
$("kinds").append(...begin.kinds.map(kind));
document.addEventListener("visibilitychange", () => document.hidden || refresh());
refresh();
