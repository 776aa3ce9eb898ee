// <time data-relative> reads "5 minutes ago" for a day, and the exact moment afterwards.
const DAY_S = 24 * 3600;
const lang = document.documentElement.lang;
const words = new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "short" });

function spoken(seconds) {
  const size = Math.abs(seconds);
  if (size < 60) return words.format(0, "second");
  if (size < 3570) return words.format(Math.round(seconds / 60), "minute");
  return words.format(Math.round(seconds / 3600), "hour");
}

function refresh(root = document) {
  for (const element of root.querySelectorAll("time[data-relative]")) {
    element.dataset.exact ??= element.textContent;
    const seconds = (Date.parse(element.dateTime) - Date.now()) / 1000;
    const text = Math.abs(seconds) < DAY_S ? spoken(seconds) : element.dataset.exact;
    if (element.textContent !== text) element.textContent = text;
  }
}

refresh();
setInterval(refresh, 30_000);
document.addEventListener("htmx:load", (event) => refresh(event.detail.elt.parentNode ?? document));
