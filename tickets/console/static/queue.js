// Moving through the list by j and k; Enter opens, because the row that is chosen is a focused link.
const rows = () => [...document.querySelectorAll("[data-row]")];
let last = ""; // Kept over a refresh that took the row away for a moment.

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row === document.activeElement || row.id === last);
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  all[next].focus();
  all[next].closest("li").scrollIntoView({ block: "nearest" });
}

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-row]")) last = event.target.id;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-row-step]");
  if (button) step(Number(button.dataset.rowStep));
});
