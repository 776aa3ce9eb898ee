/* Loader, pasted into any page:
 *   <script async src="https://support.example/chat/widget.js" data-lang="zh" data-position="right"></script>
 * It stays tiny and classic so that it works from a single tag; everything else are modules of one release. */
(() => {
  "use strict";
  const script = document.currentScript || document.querySelector('script[src*="/chat/widget.js"]');
  const base = new URL(".", script.src);
  const options = {
    lang: script.dataset.lang,
    position: script.dataset.position,
    color: script.dataset.color,
    open: script.dataset.open,
  };
  import(new URL("assets/__VERSION__/element.js", base).href)
    .then((element) => element.mount(options))
    .catch((error) => console.error("[yingpiao-chat] could not be loaded:", error));
})();
