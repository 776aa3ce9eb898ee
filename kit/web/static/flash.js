// The one place where a page says what happened: answers of the server arrive in #flash by themselves.
const region = document.getElementById("flash");

export function showFlash(text, kind = "warning") {
  const box = document.createElement("div");
  box.className = `alert alert-${kind}`;
  box.textContent = text;
  region.replaceChildren(box);
}

region.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) region.replaceChildren();
});

// A request that never reached the server has no answer to show.
document.addEventListener("htmx:sendError", () => showFlash(region.dataset.offline, "danger"));

// What was wrong is settled as soon as something else succeeds; a message the answer itself brought stays.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig?.verb !== "get") region.replaceChildren();
});
