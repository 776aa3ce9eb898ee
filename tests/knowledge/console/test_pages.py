"""An article from the first line to its readers, at the desk."""

import io
import zipfile

import httpx
from sqlmodel import select

from kit.clock import FrozenClock
from kit.ground import Ground
from knowledge.articles import all_articles, import_folder
from knowledge.publishing.publishing import publish_due
from knowledge.versions.models import ArticleVersion
from tests.knowledge.console.editor import HOME, begin, decide, hand_in, hidden, save, typed, version_address
from tests.support.console import HTMX, Person
from tests.support.public import make_article

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


async def _titles(ground: Ground) -> list[str]:
    async with ground.db.reading() as session:
        return [view.title for view in await all_articles(session)]


class TestTheWay:
    async def test_from_the_first_line_to_the_readers(self, zhou: Person, mei: Person, ground: Ground) -> None:
        address = await begin(zhou)
        assert (await hand_in(zhou, address)).status_code == 200
        assert "打印不出来怎么办" in await mei.page(f"{HOME}/reviews")
        assert await _titles(ground) == []
        assert (await decide(mei, address)).status_code == 200
        assert await _titles(ground) == ["打印不出来怎么办"]
        page = await mei.page(address)
        assert "梅兰 审核通过" in page
        assert "已发布" in page

    async def test_an_editor_cannot_approve_by_address(self, zhou: Person, ground: Ground) -> None:
        address = await begin(zhou)
        await hand_in(zhou, address)
        assert (await decide(zhou, address)).status_code == 403
        assert await _titles(ground) == []

    async def test_a_supervisor_sees_no_button_for_their_own_and_is_refused_without(
        self, mei: Person, ground: Ground
    ) -> None:
        address = await begin(mei)
        await hand_in(mei, address)
        page = await mei.page(address)
        assert "/approve" not in page
        assert "要请另一位主管审核" in page
        answer = await decide(mei, address)
        assert answer.status_code == 403
        assert "另一位同事审核" in answer.text
        assert (await decide(mei, address, "publish")).status_code == 409
        assert await _titles(ground) == []

    async def test_what_is_sent_with_the_form_does_not_help(self, mei: Person, ground: Ground) -> None:
        address = await begin(mei, state="published", origin="shipped", approved_by="1")
        await hand_in(mei, address, state="approved", origin="shipped", approved_digest="x")
        async with ground.db.reading() as session:
            version = (await session.exec(select(ArticleVersion))).one()
        assert (version.state, version.origin) == ("review", "written")

    async def test_the_reviewer_who_mends_a_comma_needs_another_one(
        self, zhou: Person, mei: Person, tan: Person, ground: Ground
    ) -> None:
        address = await begin(zhou)
        await hand_in(zhou, address)
        await save(mei, address, zh_summary="先看打印机连上没有。")
        await hand_in(zhou, address, zh_summary="先看打印机连上没有。")
        assert (await decide(mei, address)).status_code == 403
        assert (await decide(tan, address)).status_code == 200
        assert await _titles(ground) == ["打印不出来怎么办"]

    async def test_given_back_with_a_remark(self, zhou: Person, mei: Person) -> None:
        address = await begin(zhou)
        await hand_in(zhou, address)
        await decide(mei, address, "give-back", remark="请补一张图")
        assert "请补一张图" in await zhou.page(address)

    async def test_for_a_later_moment(self, zhou: Person, mei: Person, ground: Ground, clock: FrozenClock) -> None:
        address = await begin(zhou)
        await hand_in(zhou, address)
        await decide(mei, address, publish_at="2026-11-24T20:00")
        assert await _titles(ground) == []
        assert "定时发布" in await mei.page(f"{HOME}/reviews")
        async with ground.db.reading() as session:
            version = (await session.exec(select(ArticleVersion))).one()
        due = {"version_id": version.id, "digest": version.digest}
        for hours, titles in ((9, []), (1, ["打印不出来怎么办"])):
            clock.advance(hours=hours)
            async with ground.db.transaction() as session:
                await publish_due(session, clock.now(), due)
            assert await _titles(ground) == titles


class TestTheEditor:
    async def test_says_what_is_missing_and_keeps_what_is_there(self, zhou: Person) -> None:
        address = await begin(zhou, zh_questions="")
        assert "大家会怎么问" in await zhou.page(address)
        answer = await zhou.client.post(f"{HOME}/new", data=typed(slug="Fix Print"), headers=HTMX)
        assert answer.status_code == 422
        assert "小写字母" in answer.text

    async def test_of_two_the_slower_one_is_told_who_was_faster(self, zhou: Person, mei: Person) -> None:
        address = await begin(zhou)
        seen = hidden(await mei.page(address), "seen")
        await save(zhou, address, zh_title="先来的")
        late = typed(zh_title="后到的") | {"seen": seen}
        answer = await mei.client.post(f"{version_address(await mei.page(address))}/save", data=late, headers=HTMX)
        assert answer.status_code == 409
        assert "周宁" in answer.text

    async def test_marks_a_translation_that_is_older_until_somebody_compared(
        self, zhou: Person, clock: FrozenClock
    ) -> None:
        english = {
            "en_title": "Nothing is printed",
            "en_summary": "See the cable.",
            "en_body": "Restart it.",
            "en_questions": "it does not print",
        }
        address = await begin(zhou, **english)
        assert "较旧" not in await zhou.page(address)
        clock.advance(hours=1)
        await save(zhou, address, zh_title="新标题", **english)
        assert "英文较旧" in await zhou.page(address)
        assert "英文较旧" in await zhou.page(f"{HOME}?show=outdated")
        await save(zhou, address, zh_title="新标题", fitting="en", **english)
        assert "较旧" not in await zhou.page(address)

    async def test_the_preview_runs_nothing(self, zhou: Person) -> None:
        body = "**好** <script>go()</script> ![x](https://elsewhere.test/a.png) ![y](picture:" + "a" * 32 + ")"
        answer = await zhou.client.post(f"{HOME}/preview", data={"body": body})
        assert "<strong>好</strong>" in answer.text
        assert "<script" not in answer.text
        assert "elsewhere" not in answer.text
        assert f'src="{HOME}/pictures/{"a" * 32}"' in answer.text

    async def test_a_picture_is_named_in_the_text_and_shown_at_the_desk(self, zhou: Person) -> None:
        sent = await zhou.client.post(f"{HOME}/pictures", files={"file": ("[a](b).png", PNG, "text/html")})
        assert sent.status_code == 200, sent.text
        markdown = sent.json()["markdown"]
        picture = markdown.split("picture:")[1][:32]
        assert markdown == f"![ab](picture:{picture})"
        shown = await zhou.client.get(f"{HOME}/pictures/{picture}")
        assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
        no = await zhou.client.post(f"{HOME}/pictures", files={"file": ("a.png", b"%PDF-1.4 x", "image/png")})
        assert no.status_code == 422

    async def test_shows_what_a_version_changed(self, zhou: Person, mei: Person) -> None:
        address = await begin(zhou)
        await hand_in(zhou, address)
        await decide(mei, address)
        await zhou.client.post(f"{address}/edit")
        await hand_in(zhou, address, zh_title="打印机坏了怎么办", zh_steps="看连线\n换一台")
        page = await mei.page(f"{address}/versions/2")
        assert "打印机坏了怎么办</ins>" in page
        assert "打印不出来怎么办</del>" in page
        assert "换一台打印机</del>" in page

    async def test_goes_back_to_an_old_version_as_a_draft(self, zhou: Person, mei: Person, ground: Ground) -> None:
        address = await begin(zhou)
        await hand_in(zhou, address)
        await decide(mei, address)
        await zhou.client.post(f"{address}/edit")
        await hand_in(zhou, address, zh_title="新标题")
        await decide(mei, address)
        back = await mei.client.post(f"{address}/back-to", data={"number": "1"})
        assert back.status_code == 303
        assert await _titles(ground) == ["新标题"]
        page = await mei.page(address)
        assert 'value="打印不出来怎么办"' in page


class TestTheList:
    async def test_is_searched_narrowed_and_paged(self, zhou: Person, ground: Ground) -> None:
        files = [make_article(f"fix-{number:03}", title=f"第{number}篇") for number in range(60)]
        async with ground.db.transaction() as session:
            await import_folder(session, ground.clock.now(), files)
        page = await zhou.page(HOME)
        assert page.count('class="yk-row"') == 50
        more = HOME + "?" + page.split(f'hx-get="{HOME}?')[1].split('"')[0].replace("&amp;", "&")
        rest = await zhou.client.get(more, headers=HTMX)
        assert rest.text.count('class="yk-row"') == 10
        assert (await zhou.page(f"{HOME}?q=第7篇")).count('class="yk-row"') == 1
        assert (await zhou.page(f"{HOME}?q=100%25")).count('class="yk-row"') == 0
        assert (await zhou.page(f"{HOME}?show=draft")).count('class="yk-row"') == 0

    async def test_finds_what_is_due_and_whose_it_is(self, zhou: Person, ground: Ground) -> None:
        async with ground.db.transaction() as session:
            await import_folder(session, ground.clock.now(), [make_article()])
        page = await zhou.page(HOME)
        address = page.split('yk-row-head"><a href="')[1].split('"')[0]
        form = {"owner": str(zhou.id), "review_on": "2026-11-24"}
        assert (await zhou.client.post(f"{address}/care", data=form)).status_code == 303
        for view in ("show=due", "mine=1"):
            assert "周宁负责" in await zhou.page(f"{HOME}?{view}")
        assert (await zhou.client.post(f"{address}/care", data=form | {"review_on": "soon"})).status_code == 422

    async def test_speaks_english_too(self, zhou: Person) -> None:
        address = await begin(zhou)
        for path in (HOME, f"{HOME}/reviews", f"{HOME}/new", address, f"{address}/versions/1", f"{address}/history"):
            page = await zhou.page(path, lang="en")
            assert "Knowledge" in page

    async def test_near_articles_are_shown(self, zhou: Person, ground: Ground) -> None:
        address = await begin(zhou)
        page = await zhou.client.get(f"{version_address(await zhou.page(address))}/near")
        assert "没有内容相近的文章" in page.text


class TestTheFolder:
    async def test_comes_back_as_drafts_nobody_published(self, mei: Person, tan: Person, ground: Ground) -> None:
        async with ground.db.transaction() as session:
            await import_folder(session, ground.clock.now(), [make_article(), make_article(lang="en")])
        packed = (await mei.client.get(f"{HOME}/export")).content
        assert "没有变化" in (await _bring(mei, packed)).text
        folder = {name: content.replace("登录不上怎么办", "进不去怎么办") for name, content in _unzip(packed).items()}
        folder["zh/fix-new.md"] = folder["zh/fix-login.md"]
        answer = await _bring(mei, _zip(folder))
        assert "新建 1 篇，修改 1 篇" in answer.text
        assert await _titles(ground) == ["登录不上怎么办"] * 2
        page = await mei.page(f"{HOME}?show=draft")
        address = page.split('yk-row-head"><a href="')[1].split('"')[0]
        form = {"seen": hidden(await mei.page(address), "seen")}
        await mei.client.post(f"{version_address(await mei.page(address))}/save", data=form)
        assert (await decide(mei, address)).status_code in {403, 409}

    async def test_what_is_no_folder_is_refused(self, mei: Person, zhou: Person) -> None:
        for content in (b"no zip", _zip({"readme.md": "x"}), _zip({"zh/a.md": "---\ntitle: [\n---\n"})):
            assert (await _bring(mei, content)).status_code == 422
        assert (await _bring(zhou, b"")).status_code == 403


async def _bring(person: Person, packed: bytes) -> httpx.Response:
    return await person.client.post(f"{HOME}/import", files={"file": ("a.zip", packed, "application/zip")})


def _unzip(packed: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def _zip(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()
