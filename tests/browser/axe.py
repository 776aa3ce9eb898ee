"""Accessibility rules, checked by axe-core in the page itself."""

from typing import Any, cast

from playwright.sync_api import BrowserContext, Page

from tests.browser.pictures import ROOT

_AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_SEVERE = {"serious", "critical"}
# A colour that has just changed is the old one until the next picture is drawn.
_RUN = """async () => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations.map(({id, impact, nodes}) => ({
    id, impact, targets: nodes.map((node) => `${node.target.flat(2).join(" ")}: ${node.failureSummary}`),
  }));
}"""


def prepare(context: BrowserContext) -> None:
    """Load the checker into every page: as a script of the browser, since our pages take none from elsewhere."""
    if not _AXE.is_file():
        msg = "axe-core is not installed. Run: make setup"
        raise FileNotFoundError(msg)
    context.add_init_script(path=_AXE)


def severe_violations(page: Page, name: str) -> list[str]:
    """What is seriously wrong with the page as it stands, and where; only with its styles is it the page."""
    page.wait_for_load_state("load")
    found = cast("list[dict[str, Any]]", page.evaluate(_RUN))
    severe = [violation for violation in found if violation["impact"] in _SEVERE]
    return [f"{name}: {violation['id']} at " + "\n".join(violation["targets"][:5]) for violation in severe]
