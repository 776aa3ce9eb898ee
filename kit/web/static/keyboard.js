// Elements declare their keys: data-key="r", or two in a row: data-key="g q". The sheet (?) lists the labelled ones.
const SEQUENCE_MS = 1200;
let first = null; // The first key of a sequence, while its second is awaited.
let firstAt = 0;

// The key that goes with others on this machine, and its name; data-chord="Mod K" only lists what its own script hears.
const onMac = /Mac|iPhone|iPad/u.test(navigator.platform);
export const CHORD = {
  name: onMac ? "⌘" : "Ctrl",
  held: (event) => (onMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey),
};
const keysOf = (element) => element.dataset.key ?? element.dataset.chord;

const TYPING = "input:not([type=checkbox],[type=radio],[type=button],[type=submit]), textarea, select, [contenteditable]";

function resting(event) {
  // keyCode 229 is what some browsers send while an input method composes.
  if (event.isComposing || event.keyCode === 229) return true;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  return event.target instanceof Element && event.target.closest(TYPING) !== null;
}

export const visible = (element) => element.getClientRects().length > 0 && !element.disabled;

function keyed() {
  // A dialog that is open owns the keyboard.
  const scope = document.querySelector("dialog[open]") ?? document;
  return [...scope.querySelectorAll("[data-key]")].filter(visible);
}

export function act(element) {
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
  for (const key of keysOf(element).split(" ")) {
    const cap = document.createElement("kbd");
    cap.textContent = key === "Mod" ? CHORD.name : key;
    keys.append(cap);
  }
  const label = document.createElement("dd");
  label.textContent = element.dataset.keyLabel;
  return [keys, label];
}

// Where it is of use: as the page says, or by the name of the part it stands in; elsewhere it is of the whole page.
function areaOf(element, page) {
  const part = element.closest("[data-key-area], nav, aside[aria-label], form[aria-label], [role=region][aria-label]");
  return part?.dataset.keyArea ?? part?.ariaLabel ?? page;
}

function section(area, elements) {
  const part = document.createElement("section");
  const title = document.createElement("h3");
  title.textContent = area;
  const list = document.createElement("dl");
  list.className = "yp-keys";
  list.append(...elements.flatMap(row));
  part.append(title, list);
  return part;
}

function openSheet() {
  const sheet = document.getElementById("shortcuts");
  if (sheet.open) return;
  // What has a chord need not be seen: the keys work all the same.
  const chords = document.querySelector("dialog[open]") ? [] : [...document.querySelectorAll("[data-chord]")];
  const found = [...keyed(), ...chords].filter((element) => element.dataset.keyLabel);
  const areas = new Map();
  for (const element of new Map(found.map((one) => [keysOf(one), one])).values()) {
    const area = areaOf(element, sheet.dataset.page);
    areas.set(area, [...(areas.get(area) ?? []), element]);
  }
  const order = [...areas].sort(([one], [other]) => (other === sheet.dataset.page) - (one === sheet.dataset.page));
  sheet.querySelector("[data-shortcuts-list]").replaceChildren(...order.map(([area, elements]) => section(area, elements)));
  sheet.showModal();
}

document.addEventListener("keydown", pressed);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-shortcuts-open]")) openSheet();
});
