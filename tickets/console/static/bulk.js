// Which tickets of the list are chosen; kept here, as the list itself is fetched anew whenever something happens.
const bar = document.getElementById("bulk-bar");
const chosen = new Set();
let all = null; // { query, count } once everything that matches is meant.
let anchor = null; // Where a range begins.

const boxes = () => [...document.querySelectorAll("[data-pick]")];

function show() {
  for (const box of boxes()) box.checked = all !== null || chosen.has(box.value);
  const count = all ? all.count : chosen.size;
  bar.hidden = !count || count === "0";
  document.getElementById("bulk-count").textContent = bar.dataset.text.replace("#", count);
  document.getElementById("bulk-ids").value = all ? "" : [...chosen].join(",");
  document.getElementById("bulk-query").value = all ? all.query : "";
}

function choose(box, on, range) {
  if (all) for (const one of boxes()) chosen.add(one.value);
  all = null;
  const list = boxes();
  const from = range ? list.findIndex((one) => one.value === anchor) : -1;
  const to = list.indexOf(box);
  const some = from < 0 ? [box] : list.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const one of some) on ? chosen.add(one.value) : chosen.delete(one.value);
  anchor = box.value;
  show();
}

function none() {
  chosen.clear();
  all = null;
  show();
}

function clicked(event) {
  const box = event.target.closest("[data-pick]");
  if (box) choose(box, box.checked, event.shiftKey);
  else if (event.target.closest("[data-pick-none]")) none();
  else if (event.target.closest("[data-pick-page]")) {
    all = null;
    for (const one of boxes()) chosen.add(one.value);
    show();
  } else if (event.target.closest("[data-pick-row]")) {
    const own = document.activeElement?.closest("li")?.querySelector("[data-pick]");
    if (own) choose(own, !own.checked, false);
  } else {
    const everything = event.target.closest("[data-pick-all]");
    if (!everything) return;
    all = { query: everything.dataset.pickAll, count: everything.dataset.count };
    show();
  }
}

// Other filters show other tickets: what is no longer seen must not be changed by accident.
function filtered(event) {
  if (event.detail.elt.id === "filters") none();
}

if (bar) {
  document.addEventListener("click", clicked);
  document.addEventListener("htmx:beforeRequest", filtered);
  document.addEventListener("htmx:afterSettle", () => show());
  window.addEventListener("pageshow", () => show());
}
