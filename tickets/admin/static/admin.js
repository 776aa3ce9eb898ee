// Nothing typed is lost by a slip, and an address is copied with one press.
const SAID_MS = 2000;
const guarded = document.querySelector("form[data-guard]");

const state = (form) =>
  new URLSearchParams([...new FormData(form)].filter(([name]) => name !== "csrf")).toString();

if (guarded) {
  const before = guarded.hasAttribute("data-dirty") ? null : state(guarded);
  let leaving = false;
  guarded.addEventListener("submit", () => (leaving = true));
  addEventListener("beforeunload", (event) => {
    if (!leaving && state(guarded) !== before) event.preventDefault();
  });
}

// The first field that is wrong has the focus.
document.querySelector("[aria-invalid='true']")?.focus();

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-goto-line]");
  if (link) goTo(event, Number(link.dataset.gotoLine));
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});

function goTo(event, line) {
  event.preventDefault();
  const text = document.getElementById("text");
  const lines = text.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  text.focus();
  text.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  text.scrollTop = (text.scrollHeight / lines.length) * Math.max(0, line - 4);
}

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
  } catch {
    getSelection().selectAllChildren(source); // Forbidden: the person copies it.
    return;
  }
  const label = button.querySelector("[data-copy-text]");
  const before = label.textContent;
  label.textContent = button.dataset.copied;
  setTimeout(() => (label.textContent = before), SAID_MS);
}
