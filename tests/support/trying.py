"""How many random examples a property is tried with.

Every run tries others, so a tenth each time finds what there is to find within days; before a release, or after a
change to a reader, ``make thorough`` tries them all.
"""

import os

THOROUGH = "YINGPIAO_THOROUGH"
_SHARE = 10


def tries(thorough: int) -> int:
    """The whole number where the run is a thorough one, else a tenth."""
    return thorough if os.environ.get(THOROUGH) == "1" else thorough // _SHARE
