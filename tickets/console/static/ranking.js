// How well something typed fits a label: its beginning, the beginning of a word in it, or letter by letter.
export const BEGINNING = 3;
export const WORD = 2;
export const LETTERS = 1;

const WORDS = /\p{Script=Han}|(?:(?!\p{Script=Han})[\p{L}\p{N}])+/gu;
// Fewer letters stand in almost every label.
const FEWEST_LETTERS = 3;
const MOST_LETTERS = 60;

export const plain = (text) => text.normalize("NFKC").toLowerCase();

// Words, each of them in all its readings. A way is written "hang/xing dai"; the label itself is one way too.
export function waysOf(label, ways = []) {
  const own = (plain(label).match(WORDS) ?? []).map((word) => [word]);
  return [own, ...ways.map((way) => way.split(" ").map((word) => word.split("/")))];
}

// Whether the words from this one on begin so, each of them typed in full, by its first letter, or by some.
function begins(typed, words, from) {
  let places = new Set([0]);
  for (const readings of words.slice(from)) {
    const next = new Set();
    for (const place of places) {
      for (const reading of readings) {
        for (let length = 0; length < reading.length && reading[length] === typed[place + length]; ) {
          length += 1;
          next.add(place + length);
        }
      }
    }
    if (next.has(typed.length)) return true;
    if (!next.size) return false;
    places = next;
  }
  return false;
}

// In this order with others between, from the beginning of some word on.
function scattered(typed, words) {
  return words.some((_, from) => {
    const text = words
      .slice(from)
      .map((readings) => readings[0])
      .join("");
    let place = -1;
    return text[0] === typed[0] && [...typed].every((letter) => (place = text.indexOf(letter, place + 1)) >= 0);
  });
}

function fit(typed, words) {
  if (begins(typed, words, 0)) return BEGINNING;
  if (words.some((_, from) => from > 0 && begins(typed, words, from))) return WORD;
  return typed.length >= FEWEST_LETTERS && scattered(typed, words) ? LETTERS : 0;
}

// The best of all ways; words apart may stand in any order. 0: it does not fit.
export function rate(typed, ways) {
  const parts = (plain(typed).slice(0, MOST_LETTERS).match(/\S+/g) ?? []).map((part) => part.replace(/[^\p{L}\p{N}]/gu, ""));
  const whole = parts.join("");
  if (!whole) return 0;
  const best = (text) => Math.max(...ways.map((words) => fit(text, words)));
  const together = best(whole);
  if (together >= WORD || parts.length < 2) return together;
  return Math.max(together, Math.min(WORD, ...parts.filter(Boolean).map(best)));
}
