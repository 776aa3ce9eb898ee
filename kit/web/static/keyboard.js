// Elements declare their keys: data-key="r", or two in a row: data-key="g q". The sheet (?) lists the labelled ones.
const SEQUENCE_MS = 1200;
let first = null; // The first key of a sequence, while its second is awaited.
let firstAt = 0;

const TYPING = "input:not([type=checkbox],[type=radio],[type=button],[type=submit]), textarea, select, [contenteditable]";

function resting(event) {
  // keyCode 229 is what some browsers send while an input method composes.
  if (event.isComposing || event.keyCode === 229) return true;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  return event.target instanceof Element && event.target.closest(TYPING) !== null;
}

const visible = (element) => element.getClientRects().length > 0 && !element.disabled;

function keyed() {
  // A dialog that is open owns the keyboard.
  const scope = document.querySelector("dialog[open]") ?? document;
  return [...scope.querySelectorAll("[data-key]")].filter(visible);
}

function act(element) {
  if (element.matches(TYPING)) {
    element.focus();
    element.select?.();
  } else element.click();
}

function find(keys) {
  return keyed().find((element) => element.dataset.key === keys);
}

function pressed(event) {
  if (resting(event)) return;
  const key = event.key.length === 1 ? event.key : event.key.toLowerCase();
  const within = first !== null && event.timeStamp - firstAt < SEQUENCE_MS;
  const target = (within && find(`${first} ${key}`)) || find(key);
  first = null;
  if (target) {
    event.preventDefault();
    act(target);
  } else if (key === "?") {
    event.preventDefault();
    openSheet();
  } else if (keyed().some((element) => element.dataset.key.startsWith(`${key} `))) {
    first = key;
    firstAt = event.timeStamp;
  }
}

function row(element) {
  const keys = document.createElement("dt");
  for (const key of element.dataset.key.split(" ")) {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    keys.append(cap);
  }
  const label = document.createElement("dd");
  label.textContent = element.dataset.keyLabel;
  return [keys, label];
}

function openSheet() {
  const sheet = document.getElementById("shortcuts");
  if (sheet.open) return;
  const seen = new Map(keyed().filter((e) => e.dataset.keyLabel).map((e) => [e.dataset.key, e]));
  sheet.querySelector("[data-shortcuts-list]").replaceChildren(...[...seen.values()].flatMap(row));
  sheet.showModal();
}

document.addEventListener("keydown", pressed);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-shortcuts-open]")) openSheet();
});
