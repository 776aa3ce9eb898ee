"""The browser packages we serve: a literal list, so that nothing else of node_modules is reachable."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NODE_MODULES = ROOT / "node_modules"

#: Name under /static/vendor/ -> file under node_modules.
VENDOR_FILES: dict[str, str] = {
    "echarts.js": "echarts/dist/echarts.common.min.js",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "htmx-sse.js": "htmx-ext-sse/dist/sse.min.js",
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
}

#: Outline icons are put into the page as SVG by name.
ICON_FOLDER = "@tabler/icons/icons/outline"
