// The conversation stays where its reader is: at the end if they were there, else exactly where they read.
const thread = document.getElementById("thread");
const newButton = document.querySelector("[data-thread-end]");
const news = document.getElementById("thread-news");
const NEAR_END_PX = 80;

// On a phone the page scrolls, on a wide screen the thread itself.
const scroller = () => (thread.scrollHeight > thread.clientHeight + 1 ? thread : document.scrollingElement);
const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
const lastEntry = () => [...thread.querySelectorAll("[data-entry]")].at(-1)?.dataset.entry;

let before = null;

function toEnd() {
  if (scroller() === thread) thread.scrollTop = thread.scrollHeight;
  else thread.lastElementChild?.scrollIntoView({ block: "nearest" });
  newButton.hidden = true;
}

function remember() {
  const box = scroller();
  before = { box, top: box.scrollTop, end: atEnd(box), entry: lastEntry() };
}

function restore() {
  if (!before) return;
  const { box, top, end, entry } = before;
  before = null;
  if (box === thread && end) toEnd();
  else box.scrollTop = top;
  if (entry === lastEntry()) return;
  newButton.hidden = box === thread ? atEnd(thread) : true;
  news.textContent = "";
  requestAnimationFrame(() => (news.textContent = news.dataset.text));
}

// A player goes on playing when it is carried over into the new parts, but Chromium then leaves its buttons out.
function redrawPlayers() {
  for (const player of thread.querySelectorAll("audio, video")) {
    player.controls = false;
    player.controls = true;
  }
}

if (thread) {
  if (scroller() === thread) toEnd();
  newButton.addEventListener("click", toEnd);
  thread.addEventListener("scroll", () => atEnd(thread) && (newButton.hidden = true));
  // Pictures grow after they were placed.
  thread.addEventListener("load", () => atEnd(thread) && toEnd(), true);

  // Parts arrive out of band, which by itself keeps neither scrolling nor focus.
  let focused = "";
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target === thread) remember();
    if (event.detail.target.contains(document.activeElement)) focused = document.activeElement.id;
  });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.detail.target === thread) {
      redrawPlayers();
      restore();
    }
    if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
    focused = "";
  });
}
