"""Make sure the browser tests have a Chromium and a Chinese font, and say what was done."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.chromium import find_chromium  # noqa: E402 - found only once the tree is on the path

DEBIAN = Path("/etc/debian_version")


def run(*command: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        return subprocess.run(command, check=False, env=environment, stdin=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def may_use_apt() -> bool:
    return os.geteuid() == 0 and DEBIAN.exists() and shutil.which("apt-get") is not None


def install_with_apt(*packages: str) -> bool:
    print(f"Installing {' '.join(packages)} with apt-get.", flush=True)
    command = ("apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends", *packages)
    # The package lists may be missing or old: refresh them only when a first try fails.
    return run(*command) or (run("apt-get", "update", "--quiet=2") and run(*command))


def has_chinese_font() -> bool:
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(["fc-list", ":lang=zh-cn"], check=False, capture_output=True, text=True)
    return bool(listed.stdout.strip())


def set_up_chromium() -> bool:
    if found := find_chromium():
        print(f"Chromium: using {found}.")
        return True
    if may_use_apt() and install_with_apt("chromium") and (found := find_chromium()):
        print(f"Chromium: installed with apt-get, using {found}.")
        return True
    print("Chromium: asking Playwright to install its own.", flush=True)
    if run(sys.executable, "-m", "playwright", "install", "chromium"):
        print("Chromium: installed by Playwright.")
        return True
    print(
        "Chromium: none found and none could be installed. Install it and set YINGPIAO_CHROMIUM to its path, "
        "or leave the browser tests out: .venv/bin/pytest -m 'not browser'",
        file=sys.stderr,
    )
    return False


def set_up_font() -> None:
    if has_chinese_font():
        print("Chinese font: present.")
    elif may_use_apt() and install_with_apt("fontconfig", "fonts-noto-cjk"):
        print("Chinese font: installed fonts-noto-cjk with apt-get.")
    else:
        # Tests still pass without one: only the pictures show boxes instead of characters.
        print("Chinese font: none found; screenshots will show boxes. Install fonts-noto-cjk or as good.")


def main() -> int:
    found = set_up_chromium()
    set_up_font()
    return 0 if found else 1


if __name__ == "__main__":
    raise SystemExit(main())
