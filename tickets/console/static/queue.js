// Moving through a list by j and k; Enter opens, because the row that is chosen is a focused link.
const rows = () => [...document.querySelectorAll("[data-row]")];
let last = ""; // Kept over a refresh that took the row away for a moment.

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row === document.activeElement || row.id === last);
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  goTo(all[next]);
}

function goTo(row) {
  row.focus();
  row.closest("li").scrollIntoView({ block: "nearest" });
}

// A key that does something to the row: it presses the row's own button.
function act(name) {
  const row = document.activeElement?.closest("li") ?? document.getElementById(last)?.closest("li");
  row?.querySelector(`[data-act="${name}"]`)?.click();
}

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-row]")) last = event.target.id;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-row-step], [data-row-act]");
  if (!button) return;
  if (button.dataset.rowAct) act(button.dataset.rowAct);
  else step(Number(button.dataset.rowStep));
});

// The list somebody works through, for as long as this tab lives: a ticket leads back to it, and to its neighbours.
const PLACE = "yp-queue";
const list = document.getElementById("queue");

function place() {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE)) ?? {};
  } catch {
    return {}; // Storage may be forbidden; then a ticket leads back to the whole queue.
  }
}

function keep(values) {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(values));
  } catch {
    // As above.
  }
}

function leave() {
  if (!document.getElementById("queue")) return;
  keep({ address: location.pathname + location.search, tickets: rows().map((row) => row.id), at: last });
}

function comeBack() {
  const { address, tickets = [], at, away } = place();
  if (!away || address !== location.pathname + location.search) return;
  keep({ ...place(), away: false });
  // A ticket that has left the list leaves its place to the one behind it.
  const row = document.getElementById(at) ?? rows().at(Math.min(tickets.indexOf(at), rows().length - 1));
  if (row) goTo(row);
}

// On a ticket, or a page beside the queue: the way back, and the tickets before and after.
function leadOn() {
  const { address, tickets = [] } = place();
  for (const link of document.querySelectorAll("[data-back]")) if (address) link.href = address;
  const own = tickets.indexOf(`t-${location.pathname.split("/").at(-1)}`);
  if (own < 0) return;
  keep({ ...place(), at: tickets[own], away: true });
  for (const button of document.querySelectorAll("[data-ticket-step]")) {
    const beside = tickets[own + Number(button.dataset.ticketStep)];
    if (!beside) continue;
    button.disabled = false;
    button.addEventListener("click", () => location.assign(`/console/tickets/${beside.slice(2)}`));
  }
}

if (list) {
  comeBack();
  window.addEventListener("pagehide", leave);
} else leadOn();

// The panel of further filters: its first list is ready when it opens, Escape or a click beside it closes it.
const more = document.querySelector(".yc-more");

function close() {
  more.open = false;
  more.querySelector("summary").focus();
}

if (more) {
  more.addEventListener("toggle", () => more.open && more.querySelector("select").focus());
  more.addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && close());
  document.addEventListener("click", (event) => {
    if (more.open && !more.contains(event.target)) more.open = false;
  });
}

// Enter leaves the search, so that the next key is heard by the list; not the Enter that ends a composition.
document.getElementById("search")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing && event.keyCode !== 229) event.target.blur();
});
