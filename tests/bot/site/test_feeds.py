"""What programs read of the help centre."""

from xml.etree.ElementTree import Element, fromstring

import httpx

from kit.ground import Ground
from tests.support.articles import content, make_press, words
from tests.support.public import make_article, make_public_app, visit

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def _document(answer: httpx.Response) -> Element:
    assert answer.status_code == 200, answer.text
    return fromstring(answer.content)  # noqa: S314 - we have just written it ourselves.


class TestTheFeed:
    async def test_has_the_articles_of_a_language(self, ground: Ground) -> None:
        files = [make_article(title="A < B & C"), make_article(lang="en", title="Cannot sign in")]
        async with visit(await make_public_app(ground, *files, make_article("guide-a", kind="guide"))) as client:
            zh = _document(await client.get("/help/feed/zh.atom"))
            en = _document(await client.get("/help/feed/en.atom"))
            guides = _document(await client.get("/help/feed/zh.atom?kind=guide"))
            unknown = await client.get("/help/feed/xx.atom")
        assert [entry.findtext(f"{ATOM}title") for entry in en.iter(f"{ATOM}entry")] == ["Cannot sign in"]
        assert {entry.findtext(f"{ATOM}title") for entry in zh.iter(f"{ATOM}entry")} == {"A < B & C", "登录不上怎么办"}
        assert len(list(guides.iter(f"{ATOM}entry"))) == 1
        assert zh.findtext(f"{ATOM}updated")
        assert unknown.status_code == 404


class TestTopics:
    async def test_each_topic_has_a_feed_of_its_own_that_its_pages_name(self, ground: Ground) -> None:
        files = [make_article(), make_article("fix-print", title="打印不出来", component="print")]
        async with visit(await make_public_app(ground, *files)) as client:
            prints = _document(await client.get("/help/feed/zh.atom?component=print"))
            both = _document(await client.get("/help/feed/zh.atom?kind=fix&component=print"))
            neither = _document(await client.get("/help/feed/zh.atom?kind=guide&component=print"))
            pages = {path: (await client.get(path)).text for path in ("/", "/help?component=print", "/help/fix-print")}
        assert [entry.findtext(f"{ATOM}title") for entry in prints.iter(f"{ATOM}entry")] == ["打印不出来"]
        assert (prints.findtext(f"{ATOM}title") or "").startswith("打印")
        assert len(list(both.iter(f"{ATOM}entry"))) == 1
        assert list(neither.iter(f"{ATOM}entry")) == []
        topic = 'type="application/atom+xml" title="订阅这里的更新" href="/help/feed/zh.atom?component=print"'
        assert topic in pages["/help?component=print"]
        assert topic in pages["/help/fix-print"]
        assert 'href="/help/feed/zh.atom"' in pages["/"]


class TestTheSitemap:
    async def test_names_each_published_page_once_with_its_languages(self, ground: Ground) -> None:
        press = await make_press(ground)
        await press.begin(content("fix-secret"))
        app = await make_public_app(ground, make_article(), make_article(lang="en"))
        async with visit(app) as client:
            answer = await client.get("/sitemap.xml")
        places = [place.text or "" for place in _document(answer).iter(f"{SITEMAP}loc")]
        assert [place for place in places if "fix-" in place] == [f"{ground.settings.base_url}/help/fix-login"]
        assert answer.text.count("hreflang=") == 2


class TestAddresses:
    async def test_a_renamed_article_is_found_where_it_was(self, ground: Ground) -> None:
        press = await make_press(ground)
        version = await press.publish()
        await press.approve((await press.change(version.article_id, content("fix-printer"))).id)
        async with visit(await make_public_app(ground)) as client:
            moved = await client.get("/help/fix-print")
            there = await client.get(moved.headers["location"])
            nowhere = await client.get("/help/fix-nothing")
        assert (moved.status_code, moved.headers["location"]) == (308, "/help/fix-printer")
        assert (there.status_code, nowhere.status_code) == (200, 404)

    async def test_a_draft_has_none(self, ground: Ground) -> None:
        press = await make_press(ground)
        await press.begin(content("fix-secret", words={"zh": words("还没写完")}))
        async with visit(await make_public_app(ground, make_article())) as client:
            assert (await client.get("/help/fix-secret")).status_code == 404
            assert "还没写完" not in (await client.get("/help")).text

    async def test_a_picture_of_a_draft_has_none(self, ground: Ground) -> None:
        async with visit(await make_public_app(ground)) as client:
            assert (await client.get(f"/help/pictures/{'ab' * 16}")).status_code == 404
