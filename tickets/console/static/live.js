// Follows the server's hints: on each one the page looks again.
import { look, shown } from "./looking.js";

const TICK_MS = 60_000; // Clocks turn late by themselves, so the page looks again now and then.
const BAR_AFTER_MS = 2000; // A short break is nobody's business.
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;

const root = document.querySelector("[data-live]");
const bar = document.querySelector("[data-reconnecting]");
let source = null;
let retryMs = FIRST_RETRY_MS;
let barTimer = 0;
let retryTimer = 0;

function connected() {
  retryMs = FIRST_RETRY_MS;
  clearTimeout(barTimer);
  barTimer = 0;
  bar.textContent = "";
}

function broken() {
  barTimer ||= setTimeout(() => (bar.textContent = bar.dataset.text), BAR_AFTER_MS);
  if (source.readyState !== EventSource.CLOSED) return;
  // The server refused or is gone; the browser itself would not try again.
  const wait = retryMs * (0.75 + Math.random() / 2);
  retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
  retryTimer = setTimeout(connect, wait);
}

// A tab nobody looks at holds no connection: a browser has only six of them per server.
function rest() {
  clearTimeout(retryTimer);
  source?.close();
}

function connect() {
  rest();
  if (document.hidden) return;
  source = new EventSource(`${root.dataset.live}?seen=${encodeURIComponent(shown())}`);
  source.addEventListener("open", connected);
  source.addEventListener("error", broken);
  source.addEventListener("notices", ({ data }) => document.dispatchEvent(new CustomEvent("yp:notices", { detail: data })));
  source.addEventListener("beside", () => document.dispatchEvent(new CustomEvent("yp:beside")));
  source.addEventListener("changed", (event) => {
    if (event.data !== shown()) look(event.data);
  });
}

if (root) {
  connect();
  setInterval(() => look(), TICK_MS);
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : (connect(), look())));
  window.addEventListener("online", connect);
  // A page in the back-forward cache must not hold one either; coming back, it looks again.
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", (event) => event.persisted && (connect(), look()));
}
