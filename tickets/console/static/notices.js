// The bell: how much is unread, the panel behind it, and what the browser says by itself when asked to.
const dialog = document.getElementById("notices");
const body = document.getElementById("notices-body");
const news = document.getElementById("notices-news");
const TOLD = "yp-notices-told"; // The newest notice that this browser has said aloud, in whichever tab.
const LOCK = "yp-notices"; // Whoever holds it says it: one tab of a browser.
const OWN_STREAM = "/console/live/notices";
const RETRY_MS = 30_000;
const NOTES_HZ = [880, 1175];

const bell = () => document.getElementById("bell");
const allowed = () => "Notification" in window && Notification.permission === "granted";
const wants = () => Boolean(bell()) && ((bell().hasAttribute("data-desktop") && allowed()) || bell().hasAttribute("data-sound"));

function remembered() {
  try {
    return Number(localStorage.getItem(TOLD) ?? 0);
  } catch {
    return Number(bell().dataset.newest);
  }
}

function remember(newest) {
  try {
    if (newest > remembered()) localStorage.setItem(TOLD, newest);
  } catch {
    // Storage may be forbidden; then the page itself knows the newest.
  }
}

// How much is unread

function show(detail) {
  const button = bell();
  if (!button) return;
  const [count, newest] = detail.split(" ").map(Number);
  const label = count ? button.dataset.some.replace("#", count) : button.dataset.none;
  const badge = button.querySelector(".yc-bell-count");
  badge.hidden = count === 0;
  badge.textContent = count < 100 ? count : "99+";
  button.setAttribute("aria-label", label);
  if (count > Number(button.dataset.count)) news.textContent = label;
  button.dataset.count = count;
  button.dataset.newest = newest;
  const told = remembered();
  if (!leads() || newest <= told) return;
  remember(newest);
  say(told);
}

// What is said aloud

let context = null;

// A browser lets a page be heard only after somebody has touched it.
function tune() {
  if (!bell()?.hasAttribute("data-sound")) return;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
}

function ring() {
  if (context?.state !== "running") return;
  NOTES_HZ.forEach((pitch, place) => {
    const at = context.currentTime + place * 0.14;
    const note = new OscillatorNode(context, { frequency: pitch });
    const loud = new GainNode(context, { gain: 0 });
    loud.gain.setValueAtTime(0, at);
    loud.gain.linearRampToValueAtTime(0.12, at + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
    note.connect(loud).connect(context.destination);
    note.start(at);
    note.stop(at + 0.32);
  });
}

function pop({ tag, title, body: text, address }) {
  const notice = new Notification(title, { body: text, tag: `yingpiao-${tag}`, lang: document.documentElement.lang });
  notice.addEventListener("click", () => {
    window.focus();
    notice.close();
    location.assign(address);
  });
}

async function say(after) {
  if (!wants()) return;
  try {
    const answer = await fetch(`/console/notices/news?after=${after}`);
    if (!answer.ok) return;
    const told = await answer.json();
    if (told.news.length && told.sound) ring();
    if (told.desktop && allowed()) told.news.forEach(pop);
  } catch {
    // Whatever it was, it waits behind the bell.
  }
}

// Who says it: the tab that has the lock, looked at or not

let letGo = null;
let waiting = false;
const leads = () => letGo !== null || (!navigator.locks && !document.hidden);

function lead() {
  if (!wants()) {
    letGo?.();
    letGo = null;
  } else if (!waiting && navigator.locks) {
    waiting = true;
    navigator.locks.request(LOCK, hold).finally(() => (waiting = false));
  }
  listen();
}

function hold() {
  if (!wants()) return undefined;
  remember(Number(bell().dataset.newest));
  return new Promise((done) => {
    letGo = done;
    listen();
  });
}

// Pages that follow the queue or a ticket hear of notices there; others listen for them alone, and so does the one
// tab that has something to say while nobody looks at it.
let source = null;

function listen() {
  const followed = document.querySelector('[data-live^="/console/live/"]') !== null;
  const needed = Boolean(bell()) && (document.hidden ? leads() && wants() : !followed);
  if (needed === (source !== null)) return;
  source?.close();
  source = needed ? new EventSource(OWN_STREAM) : null;
  source?.addEventListener("notices", ({ data }) => show(data));
  source?.addEventListener("error", broken);
}

function broken() {
  if (source?.readyState !== EventSource.CLOSED) return;
  source = null;
  setTimeout(listen, RETRY_MS);
}

function leave() {
  source?.close();
  source = null;
  letGo?.();
  letGo = null;
}

// The panel

function step(event) {
  const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (!by || event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey) return;
  const links = [...body.querySelectorAll("[data-notice]")];
  const place = links.indexOf(document.activeElement);
  links[Math.min(Math.max(place + by, 0), links.length - 1)]?.focus();
  event.preventDefault();
}

function showPermission() {
  const form = body.querySelector("[data-telling]");
  if (!form) return;
  const permission = "Notification" in window ? Notification.permission : "denied";
  form.querySelector("[data-allow]").hidden = permission !== "default" || !form.elements.desktop.checked;
  form.querySelector("[data-denied]").hidden = permission !== "denied" || !form.elements.desktop.checked;
}

async function ask() {
  if ("Notification" in window && Notification.permission === "default") await Notification.requestPermission();
  showPermission();
  lead();
}

function opened({ detail }) {
  if (detail.target !== body) return;
  showPermission();
  if (!dialog.open) dialog.showModal();
  // Enter opens what is read first, and the panel can be walked through at once.
  body.querySelector("[data-notice]")?.focus();
}

if (dialog) {
  document.addEventListener("yp:notices", ({ detail }) => show(detail));
  document.addEventListener("visibilitychange", listen);
  document.addEventListener("pointerdown", tune);
  document.addEventListener("keydown", tune);
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", ({ persisted }) => persisted && lead());
  document.addEventListener("htmx:afterSwap", opened);
  // The bell has come, or says that this person wants to be told in another way.
  document.addEventListener("htmx:load", ({ detail }) => detail.elt.id === "bell" && lead());
  dialog.addEventListener("keydown", step);
  dialog.addEventListener("change", ({ target }) => {
    if (target.name === "desktop" && target.checked) ask();
    else showPermission();
  });
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close();
    if (target.closest("[data-allow]")) ask();
    if (target.name === "sound" && target.checked) {
      context ??= new AudioContext();
      context.resume().then(ring);
    }
  });
}
