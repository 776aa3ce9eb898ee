/* What the page asks of the simulator it came from. */

const OURS = { "x-phone": "1" };

async function checked(response) {
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  return response;
}

/** The state as it is now; null when it is still `version`. */
export async function look(person, version, lang) {
  const query = new URLSearchParams({ person, version, lang });
  const response = await checked(await fetch(`/phone/state?${query}`));
  return response.status === 204 ? null : response.json();
}

export async function act(person, what, text = "", entry = "") {
  const body = JSON.stringify({ person, do: what, text, entry });
  return checked(await fetch("/phone/do", { method: "POST", headers: OURS, body }));
}

export async function meet(name) {
  return (await (await act("", "meet", name)).json()).person;
}

export async function send(person, kind, file) {
  const query = new URLSearchParams({ person, kind, name: file.name });
  return checked(await fetch(`/phone/send?${query}`, { method: "POST", headers: OURS, body: file }));
}

export function mediaAddress(person, entry) {
  return `/phone/media/${entry}?${new URLSearchParams({ person })}`;
}
