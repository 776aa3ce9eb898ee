// Copy an address with one press, and say so on the button itself.
const SAID_MS = 2000;

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // Forbidden, or not a secure page; the address is then selected for the person's own copying.
  }
}

function select(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  const label = button.querySelector("[data-copy-text]");
  const before = label.textContent;
  if (!(await copy(source.textContent.trim()))) {
    select(source);
    return;
  }
  label.textContent = button.dataset.copied;
  setTimeout(() => (label.textContent = before), SAID_MS);
});
