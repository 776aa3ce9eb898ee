// "@" in a note offers colleagues: letters narrow the list, arrows choose, Enter or Tab takes, Escape leaves.
const COLLEAGUES = "/console/colleagues";
const WORD = /@([^\s@，。；：、]{0,20})$/u;

export function offerNames(text, box, wanted) {
  let loaded = null;
  let current = -1;

  const options = () => [...box.querySelectorAll("[role=option]:not([hidden])")];
  const typed = () => text.value.slice(0, text.selectionStart).match(WORD)?.[1];

  async function load() {
    loaded ??= fetch(COLLEAGUES).then((answer) => (answer.ok ? answer.text() : ""));
    if (!box.firstElementChild) box.innerHTML = await loaded;
  }

  function hide() {
    box.hidden = true;
    current = -1;
    text.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    const shown = options();
    current = shown.length ? (index + shown.length) % shown.length : -1;
    for (const [place, option] of shown.entries()) option.setAttribute("aria-selected", String(place === current));
    shown[current]?.scrollIntoView({ block: "nearest" });
    if (current >= 0) text.setAttribute("aria-activedescendant", shown[current].id);
  }

  async function look() {
    if (!wanted() || typed() === undefined) return hide();
    await load();
    const word = typed()?.toLowerCase();
    if (word === undefined) return hide();
    for (const option of box.querySelectorAll("[role=option]")) {
      const keys = option.dataset.keys.split(" ");
      option.hidden = !keys.some((key) => key.startsWith(word));
    }
    if (!options().length) return hide();
    box.hidden = false;
    text.setAttribute("aria-controls", "mention-list");
    mark(0);
  }

  function take(option) {
    const before = text.value.slice(0, text.selectionStart).replace(WORD, `@${option.dataset.name} `);
    text.setRangeText(before, 0, text.selectionStart, "end");
    hide();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  text.addEventListener("input", (event) => event.isComposing || look());
  text.addEventListener("compositionend", look);
  text.addEventListener("blur", () => setTimeout(hide, 150));
  box.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault();
    take(option);
  });
  text.addEventListener("keydown", (event) => {
    if (box.hidden || event.isComposing || event.keyCode === 229) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) mark(current + moves[event.key]);
    else if (event.key === "Enter" || event.key === "Tab") take(options()[current]);
    else if (event.key === "Escape") hide();
    else return;
    event.preventDefault();
  });
}
