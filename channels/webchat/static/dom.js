/* Building DOM without markup strings, so that nothing a person wrote can become markup
 * and pages that enforce Trusted Types can embed the chat. */

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  chat: ["M4 5.5A2.5 2.5 0 0 1 6.5 3h11A2.5 2.5 0 0 1 20 5.5v8a2.5 2.5 0 0 1-2.5 2.5H11l-4.6 4.1a.5.5 0 0 1-.9-.4V16A2.5 2.5 0 0 1 4 13.5z", "M8 8.2h8", "M8 11.4h5"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  down: ["M6 9l6 6 6-6"],
  more: ["M5 12h.01", "M12 12h.01", "M19 12h.01"],
  send: ["M12 19V5", "M5.5 11.5L12 5l6.5 6.5"],
  attach: ["M20 11.5l-7.8 7.8a5 5 0 0 1-7.1-7.1l8-8a3.3 3.3 0 0 1 4.7 4.7l-7.9 7.9a1.7 1.7 0 0 1-2.4-2.4l7.2-7.2"],
  file: ["M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8z", "M14 3v5h5"],
  language: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M3.5 12h17", "M12 3c-5 5.5-5 12.5 0 18", "M12 3c5 5.5 5 12.5 0 18"],
  download: ["M12 4v11", "M7 11l5 5 5-5", "M5 20h14"],
  bell: ["M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15z", "M10 21h4"],
  leave: ["M14 4H7a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h7", "M10 12h10", "M17 8.5l3.5 3.5-3.5 3.5"],
  link: ["M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1 1", "M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1-1"],
  retry: ["M20 11a8 8 0 1 0-2.3 6", "M20 5v6h-6"],
  alert: ["M12 4l9 16H3z", "M12 10v4", "M12 17h.01"],
};

/** Creates an element. `on` holds listeners, `text` the text, everything else becomes attributes. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "text") element.textContent = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  for (const d of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

export function iconButton(name, label, onClick, className = "") {
  return h("button", { type: "button", class: `icon-button ${className}`, "aria-label": label, title: label, on: { click: onClick } }, icon(name));
}

/** Only http and https addresses may become links; anything else gives null. */
export function safeUrl(address, base) {
  try {
    const url = new URL(address, base);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/* Chinese text follows an address without a space, so an address is taken to be what ASCII allows in one. */
const ADDRESS = /https?:\/\/[\w\-.~:/?#[\]@!$&()*+,;=%]+/gi;

/** Text nodes and links for a message; a full stop or bracket after an address stays outside of the link. */
export function linkified(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(/[.,;:!?)\]}*]+$/, "");
    const href = safeUrl(address);
    if (!href) continue;
    if (match.index > end) nodes.push(text.slice(end, match.index));
    nodes.push(h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow", text: address }));
    end = match.index + address.length;
  }
  if (end < text.length) nodes.push(text.slice(end));
  return nodes;
}

export function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
