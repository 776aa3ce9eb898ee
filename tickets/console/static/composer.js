// Writing: two modes with a draft each, files by button, paste or drop, Ctrl/Cmd+Enter to send.
import { dropKept, forgetDraft, keepDraft, keepNow, readDraft, saveDraft, takeStored } from "./drafts.js";
import { offerNames } from "./mentions.js";

const form = document.getElementById("composer");
const LEFT_SHOWN = 500;
const TELL_TYPING_EVERY_MS = 4000;

function composer() {
  const text = form.elements.text;
  const files = form.elements.files;
  const modes = [...form.querySelectorAll("[name=mode]")];
  const find = (name) => form.querySelector(`[data-${name}]`);
  const limit = Number(form.dataset.limit);
  const key = (mode) => `${form.dataset.draft}.${mode}`;
  const { heard, kept, anyway } = form.elements;
  const newest = () => document.querySelector("[data-heard]")?.dataset.heard ?? "";
  let sent = null;
  let told = -TELL_TYPING_EVERY_MS;

  // What the writer had read when the first letter was typed: whatever comes after it is shown before it is sent.
  function rememberHeard() {
    if (!text.value.trim()) heard.value = "";
    else if (!heard.value) heard.value = newest();
    heard.disabled = !heard.value;
  }

  // A lost signal does no harm: the customer sees it for some seconds only.
  function tellTyping() {
    const now = performance.now();
    if (form.dataset.mode !== "reply" || !text.value.trim() || now - told < TELL_TYPING_EVERY_MS) return;
    told = now;
    document.dispatchEvent(new CustomEvent("yp:writing"));
    const token = document.querySelector("meta[name=csrf]").content;
    fetch(form.dataset.typing, { method: "POST", headers: { "X-CSRF-Token": token } }).catch(() => {});
  }

  function show() {
    const left = limit - [...text.value].length;
    find("left").textContent = left < LEFT_SHOWN ? find("left").dataset.text.replace("#", left) : "";
    find("draft-hint").hidden = !text.value;
    text.rows = Math.min(12, Math.max(3, text.value.split("\n").length + 1));
  }

  function enter(mode) {
    const chosen = modes.find((radio) => radio.value === mode);
    chosen.checked = true;
    form.dataset.mode = mode;
    text.placeholder = chosen.dataset.placeholder;
    find("submit-text").textContent = chosen.dataset.submit;
    find("note-badge").hidden = mode !== "note";
    text.value = readDraft(key(mode));
    rememberHeard();
    show();
  }

  function showFiles() {
    find("file-names").textContent = [...files.files].map((file) => file.name).join(", ");
    find("drop-files").hidden = !files.files.length;
  }

  function addFiles(added) {
    const all = new DataTransfer();
    for (const file of [...files.files, ...added]) all.items.add(file);
    files.files = all.files;
    showFiles();
  }

  function clearFiles() {
    files.value = "";
    kept.value = "";
    kept.disabled = true;
    showFiles();
  }

  // A reply was taken back: its words stand before whatever was begun since, and its files hang on it again.
  function takeBack({ held, text: said, files: names }) {
    if (form.dataset.mode !== "reply") enter("reply");
    text.value = text.value.trim() ? `${said}\n\n${text.value}` : said;
    saveDraft(key("reply"), text.value);
    if (names) {
      kept.value = held;
      kept.disabled = false;
      find("file-names").textContent = names;
      find("drop-files").hidden = false;
    }
    rememberHeard();
    show();
    text.focus();
  }

  // By click, not by change: r and n come back to the text even when the mode is already the right one.
  for (const radio of modes) {
    radio.addEventListener("click", () => {
      if (form.dataset.mode !== radio.value) enter(radio.value);
      text.focus();
    });
  }
  text.addEventListener("input", () => {
    saveDraft(key(form.dataset.mode), text.value);
    keepDraft(form.dataset.keeps, form.dataset.mode, text.value);
    rememberHeard();
    show();
    tellTyping();
  });
  offerNames(text, form.querySelector("[data-mentions]"), () => form.dataset.mode === "note");
  form.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    const undo = event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.isComposing;
    const last = [...document.querySelectorAll("[data-take-back]")].at(-1);
    if (undo && event.target === text && !text.value && last) {
      event.preventDefault();
      last.click();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Escape" && !event.isComposing) event.target.blur();
  });
  text.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) {
      event.preventDefault();
      addFiles(event.clipboardData.files);
    }
  });
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    addFiles(event.dataTransfer.files);
  });
  files.addEventListener("change", showFiles);
  find("drop-files").addEventListener("click", clearFiles);

  form.addEventListener("htmx:beforeRequest", () => {
    sent = { mode: form.dataset.mode, text: text.value };
    dropKept(sent.mode);
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    // Only what was really taken is cleared: anything typed meanwhile, or in the other mode, stays.
    if (!event.detail.successful || !sent) return;
    if (readDraft(key(sent.mode)) === sent.text) forgetDraft(key(sent.mode));
    if (form.dataset.mode === sent.mode && text.value === sent.text) text.value = "";
    clearFiles();
    sent = null;
    rememberHeard();
    show();
  });
  form.addEventListener("htmx:afterRequest", () => (anyway.disabled = true));
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-send-anyway]")) return;
    event.target.closest("dialog").close();
    anyway.disabled = false;
    form.requestSubmit();
  });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    const taken = event.detail.target.id === "taken-back" && event.detail.target.querySelector("[data-held]");
    if (taken) takeBack(taken.dataset);
  });
  window.addEventListener("pagehide", () => keepNow(form.dataset.keeps));

  for (const stored of form.querySelectorAll("[data-stored]")) {
    takeStored(key(stored.dataset.stored), stored.content.textContent, Date.parse(stored.dataset.at));
  }
  const typed = text.value;
  enter("reply");
  // What was typed before this script ran is newer than any draft.
  if (typed) {
    text.value = typed;
    saveDraft(key("reply"), typed);
    show();
  }
  if (!text.value && readDraft(key("note"))) enter("note");
}

if (form) composer();
