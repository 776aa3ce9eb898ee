// A look: the page fetches its live parts anew (event yp:changed), never twice at once and not too often.
const FIRST_MS = 50; // One thing that happens is often told twice.
const PAUSE_MS = 400; // The least time between two looks: what happens meanwhile is one.
const LONGEST_PAUSE_MS = 600; // A server that takes long is asked more rarely.
const GIVE_UP_MS = 5000; // An answer that never comes holds nobody up.

const root = document.querySelector("[data-live]");
const part = () => document.querySelector(root?.dataset.revisionOf ?? "[data-revision]");
const isLook = (detail) => (detail.triggeringEvent ?? detail.requestConfig?.triggeringEvent)?.type === "yp:changed";

let told = ""; // The revision that was told last; without one the look is at whatever there is now.
let timer = 0;
let begun = -Infinity;
let pauseMs = PAUSE_MS;
let underWay = 0;

export const shown = () => part()?.dataset.revision ?? "";

export function look(revision = "") {
  told = revision;
  timer ||= setTimeout(begin, Math.max(FIRST_MS, begun + (underWay ? GIVE_UP_MS : pauseMs) - performance.now()));
}

function begin() {
  timer = 0;
  if (document.hidden || (told && told === shown())) return;
  begun = performance.now();
  underWay = 0;
  document.body.dispatchEvent(new CustomEvent("yp:changed", { detail: { told } }));
}

function answered({ detail }) {
  if (!isLook(detail)) return;
  underWay = Math.max(0, underWay - 1);
  pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(PAUSE_MS, 2 * (performance.now() - begun)));
  if (underWay || !timer) return;
  clearTimeout(timer);
  timer = 0;
  look(told);
}

// The page says what it shows already, and keeps what the answer says about itself.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!isLook(detail)) return;
  const since = detail.triggeringEvent.detail?.told;
  if (since) detail.headers["YP-Told"] = since;
  if (detail.elt.dataset.signature) detail.headers["YP-Shown"] = detail.elt.dataset.signature;
});
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (isLook(detail)) underWay += 1;
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const signature = detail.xhr.getResponseHeader("YP-Signature");
  if (signature && part()) {
    part().dataset.signature = signature;
    part().dataset.revision = detail.xhr.getResponseHeader("YP-Revision");
  }
});
document.addEventListener("htmx:afterRequest", answered);
