// The menu's form while somebody types: bytes as the platform counts them, and only the fields an act needs.
const form = document.querySelector("#menu");
const limits = JSON.parse(form.dataset.limits);
const labels = JSON.parse(form.dataset.labels);
const bytes = (text) => new TextEncoder().encode(text.trim()).length;

function count(input) {
  const counter = form.querySelector(`[data-counts="${CSS.escape(input.id)}"]`);
  if (!counter) return;
  const used = bytes(input.value);
  counter.querySelector("[data-used]").textContent = used;
  counter.classList.toggle("ya-bad", used > Number(counter.dataset.most));
}

function arrange(select) {
  const slot = select.closest("[data-slot]");
  const value = slot.querySelector("[data-value]");
  const most = limits[select.value];
  value.hidden = !most;
  if (most) {
    value.querySelector("[data-value-label]").textContent = labels[select.value];
    const counter = value.querySelector("[data-counts]");
    counter.dataset.most = most;
    counter.lastChild.textContent = `/${most}`;
    count(value.querySelector("input"));
  }
  const below = slot.parentElement.querySelector("[data-below]");
  if (below && slot.parentElement.matches("[data-button]")) below.hidden = select.value !== "below";
}

form.addEventListener("input", (event) => count(event.target));
form.addEventListener("change", (event) => {
  if (event.target.matches("[data-act]")) arrange(event.target);
});
for (const input of form.querySelectorAll("input[id]")) count(input);
for (const select of form.querySelectorAll("[data-act]")) arrange(select);
