// What every page can do: send its CSRF token, show what went wrong, tell the time, obey the keyboard.
import "./flash.js";
import "./keyboard.js";
import "./times.js";

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = document.querySelector('meta[name="csrf"]').content;
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-toggle]")) return;
  const root = document.documentElement;
  root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("yp-theme", root.dataset.bsTheme);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
});
