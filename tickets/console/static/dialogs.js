// One dialog for all actions: its form is fetched when it is asked for, so that it knows the newest state.
const dialog = document.getElementById("act");

if (dialog) {
  const flash = dialog.querySelector("[data-dialog-flash]");
  const body = document.getElementById("act-body");

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== body) return;
    flash.replaceChildren();
    if (!dialog.open) dialog.showModal();
    body.querySelector("[autofocus]")?.focus();
  });

  // What went wrong is said where it was done: the page's own place for it lies behind the dialog.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (dialog.open && dialog.contains(event.detail.elt) && event.detail.isError) {
      event.detail.target = flash;
      event.detail.swapOverride = "innerHTML";
    }
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.detail.elt.matches?.("[data-closes]")) dialog.close();
  });

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    if (event.target.closest("[data-dismiss]")) flash.replaceChildren();
    const tag = event.target.closest("[data-add-tag]");
    const tags = tag && body.querySelector("[name=tags]");
    if (tags && !tags.value.split(" ").includes(tag.dataset.addTag)) {
      tags.value = `${tags.value.trim()} ${tag.dataset.addTag}`.trim();
      tags.focus();
    }
  });
  dialog.addEventListener("keydown", (event) => {
    const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing;
    if (!sends || !event.target.matches("[data-send], select")) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
  dialog.addEventListener("close", () => body.replaceChildren());
}
