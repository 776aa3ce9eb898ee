// Says that this page is open and whether a reply is being written, and shows who else is here.
const PING_MS = 10_000;
const WRITING_MS = 8000;
const place = document.querySelector("[data-watch]");
let writingUntil = 0;
let asking = false;

const headers = () => ({ "X-CSRF-Token": document.querySelector("meta[name=csrf]").content, "HX-Request": "true" });

async function ping() {
  if (document.hidden || asking) return;
  asking = true;
  const body = new URLSearchParams({ writing: performance.now() < writingUntil ? "reply" : "" });
  try {
    const answer = await fetch(`${place.dataset.watch}/watch`, { method: "POST", body, headers: headers() });
    const words = answer.ok ? (await answer.text()).trim() : "";
    // Nothing is said twice to whoever listens.
    if (answer.ok && place.dataset.shown !== words) {
      place.innerHTML = words;
      place.dataset.shown = words;
    }
  } catch {
    // The bar says that the server cannot be reached.
  } finally {
    asking = false;
  }
}

function leave() {
  fetch(`${place.dataset.watch}/leave`, { method: "POST", headers: headers(), keepalive: true }).catch(() => {});
}

if (place) {
  ping();
  setInterval(ping, PING_MS);
  document.addEventListener("yp:beside", ping);
  document.addEventListener("yp:writing", () => {
    const begun = performance.now() >= writingUntil;
    writingUntil = performance.now() + WRITING_MS;
    if (begun) ping();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : ping()));
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", (event) => event.persisted && ping());
}
