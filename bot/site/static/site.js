// "Start a chat" opens the widget of this page; without it the link leads to the chat's own page.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-chat-open]");
  const chat = document.querySelector("yingpiao-chat");
  if (!link || typeof chat?.open !== "function" || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  chat.open();
});
