"""Fit the calibration that is shipped: ``python -m knowledge.calibrate FOLDER``.

To be run after the articles or the search have changed much; it takes about a minute.
"""

import sys
from pathlib import Path

from knowledge.loader import phrasings_of, read_folder
from knowledge.search.encoder import UniversalEncoder
from knowledge.search.fitting import calibrate
from knowledge.search.phrasing import background

TARGET = Path(__file__).parent / "search" / "calibration.toml"


def main() -> None:
    articles = read_folder(Path(sys.argv[1]))
    phrasings = [phrasing for article in articles for phrasing in phrasings_of(article)] + background()
    lines = ["# Written by `python -m knowledge.calibrate`: weights in the order of Evidence.features()."]
    for kind, encoder in (("semantic", UniversalEncoder()), ("lexical", None)):
        found = calibrate(phrasings, encoder)
        lines += ["", f"[{kind}]", f"right = {list(found.right)}", f"known = {list(found.known)}"]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
