// Drafts live in the browser, per person, ticket and mode, so that none ever shows up in another ticket.
const PREFIX = "yp-draft.";
const memory = new Map(); // When storage is forbidden or full, a draft lasts as long as the page.

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
  } catch {
    // Kept in memory above.
  }
}

export function forgetDraft(key) {
  memory.delete(key);
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // Then nothing was stored either.
  }
}
