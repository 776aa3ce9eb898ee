// Canned replies: "/" at the beginning of a word opens a list under the text; arrows, Enter, Escape. Dead while composing.
const box = document.querySelector("[data-canned]");
const form = box?.closest("form");

function canned() {
  const text = form.elements.text;
  const slash = /(^|\s)\/([^\s/]{0,40})$/u;
  let choices = [];
  let at = 0;
  let asked = 0;

  const before = () => text.value.slice(0, text.selectionStart);
  const isOpen = () => !box.hidden;

  function close() {
    asked += 1;
    box.hidden = true;
    text.removeAttribute("aria-activedescendant");
  }

  function row(choice, place) {
    const option = document.createElement("li");
    option.id = `canned-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", String(place === at));
    const title = document.createElement("strong");
    title.textContent = choice.title;
    const shortcut = document.createElement("kbd");
    shortcut.textContent = `/${choice.shortcut}`;
    option.append(title, " ", shortcut);
    option.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      at = place;
      put();
    });
    return option;
  }

  function show() {
    const list = document.createElement("ul");
    list.id = "canned-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", box.dataset.label);
    list.append(...choices.map(row));
    const preview = document.createElement("p");
    preview.className = "ym-preview";
    preview.textContent = choices[at].text;
    const warning = document.createElement("p");
    warning.className = "yc-late";
    warning.setAttribute("role", "status");
    warning.textContent = choices[at].warning;
    box.replaceChildren(list, preview, warning);
    box.hidden = false;
    text.setAttribute("aria-controls", "canned-list");
    text.setAttribute("aria-activedescendant", `canned-${at}`);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  async function look() {
    const found = slash.exec(before());
    if (!found || form.dataset.mode === "note") {
      close();
      return;
    }
    asked += 1;
    const mine = asked;
    const answer = await fetch(`${box.dataset.canned}?q=${encodeURIComponent(found[2])}`).catch(() => null);
    if (mine !== asked || !answer?.ok) return;
    choices = await answer.json();
    at = 0;
    if (mine !== asked) return;
    if (choices.length) show();
    else close();
  }

  function put() {
    const choice = choices[at];
    const found = slash.exec(before());
    if (!choice || !found) return;
    const from = text.selectionStart - found[2].length - 1;
    text.setRangeText(choice.text, from, text.selectionStart, "end");
    close();
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
    selectOpen(from, choice);
    const token = document.querySelector("meta[name=csrf]").content;
    fetch(`/console/canned/${choice.id}/used`, { method: "POST", headers: { "X-CSRF-Token": token } }).catch(() => {});
  }

  // What nobody knows is selected, to be written over.
  function selectOpen(from, choice) {
    const open = /\{[a-z_]+\}/.exec(choice.warning ? choice.text : "");
    if (open) text.setSelectionRange(from + open.index, from + open.index + open[0].length);
  }

  function step(by) {
    at = (at + by + choices.length) % choices.length;
    show();
  }

  text.addEventListener("input", (event) => {
    if (!event.isComposing) look();
  });
  text.addEventListener("compositionend", look);
  text.addEventListener("blur", close);
  // First, so that Enter and Escape mean the list while it is open.
  text.addEventListener(
    "keydown",
    (event) => {
      if (!isOpen() || event.isComposing || event.keyCode === 229) return;
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (event.key === "ArrowDown") step(1);
      else if (event.key === "ArrowUp") step(-1);
      else if ((event.key === "Enter" || event.key === "Tab") && plain && !event.shiftKey) put();
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
}

if (form) canned();
