"""Forms filled in as a browser does it: what is on the page goes back, but for what somebody changes."""

import re
from html import unescape
from typing import Any

import httpx

from tests.support.console import Person

_INPUT = re.compile(r"<input\b([^>]*)>")
_SELECT = re.compile(r'<select\b[^>]*name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
_CHOSEN = re.compile(r'<option value="([^"]*)" selected>')
_TEXT = re.compile(r'<textarea\b[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', re.DOTALL)
_ATTRIBUTE = re.compile(r'\b(\w+)="([^"]*)"')


def answers(page: str) -> dict[str, Any]:
    """What the form of an item would send as it stands."""
    form = page[page.index("data-guard") : page.index("</form>", page.index("data-guard"))]
    found: dict[str, Any] = {}
    for tag in _INPUT.findall(form):
        attributes = dict(_ATTRIBUTE.findall(tag))
        name, value = attributes.get("name", ""), unescape(attributes.get("value", ""))
        if attributes.get("type") != "checkbox":
            found[name] = value
        elif tag.rstrip().endswith("checked") or " checked" in tag:
            found.setdefault(name, [])
            found[name] = [*found[name], value]
    for name, body in _SELECT.findall(form):
        found[name] = unescape(chosen[0]) if (chosen := _CHOSEN.findall(body)) else ""
    found |= {name: unescape(body) for name, body in _TEXT.findall(form)}
    return found


async def edit(person: Person, section: str, key: str, **changes: Any) -> httpx.Response:
    """Open the form of an item, change some fields and save it; a dot in a name is written as two underscores."""
    form = answers(await person.page(f"/console/admin/{section}/item?key={key}"))
    return await send(person, section, form, **changes)


async def make(person: Person, section: str, key: str, **values: Any) -> httpx.Response:
    """Fill in the form of a new item and save it."""
    form = answers(await person.page(f"/console/admin/{section}/new"))
    return await send(person, section, form | {"key": key}, **values)


async def send(person: Person, section: str, form: dict[str, Any], **changes: Any) -> httpx.Response:
    """Save a form; what is changed to nothing is left out."""
    filled = form | {name.replace("__", "."): value for name, value in changes.items()}
    data = {name: value for name, value in filled.items() if value is not None}
    return await person.client.post(f"/console/admin/{section}/item", data=data)
