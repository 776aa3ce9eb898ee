// The palette (Ctrl/Cmd+K): one line to do, go to and find everything. Dead while an input method composes.
import { CHORD } from "../kit/keyboard.js";
import { isUnsaved, offersOf } from "./offers.js";
import { draw } from "./options.js";
import { LETTERS, rate, waysOf } from "./ranking.js";
import { recentOf, remember } from "./recent.js";

const PAUSE_MS = 150;
const MOST = { ticket: 5, command: 3, person: 6, fitting: 20 };
const KINDS = ["action", "go", "view", "person", "switch"];
const TICKET = /^\/console\/tickets\/(\d+)$/;
const NUMBER = /^(?:[a-z]{2})?[\s-]*\d[\d\s-]*$/iu;

const dialog = document.getElementById("palette");

function palette() {
  const input = document.getElementById("palette-input");
  const list = document.getElementById("palette-list");
  const said = document.getElementById("palette-count");
  const { staff, tickets, queue } = dialog.dataset;
  const here = TICKET.exec(location.pathname)?.[1];
  const ways = new Map(); // How each label can be typed, as the server read it.
  let offers = [];
  let places = [];
  let visited = [];
  let hits = [];
  let named = 0;
  let shown = [];
  let at = 0;
  let moved = false; // Whether another line than the first was chosen by hand.
  let loading = null;
  let searching = null;
  let failed = false;
  let waiting = 0;
  let eager = false; // Enter came before the answer it is meant for.
  let composing = false;

  const typed = () => input.value.trim();
  const isNumber = () => NUMBER.test(typed().normalize("NFKC"));
  const ticketEntry = (hit) => ({ ...hit, id: `ticket:${hit.id}`, kind: "ticket", href: `${queue}/${hit.id}` });

  function all() {
    const links = new Map();
    for (const entry of [...offers, ...places]) {
      const key = entry.href ?? entry.id;
      if (!links.has(key)) links.set(key, { ...entry, ways: waysOf(entry.label, entry.ways ?? ways.get(entry.label)) });
    }
    return [...links.values()];
  }

  function beginning() {
    const entries = all();
    const recent = recentOf(staff);
    const commands = recent.flatMap((id) => entries.find((entry) => entry.id === id) ?? []).slice(0, MOST.command);
    const groups = [{ kind: "recent", entries: [...visited, ...commands] }];
    for (const kind of KINDS) {
      const rest = entries.filter((entry) => entry.kind === kind && !commands.includes(entry));
      groups.push({ kind, entries: rest.slice(0, MOST[kind]) });
    }
    return groups;
  }

  function fitting() {
    const recent = recentOf(staff);
    const used = (entry) => (recent.indexOf(entry.id) + 1 || recent.length + 1);
    const rated = all().map((entry) => ({ entry, rank: rate(typed(), entry.ways) }));
    const better = (one, other) => other.rank - one.rank || used(one.entry) - used(other.entry);
    const fits = rated.filter(({ rank }) => rank > 0).sort(better);
    const strong = fits.filter(({ rank }) => rank > LETTERS);
    return (strong.length ? strong : fits).slice(0, MOST.fitting).map(({ entry }) => entry);
  }

  function matching() {
    const search = { id: "search", kind: "search", label: dialog.dataset.inQueue.replace("#", () => typed()) };
    search.href = `${queue}?tab=open&q=${encodeURIComponent(typed())}`;
    const found = { kind: "ticket", entries: [...hits, search] };
    const fits = { kind: "", entries: fitting() };
    return isNumber() ? [found, fits] : [fits, found];
  }

  function show() {
    const chosen = moved ? shown[at]?.id : undefined;
    const groups = (typed() ? matching() : beginning()).filter(({ entries }) => entries.length);
    shown = groups.flatMap(({ entries }) => entries);
    at = Math.max(0, shown.findIndex(({ id }) => id === chosen));
    draw(dialog, list, groups);
    choose(at);
    tell();
  }

  function tell() {
    const results = shown.filter(({ kind }) => kind !== "search").length;
    const { count, none } = dialog.dataset;
    if (failed) said.textContent = dialog.dataset.failed;
    else if (searching && !results) said.textContent = dialog.dataset.searching;
    else said.textContent = results ? count.replace("#", results) : none;
  }

  function choose(place) {
    at = shown.length ? (place + shown.length) % shown.length : 0;
    const options = [...list.querySelectorAll("[role=option]")];
    for (const [other, option] of options.entries()) option.setAttribute("aria-selected", String(other === at));
    if (options.length) input.setAttribute("aria-activedescendant", options[at].id);
    else input.removeAttribute("aria-activedescendant");
    options[at]?.scrollIntoView({ block: "nearest" });
  }

  function stop() {
    clearTimeout(waiting);
    searching?.abort();
    searching = null;
    failed = false;
    eager = false;
    hits = [];
    named = 0;
  }

  function changed() {
    stop();
    moved = false;
    // A single letter is in everything; a single Chinese character is a word.
    if (/[\p{Script=Han}\d]|\S\S/u.test(typed())) {
      searching = new AbortController();
      waiting = setTimeout(find, PAUSE_MS, typed(), searching.signal);
    }
    show();
  }

  async function answerOf(address, options) {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, ...options });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  async function find(wanted, signal) {
    try {
      const found = await answerOf(`${tickets}?q=${encodeURIComponent(wanted)}`, { signal });
      if (signal.aborted) return;
      hits = found.tickets.map(ticketEntry);
      named = found.named;
    } catch {
      if (signal.aborted) return;
      failed = true;
    }
    searching = null;
    settle();
  }

  async function load() {
    const labels = new Set(offers.map(({ label }) => label).filter((label) => !ways.has(label)));
    if (loading || (places.length && !labels.size)) return;
    const seen = recentOf(staff).filter((id) => /^ticket:\d+$/.test(id) && id !== `ticket:${here}`);
    const asked = new URLSearchParams([...labels].map((label) => ["label", label]));
    for (const id of seen.slice(0, MOST.ticket)) asked.append("ticket", id.slice("ticket:".length));
    try {
      loading = answerOf(`${dialog.dataset.places}?${asked}`);
      const answer = await loading;
      places = answer.places.map((place) => ({ ...place, id: `${place.kind}:${place.href}` }));
      visited = answer.recent.map(ticketEntry);
      for (const [label, read] of Object.entries(answer.ways)) ways.set(label, read);
    } catch {
      // What the page itself offers is there all the same, as it is written.
    }
    loading = null;
    settle();
  }

  function settle() {
    if (!dialog.open || composing) return;
    show();
    if (eager && !isEarly()) {
      eager = false;
      if (!isNumber() || named) run(shown[at]);
    }
  }

  const isEarly = () => loading !== null || (searching !== null && isNumber());

  function run(entry, apart = false) {
    if (!entry) return;
    if (entry.kind !== "search") remember(staff, entry.id);
    dialog.close();
    if (!entry.href) entry.press();
    else if (apart || isUnsaved()) window.open(entry.href, "_blank", "noopener");
    else location.assign(entry.href);
  }

  function open() {
    const sheet = document.getElementById("shortcuts");
    if (sheet.open) sheet.close();
    offers = offersOf(dialog);
    document.getElementById("palette-apart").hidden = !isUnsaved();
    stop();
    moved = false;
    input.value = "";
    dialog.showModal();
    load();
    show();
  }

  function pressed(event) {
    if (event.isComposing || composing || event.keyCode === 229) return;
    const { key } = event;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 };
    if (key === "Enter") {
      if (event.repeat) return;
      if (typed() && !moved && isEarly()) eager = true;
      else run(shown[at], event.ctrlKey || event.metaKey);
    } else if (steps[key]) {
      moved = true;
      const place = at + steps[key];
      choose(Math.abs(steps[key]) === 1 ? place : Math.min(shown.length - 1, Math.max(0, place)));
    } else return;
    event.preventDefault();
  }

  input.addEventListener("keydown", pressed);
  input.addEventListener("compositionstart", () => (composing = true));
  input.addEventListener("compositionend", () => {
    composing = false;
    changed();
  });
  input.addEventListener("input", (event) => {
    if (!event.isComposing && !composing) changed();
  });
  // Escape then ends the composition alone.
  dialog.addEventListener("cancel", (event) => {
    if (composing) event.preventDefault();
  });
  dialog.addEventListener("close", stop);
  dialog.addEventListener("pointerdown", (event) => {
    if (event.target.closest("[role=option]")) event.preventDefault();
  });
  dialog.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) run(shown[[...list.querySelectorAll("[role=option]")].indexOf(option)], event.ctrlKey || event.metaKey);
    else if (event.target === dialog || event.target.closest("[data-palette-close]")) dialog.close();
  });

  // Before anything else hears it: it works in the middle of a text too.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.isComposing || event.keyCode === 229 || event.altKey || event.shiftKey) return;
      if (!CHORD.held(event) || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      event.stopPropagation();
      if (event.repeat) return;
      if (dialog.open) dialog.close();
      else open();
    },
    { capture: true },
  );
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) open();
  });
  if (here) remember(staff, `ticket:${here}`);
}

if (dialog) palette();
