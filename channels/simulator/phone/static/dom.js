/* Building DOM without markup strings, so that nothing anybody wrote can become markup. */

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

/** Only http and https addresses may become links. */
export function link(address, label) {
  if (!/^https?:\/\//i.test(address)) return document.createTextNode(label);
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer", text: label });
}

/* Chinese text follows an address without a space, so an address is what ASCII allows in one. */
const ADDRESS = /https?:\/\/[\w\-.~:/?#[\]@!$&()*+,;=%]+/gi;

/** The text with its addresses, and the named links within it, as links. */
export function linked(text, links) {
  const nodes = [];
  let end = 0;
  for (const { begin, length, address } of found(text, links)) {
    if (begin < end) continue;
    nodes.push(text.slice(end, begin), link(address, text.slice(begin, begin + length)));
    end = begin + length;
  }
  nodes.push(text.slice(end));
  return nodes;
}

function found(text, links) {
  const places = [...text.matchAll(ADDRESS)].map((match) => {
    const address = match[0].replace(/[.,;:!?)\]}*]+$/, "");
    return { begin: match.index, length: address.length, address };
  });
  for (const { label, url } of links) {
    const begin = text.lastIndexOf(label);
    if (begin >= 0) places.push({ begin, length: label.length, address: url });
  }
  return places.sort((one, other) => one.begin - other.begin || other.length - one.length);
}

/** Brings the children of `list` in line with `items`, and leaves alone what has not changed. */
export function show(list, items, key, build) {
  const kept = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const wanted = items.map((item) => {
    const written = JSON.stringify(item);
    const old = kept.get(key(item));
    if (old && old.dataset.written === written) return old;
    const child = build(item);
    child.dataset.key = key(item);
    child.dataset.written = written;
    return child;
  });
  wanted.forEach((child, place) => {
    if (list.children[place] !== child) list.insertBefore(child, list.children[place] ?? null);
  });
  while (list.children.length > wanted.length) list.lastElementChild.remove();
}
