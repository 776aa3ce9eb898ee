// A table is chosen or dropped; its name is shown, and it is sent at once when it was dropped.
const form = document.querySelector("[data-entry-drop]");

if (form) {
  const file = form.elements.file;
  const name = form.querySelector("[data-entry-name]");
  const usual = name.textContent;
  const show = () => {
    name.textContent = file.files[0]?.name ?? usual;
  };
  const over = (on) => form.toggleAttribute("data-over", on);

  file.addEventListener("change", show);
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    over(true);
  });
  form.addEventListener("dragleave", () => over(false));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    if (!event.dataTransfer.files.length) return;
    file.files = event.dataTransfer.files;
    show();
    form.requestSubmit();
  });
}
