// The lines of the palette, as a listbox with a group for each kind. Whatever came from outside stays text.
const caps = (keys) =>
  keys.split(" ").map((key) => {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    return cap;
  });

function element(name, className, ...content) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...content);
  return made;
}

const marked = (segments) => segments.map(([text, hit]) => (hit ? element("mark", "", text) : text));

function text(entry) {
  if (entry.kind !== "ticket") return element("span", "yq-label", entry.label);
  const line = element("span", "yq-label", element("span", "yq-number", entry.number), " ", ...marked(entry.title));
  const about = element("span", "yq-detail", entry.detail, ...(entry.said.length ? [" · ", ...marked(entry.said)] : []));
  return element("span", "yq-ticket", line, about);
}

function option(entry, place, kind, named) {
  const made = element("div", "yq-option", kind.content.cloneNode(true), text(entry));
  made.id = `palette-${place}`;
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", "false");
  if (named) made.append(element("span", "yq-kind", kind.dataset.label));
  if (entry.keys) made.append(element("span", "yq-keys", ...caps(entry.keys)));
  return made;
}

// A group without a kind holds lines of many kinds, each of which then says what it is.
export function draw(dialog, list, groups) {
  const kinds = Object.fromEntries([...dialog.querySelectorAll("template[data-kind]")].map((one) => [one.dataset.kind, one]));
  let place = 0;
  list.replaceChildren(
    ...groups.map(({ kind, entries }) => {
      const group = element("div", "yq-group");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", kinds[kind]?.dataset.label ?? dialog.dataset.fitting);
      if (kind) {
        const heading = element("div", "yq-heading", kinds[kind].dataset.label);
        heading.setAttribute("aria-hidden", "true");
        group.append(heading);
      }
      for (const entry of entries) group.append(option(entry, place++, kinds[entry.kind], !kind));
      return group;
    }),
  );
}
