"""Pictures of the important moments, to be looked at by people; the tests compare none of them.

They are taken when asked for with YINGPIAO_PICTURES=1, and lie in artifacts/browser then.
"""

import base64
import os
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from kit.i18n import Locale

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "artifacts" / "browser"
UPDATE = "YINGPIAO_UPDATE_IMAGES"
TAKEN = "YINGPIAO_PICTURES"

DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}

#: What the README shows: one picture per language it is written in.
STORY: dict[Locale, Path] = {
    "en": ROOT / "docs" / "images" / "story.png",
    "zh": ROOT / "docs" / "images" / "story.zh-CN.png",
}
_COMPOSITION = """<!doctype html><meta charset="utf-8"><style>
  body { margin: 0; padding: 56px; display: flex; gap: 44px; align-items: center; width: fit-content;
         background: linear-gradient(135deg, #e8eefc, #f3f0fb 55%%, #e6f5f1); }
  img { display: block; background: #fff; box-shadow: 0 1px 2px #1018281f, 0 18px 48px #10182833; }
  .phone { height: 844px; border-radius: 34px; border: 9px solid #1d2433; }
  .desk { height: 900px; border-radius: 12px; border: 1px solid #cfd6e4; }
</style><body><img class="phone" src="%s" alt=""><img class="desk" src="%s" alt=""></body>"""


class Album:
    """Numbers the pictures of one test in the order they are taken."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._taken = 0

    def take(self, page: Page, name: str, *, whole: bool = False) -> None:
        """The page as it stands; what was made for a desk is shown at the width of a phone too."""
        if os.environ.get(TAKEN) != "1":
            return
        self._taken += 1
        own = page.viewport_size
        self._shoot(page, name, whole=whole)
        if own == DESKTOP:
            page.set_viewport_size(PHONE)
            self._shoot(page, name, whole=whole)
            page.set_viewport_size(own)

    def _shoot(self, page: Page, name: str, *, whole: bool) -> None:
        size = "phone" if page.viewport_size == PHONE else "desktop"
        path = self.folder / f"{self._taken:02}-{name}-{size}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture_of(page, whole=whole))


def picture_of(page: Page, *, whole: bool = False) -> bytes:
    # Hiding the caret would write style attributes, which htmx then copies against the content policy.
    return page.screenshot(full_page=whole, animations="disabled", caret="initial")


def wants_update() -> bool:
    """Whether the pictures of the documentation are to be made anew."""
    return os.environ.get(UPDATE) == "1"


def compose_story(browser: Browser, locale: Locale, *, phone: bytes, desk: bytes) -> None:
    """Put the customer's phone beside the staff's screen and write the documentation's picture."""
    context = browser.new_context(viewport={"width": 2200, "height": 1100})
    page = context.new_page()
    page.set_content(_COMPOSITION % (_as_source(phone), _as_source(desk)))
    page.locator("img").last.evaluate("(image) => image.decode()")
    STORY[locale].parent.mkdir(parents=True, exist_ok=True)
    page.locator("body").screenshot(path=STORY[locale])
    context.close()


def _as_source(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"
