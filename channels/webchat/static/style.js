/* Styles without inline attributes: a constructed sheet where the browser has them, else a link in the shadow root. */

const SHEET = new URL("widget.css", import.meta.url).href;

export async function styleInto(root) {
  try {
    const response = await fetch(SHEET, { credentials: "omit" });
    if (!response.ok) throw new Error(`style: ${response.status}`);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(await response.text());
    root.adoptedStyleSheets = [sheet];
  } catch (error) {
    console.info("[yingpiao-chat] styling by link:", error);
    await linked(root);
  }
}

function linked(root) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = SHEET;
  root.prepend(link);
  return new Promise((resolve) => (link.onload = link.onerror = resolve));
}

/** The embedding page's colour, with black or white on it, whichever can be read better. */
export function tint(element, color) {
  const match = /^#?([0-9a-f]{6})$/i.exec(color || "");
  if (!match) return;
  const [red, green, blue] = [0, 2, 4].map((at) => linear(parseInt(match[1].slice(at, at + 2), 16) / 255));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const white = 1.05 / (luminance + 0.05);
  const black = (luminance + 0.05) / 0.05;
  element.style.setProperty("--yp-accent", `#${match[1]}`);
  element.style.setProperty("--yp-on-accent", white >= Math.min(black, 4.5) ? "#fff" : "#111");
  // A light colour is fine behind text, but not as text on white.
  if (white < 4.5) element.style.setProperty("--yp-accent-text", "#1c2430");
}

const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
