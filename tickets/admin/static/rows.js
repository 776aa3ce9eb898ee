// Lists of parts: lines are added, moved and removed, and of a line only what its first choice needs is shown.
// Without scripts there are empty lines to fill in, and a line that is emptied goes.
for (const list of document.querySelectorAll("[data-rows]")) edit(list);

function edit(list) {
  const add = list.parentElement.querySelector("[data-row-add]");
  const rows = () => [...list.querySelectorAll(":scope > [data-row]")];
  const pattern = rows().at(-1).cloneNode(true);
  for (const row of rows().filter((one) => one.hasAttribute("data-blank")).slice(rows().some(isFilled) ? 0 : 1)) row.remove();
  list.parentElement.querySelector("[data-rows-help]").textContent = list.dataset.help;
  list.parentElement.classList.add("yd-live");
  add.hidden = false;
  for (const row of rows()) narrow(row);
  renumber();

  function isFilled(row) {
    return !row.hasAttribute("data-blank");
  }

  // Names and labels follow the place: the order of the lines is what is saved.
  function renumber() {
    for (const [place, row] of rows().entries()) {
      const old = row.querySelector("[data-row-mark]").name.split(".").at(-1);
      const names = [`${list.dataset.rows}.${old}`, `${list.dataset.rows}.${place}`];
      const ids = [`f-${list.dataset.rows}-${old}-`, `f-${list.dataset.rows}-${place}-`];
      for (const one of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
        rename(one, "name", ...names);
        for (const attribute of ["id", "for", "aria-describedby"]) rename(one, attribute, ...ids);
      }
      row.querySelector("legend").textContent = `${list.dataset.label} ${place + 1}`;
    }
  }

  function changed(focus) {
    renumber();
    focus?.focus();
    list.dispatchEvent(new Event("input", { bubbles: true }));
  }

  const firstOf = (row) => row.querySelector("select, input:not([type=hidden]), textarea");

  function act(row, what) {
    const next = row.nextElementSibling;
    const previous = row.previousElementSibling;
    if (what === "remove") {
      row.remove();
      changed(firstOf(next ?? previous ?? list) ?? add);
      return;
    }
    const focused = document.activeElement;
    if (what === "up" && previous) previous.before(row);
    else if (what === "down" && next) next.after(row);
    changed(focused);
  }

  add.addEventListener("click", () => {
    const row = pattern.cloneNode(true);
    list.append(row);
    narrow(row);
    changed(firstOf(row));
  });

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-row-act]");
    if (button) act(button.closest("[data-row]"), button.dataset.rowAct);
  });

  list.addEventListener("keydown", (event) => {
    const what = { ArrowUp: "up", ArrowDown: "down", Delete: "remove" }[event.key];
    if (!what || !event.altKey || event.isComposing) return;
    event.preventDefault();
    act(event.target.closest("[data-row]"), what);
  });

  list.addEventListener("change", (event) => narrow(event.target.closest("[data-row]")));
}

function rename(element, attribute, from, to) {
  const value = element.getAttribute(attribute);
  if (value === from || value?.startsWith(`${from}.`) || (from.endsWith("-") && value?.includes(from))) {
    element.setAttribute(attribute, value.replaceAll(from, to));
  }
}

// What is wrong is never hidden.
function narrow(row) {
  const chosen = row.querySelector("select")?.value;
  for (const field of row.querySelectorAll("[data-only]")) {
    field.hidden = !field.dataset.only.split(" ").includes(chosen) && !field.querySelector(".yd-problem");
  }
}
