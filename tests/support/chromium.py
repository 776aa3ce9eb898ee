"""Where the browser tests find a Chromium."""

import os
import shutil
from collections.abc import Mapping

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")

#: Headless in a container, often as root, on a machine that may have no way out to the internet.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def find_chromium(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the path in YINGPIAO_CHROMIUM, or the first on PATH; None leaves Playwright to its own."""
    if named := environment.get("YINGPIAO_CHROMIUM"):
        return named
    found = (shutil.which(name, path=environment.get("PATH")) for name in NAMES)
    return next((path for path in found if path), None)
