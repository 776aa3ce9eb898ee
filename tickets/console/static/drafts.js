// Drafts live in the browser, per person, ticket and mode, so that none ever shows up in another ticket; the server
// keeps a copy for the next device and for colleagues.
const PREFIX = "yp-draft.";
const KEEP_AFTER_MS = 1500;
const memory = new Map(); // When storage is forbidden or full, a draft lasts as long as the page.
const waiting = new Map();

export function readDraft(key) {
  try {
    return localStorage.getItem(PREFIX + key) ?? memory.get(key) ?? "";
  } catch {
    return memory.get(key) ?? "";
  }
}

export function saveDraft(key, text) {
  if (!text.trim()) {
    forgetDraft(key);
    return;
  }
  memory.set(key, text);
  try {
    localStorage.setItem(PREFIX + key, text);
    localStorage.setItem(`${PREFIX}${key}.at`, String(Date.now()));
  } catch {
    // Kept in memory above.
  }
}

export function forgetDraft(key) {
  memory.delete(key);
  try {
    localStorage.removeItem(PREFIX + key);
    localStorage.removeItem(`${PREFIX}${key}.at`);
  } catch {
    // Then nothing was stored either.
  }
}

// What another device has written since is newer than what this one remembers.
export function takeStored(key, text, at) {
  let own = 0;
  try {
    own = Number(localStorage.getItem(`${PREFIX}${key}.at`) ?? 0);
  } catch {
    // Then the server's is the only one.
  }
  if (readDraft(key) && own >= at) return;
  saveDraft(key, text);
}

function send(address, mode, text, keepalive) {
  const body = new URLSearchParams({ mode, text });
  const token = document.querySelector("meta[name=csrf]").content;
  fetch(address, { method: "POST", body, keepalive, headers: { "X-CSRF-Token": token } }).catch(() => {});
}

export function keepDraft(address, mode, text) {
  clearTimeout(waiting.get(mode)?.timer);
  const timer = setTimeout(() => {
    waiting.delete(mode);
    send(address, mode, text, false);
  }, KEEP_AFTER_MS);
  waiting.set(mode, { timer, text });
}

export function dropKept(mode) {
  clearTimeout(waiting.get(mode)?.timer);
  waiting.delete(mode);
}

// Whoever closes the page right after the last word has it on the next device too.
export function keepNow(address) {
  for (const [mode, { timer, text }] of waiting) {
    clearTimeout(timer);
    send(address, mode, text, true);
  }
  waiting.clear();
}
