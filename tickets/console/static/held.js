// Counts down beside a reply that has not left yet.
const TICK_MS = 500;

function count() {
  for (const mark of document.querySelectorAll("[data-send-at]")) {
    const seconds = Math.max(0, Math.ceil((Date.parse(mark.dataset.sendAt) - Date.now()) / 1000));
    const words = mark.dataset.text.replace("#", seconds);
    if (mark.textContent !== words) mark.textContent = words;
  }
}

if (document.getElementById("thread")) {
  count();
  setInterval(count, TICK_MS);
  document.addEventListener("htmx:oobAfterSwap", count);
}
