// What a person ran and which tickets they looked at last, newest first. Only names of things are kept, nothing of what
// is in them: the server says what a ticket is called, to whom may see it.
const PREFIX = "yp-recent.";
const MOST = 30;

export function recentOf(staff) {
  try {
    const kept = JSON.parse(localStorage.getItem(PREFIX + staff) ?? "[]");
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
  } catch {
    return []; // Storage may be forbidden, or hold what nobody can read.
  }
}

export function remember(staff, id) {
  const kept = [id, ...recentOf(staff).filter((other) => other !== id)].slice(0, MOST);
  try {
    localStorage.setItem(PREFIX + staff, JSON.stringify(kept));
  } catch {
    // Then it is not remembered.
  }
}
