// The editor: live preview, pictures, Ctrl+S, and a word before what was typed is lost.
import { CHORD, act } from "../kit/keyboard.js";

const PREVIEW_AFTER_MS = 400;
const form = document.querySelector("form[data-unsaved]");
const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
let dirty = false;

function post(address, body) {
  return fetch(address, { method: "POST", body, headers: { "X-CSRF-Token": csrf, Accept: "application/json" } });
}

async function preview(area) {
  const body = new FormData();
  body.set("body", area.value);
  const answer = await post("/console/knowledge/preview", body);
  // What the server answers has been cleaned there.
  if (answer.ok) document.getElementById(area.dataset.preview).innerHTML = await answer.text();
}

function insert(area, text) {
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
}

async function bring(area, file) {
  const body = new FormData();
  body.set("file", file);
  const answer = await post("/console/knowledge/pictures", body);
  const said = await answer.json();
  if (answer.ok) insert(area, `\n${said.markdown}\n`);
  else document.getElementById("flash").textContent = said.error?.message ?? said.message ?? "";
}

for (const area of document.querySelectorAll("textarea[data-preview]")) {
  let timer = 0;
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => preview(area), PREVIEW_AFTER_MS);
  });
  area.addEventListener("paste", (event) => {
    const pictures = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    if (pictures.length === 0) return;
    event.preventDefault();
    for (const file of pictures) bring(area, file);
  });
}

for (const picker of document.querySelectorAll("input[data-picture-for]")) {
  picker.addEventListener("change", () => {
    for (const file of picker.files) bring(document.getElementById(picker.dataset.pictureFor), file);
    picker.value = "";
  });
}

if (form) {
  form.addEventListener("input", () => {
    dirty = true;
  });
  // Only an answer that leads on means that it was kept.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Redirect")) dirty = false;
  });
  form.addEventListener("submit", () => {
    if (!form.hasAttribute("hx-post")) dirty = false;
  });
  addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  addEventListener("keydown", (event) => {
    if (!CHORD.held(event) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    const save = form.querySelector('[data-chord="Mod S"]');
    if (save) act(save);
  });
}
