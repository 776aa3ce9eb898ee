// What the page itself offers: its actions by their keys, the links of the sidebar, the switches of the top bar. All of
// it is pressed where it stands, so nobody can do here what the page does not let them do.
import { act, visible } from "../kit/keyboard.js";
import { showFlash } from "../kit/flash.js";

const WRITTEN = "textarea, input:not([type=hidden],[type=checkbox],[type=radio],[type=file],[type=submit])";

// What would be lost if the page went away; what is kept as a draft would not.
export function isUnsaved() {
  const fields = [...document.querySelectorAll("form:not([method=get],[method=dialog]) :is(input, textarea)")];
  return fields.some((field) => {
    if (field.type === "file") return field.files.length > 0;
    return field.matches(WRITTEN) && !field.closest("[data-draft]") && field.value !== field.defaultValue;
  });
}

// The dialog on top owns the page, as it owns the keys.
const top = (palette) => [...document.querySelectorAll("dialog[open]")].filter((one) => one !== palette).at(-1) ?? document;

function labelled(scope) {
  const found = [...scope.querySelectorAll("[data-key][data-key-label]")];
  return found.filter((element) => visible(element) && !element.closest(".yp-nav"));
}

function action(element, scope, gone) {
  const { key, keyLabel: label } = element.dataset;
  const entry = { id: `action:${key}:${label}`, kind: "action", label, keys: key };
  if (element.matches("a[href]")) return { ...entry, href: element.getAttribute("href") };
  // The page may have been drawn anew since.
  const find = () => labelled(scope).find((one) => one.dataset.key === key && one.dataset.keyLabel === label);
  const press = () => {
    const target = find();
    if (target) act(target);
    else showFlash(gone);
  };
  return { ...entry, press };
}

function actions(palette) {
  const scope = top(palette);
  const byKey = new Map(labelled(scope).map((element) => [element.dataset.key, element]));
  return [...byKey.values()].map((element) => action(element, scope, palette.dataset.gone));
}

function navigation() {
  return [...document.querySelectorAll(".yp-nav a")].map((link) => {
    const href = link.getAttribute("href");
    return { id: `go:${href}`, kind: "go", label: link.textContent.trim(), keys: link.dataset.key, href };
  });
}

function switches(palette) {
  const leaving = isUnsaved();
  return [...palette.querySelectorAll("template[data-switch]")].flatMap(({ dataset }) => {
    const target = document.querySelector(dataset.press);
    if (!target || (leaving && "leaves" in dataset)) return [];
    const press = () => target.click();
    return [{ id: `switch:${dataset.press}`, kind: "switch", label: dataset.label, keys: dataset.cap, press }];
  });
}

function duties(palette) {
  const select = document.getElementById("duty-state");
  const others = select ? [...select.options].filter((option) => !option.selected) : [];
  return others.map(({ value, textContent }) => {
    const press = () => {
      // It draws itself anew now and then.
      const state = document.getElementById("duty-state");
      state.value = value;
      state.dispatchEvent(new Event("change", { bubbles: true }));
    };
    return { id: `duty:${value}`, kind: "switch", label: palette.dataset.duty.replace("#", textContent), press };
  });
}

export function offersOf(palette) {
  return [...actions(palette), ...navigation(), ...duties(palette), ...switches(palette)];
}
