import re

import httpx
import pytest

from channels.webchat.pages import STATIC, release


async def test_the_loader_names_the_release_of_its_modules(client: httpx.AsyncClient) -> None:
    response = await client.get("/chat/widget.js")
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["access-control-allow-origin"] == "*"
    assert f"assets/{release()}/element.js" in response.text
    again = await client.get("/chat/widget.js", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304


async def test_modules_of_this_release_are_kept_for_ever_and_others_are_not(
    client: httpx.AsyncClient,
) -> None:
    ours = await client.get(f"/chat/assets/{release()}/element.js")
    older = await client.get("/chat/assets/0123456789ab/element.js")
    assert "immutable" in ours.headers["cache-control"]
    assert older.headers["cache-control"] == "no-cache"
    assert ours.content == older.content


@pytest.mark.parametrize("name", ["models.py", "..%2fmodels.py", "nothing.js", "%2e%2e%2fmessages.toml"])
async def test_nothing_else_is_served(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/chat/assets/{release()}/{name}")).status_code == 404


@pytest.mark.parametrize(("language", "lang", "title"), [("zh", "zh-CN", "在线客服"), ("en", "en", "Support")])
async def test_the_page_speaks_both_languages_and_runs_nothing_inline(
    client: httpx.AsyncClient, language: str, lang: str, title: str
) -> None:
    response = await client.get("/chat/", headers={"Accept-Language": language})
    assert f'<html lang="{lang}">' in response.text
    assert title in response.text
    assert "script-src 'self';" in response.headers["content-security-policy"]
    assert "unsafe" not in response.headers["content-security-policy"]


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_text_the_scripts_ask_for_is_in_the_catalogue(client: httpx.AsyncClient, language: str) -> None:
    texts = (await client.get("/chat/strings", params={"lang": language})).json()
    sources = "\n".join(path.read_text(encoding="utf8") for path in STATIC.glob("*.js"))
    calls = re.findall(r"""\bt\((?:[^()"]*\? )?"([a-z_.]+)"(?: : "([a-z_.]+)")?""", sources)
    asked = {name for call in calls for name in call if name} | {f"starter.{number}" for number in range(1, 5)}
    assert {name for name in asked if f"webchat.{name}" not in texts} == set()
    assert {"title", "send", "not_sent", "reconnecting", "open_unread", "rate"} <= asked


def test_the_scripts_build_no_markup_from_text() -> None:
    for path in STATIC.glob("*.js"):
        source = path.read_text(encoding="utf8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", source), path


def test_the_scripts_fetch_nothing_from_elsewhere() -> None:
    for path in STATIC.iterdir():
        addresses = set(re.findall(r"https?://[\w.-]+", path.read_text(encoding="utf8")))
        assert addresses <= {"http://www.w3.org", "https://support.example"}, path
