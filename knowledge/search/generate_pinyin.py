"""Write the table of toneless pinyin syllables: ``python -m knowledge.search.generate_pinyin``.

The readings are the default readings of pypinyin (MIT), a development dependency; at run time only the written
file is needed. One line a syllable: the syllable, a space, and every character read so.
"""

import unicodedata
from collections import defaultdict
from pathlib import Path

FIRST, LAST = 0x4E00, 0x9FFF
TARGET = Path(__file__).with_name("pinyin.txt")


def toneless(reading: str) -> str:
    letters = unicodedata.normalize("NFD", reading.replace("ü", "v"))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return plain.replace("ê", "e")


def syllables() -> dict[str, str]:
    """The characters of each syllable, in code point order."""
    from pypinyin.constants import PINYIN_DICT  # noqa: PLC0415 - a development dependency

    table: defaultdict[str, list[str]] = defaultdict(list)
    for code in range(FIRST, LAST + 1):
        if readings := PINYIN_DICT.get(code):
            table[toneless(readings.split(",")[0])].append(chr(code))
    return {syllable: "".join(table[syllable]) for syllable in sorted(table)}


def main() -> None:
    lines = [f"{syllable} {characters}" for syllable, characters in syllables().items()]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
