"""Write the traditional-to-simplified table: ``python scripts/generate_simplified.py FILE``.

FILE is OpenCC's ``TSCharacters.txt`` (Apache-2.0; any distribution of OpenCC carries it). The first simplified form
of each character is taken: a single character is enough to find a text, and no context is looked at.
"""

import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "kit" / "simplified.txt"
LAST_BASIC = 0xFFFF


def pairs(source: str) -> list[str]:
    """Two characters a pair: the traditional one, then its simplified form."""
    found = []
    for line in source.splitlines():
        traditional, _, forms = line.partition("\t")
        simple = forms.split(" ")[0]
        if len(traditional) == len(simple) == 1 and traditional != simple and ord(traditional) <= LAST_BASIC:
            found.append(traditional + simple)
    return sorted(found)


def main() -> None:
    table = pairs(Path(sys.argv[1]).read_text(encoding="utf-8"))
    rows = [" ".join(table[start : start + 30]) for start in range(0, len(table), 30)]
    TARGET.write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
