// A prepared text goes where a person edits it, below what is typed already. Nothing is sent.
const buttons = document.querySelectorAll("[data-prepares]");
const line = document.querySelector("[data-prepared]");
const form = line?.closest("form");

async function fetched(address) {
  const token = document.querySelector("meta[name=csrf]").content;
  const answer = await fetch(address, { method: "POST", headers: { "X-CSRF-Token": token } }).catch(() => null);
  return answer?.ok ? answer.json().catch(() => null) : null;
}

function put(mode, prepared) {
  form.querySelector(`[name=mode][value=${mode}]`).click();
  const text = form.elements.text;
  text.value = text.value.trim() ? `${text.value}\n\n${prepared}` : prepared;
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
}

async function prepare(button) {
  for (const one of buttons) one.disabled = true;
  line.textContent = line.dataset.working;
  const told = await fetched(button.dataset.prepares);
  for (const one of buttons) one.disabled = false;
  if (told?.text) put(button.dataset.into, told.text);
  else button.focus();
  line.textContent = told?.notice ?? line.dataset.failed;
}

for (const button of buttons) button.addEventListener("click", () => prepare(button));
// What it says is of the text in the box; once that is sent or taken out it is of nothing.
form?.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) line.textContent = "";
});
form?.elements.text.addEventListener("input", () => {
  if (!form.elements.text.value) line.textContent = "";
});
