// Calls: the form is filled by keys alone, and a card slides in when a telephone rings.
const RETRY_MS = 30_000;
const cards = document.getElementById("calls");
const dismissed = new Set();
let source = null;
let retryTimer = 0;

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.closest?.("[data-call-form]")) return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    const form = event.target.form;
    // With Shift it is added to what is open already, if anything is; a press of that button sends its value along.
    const into = event.shiftKey && form.querySelector("[data-call-into]");
    if (into) into.click();
    else form.requestSubmit();
  } else if (event.target.matches("input[type=tel], input[type=email], input:not([type])")) {
    // Who pastes a number and presses Enter goes on to the matter; half a form is not sent.
    event.preventDefault();
    document.querySelector("[data-call-text]").focus();
  }
});

// Whoever gives an address wants to be told, unless they say otherwise afterwards.
document.addEventListener("input", (event) => {
  const way = { "call-email": "news-email", "call-sms_to": "news-sms" }[event.target.id];
  if (way && event.target.value && document.getElementById("news-none").checked) {
    document.getElementById(way).checked = true;
  }
});

const stream = () => cards.querySelector("[data-calls-stream]");

function rest() {
  clearTimeout(retryTimer);
  source?.close();
  source = null;
}

// A tab nobody looks at holds no connection: a browser has only six of them per server.
function connect() {
  rest();
  const place = stream();
  if (document.hidden || !place) return;
  source = new EventSource(`${place.dataset.callsStream}?seen=${encodeURIComponent(place.dataset.revision)}`);
  source.addEventListener("changed", look);
  source.addEventListener("error", () => {
    if (source?.readyState === EventSource.CLOSED) retryTimer = setTimeout(connect, RETRY_MS);
  });
}

const look = () => cards.dispatchEvent(new CustomEvent("yp:call"));

function arrived() {
  for (const card of cards.querySelectorAll("[data-call]")) {
    if (dismissed.has(card.dataset.call)) card.remove();
  }
  if (!source) connect();
}

// Whoever does nothing else at this moment only has to press Enter.
function offer(card) {
  const idle = document.activeElement === document.body || document.activeElement?.id === "main";
  if (idle) card.querySelector("[data-call-log]")?.focus();
}

if (cards) {
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === cards) arrived();
    else if (cards.contains(event.detail.target)) offer(event.detail.target);
  });
  cards.addEventListener("click", (event) => {
    const button = event.target.closest("[data-call-dismiss]");
    if (!button) return;
    dismissed.add(button.dataset.callDismiss);
    button.closest("[data-call]").remove();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : look()));
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", (event) => event.persisted && look());
}
