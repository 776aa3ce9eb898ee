// Runs before the first paint, so that a dark page never flashes white.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem("yp-theme");
    } catch {
      return null; // Storage may be forbidden; then the system decides.
    }
  };
  const apply = () => {
    document.documentElement.dataset.bsTheme = chosen() ?? (dark.matches ? "dark" : "light");
  };
  apply();
  dark.addEventListener("change", apply);
})();
