// The wall on the whole screen; whoever leaves it by Escape is back where they were.
const wall = document.querySelector("[data-wall]");
const button = document.querySelector("[data-full-screen]");

if (document.fullscreenEnabled) {
  button.hidden = false;
  button.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : wall.requestFullscreen()));
}
