import re
from datetime import timedelta

from sqlmodel import col, select

from kit.audit import AuditEntry
from kit.ground import Ground
from kit.sheets import read_sheet, text_of
from knowledge.labelled.models import LabelledQuestion
from knowledge.models import Question
from knowledge.quality.sheet import SHIPPED
from tests.knowledge.console.editor import HOME, begin, decide, hand_in
from tests.support.answers import answered
from tests.support.console import HTMX, Person

DESK = f"{HOME}/quality"
ALL_YES = {f"mark_{key}": "yes" for key in SHIPPED}


async def drawn(person: Person, size: int = 5, seed: int = 3) -> str:
    """A sample of the last week; its address."""
    today = person.ground.clock.now().date()
    form = {"first": str(today - timedelta(days=7)), "last": str(today), "size": str(size), "seed": str(seed)}
    answer = await person.client.post(DESK, data=form, headers=HTMX)
    assert answer.status_code == 200, answer.text
    return answer.headers["HX-Redirect"]


def talks_on(page: str) -> list[str]:
    return re.findall(rf'href="({DESK}/talks/\d+)"', page)


async def score(person: Person, talk: str, **marks: str) -> str:
    answer = await person.client.post(f"{talk}/score", data={**ALL_YES, **marks}, headers=HTMX)
    assert answer.status_code == 200, answer.text
    return answer.headers["HX-Redirect"]


async def published(zhou: Person, mei: Person, **fields: str) -> str:
    address = await begin(zhou, **fields)
    await hand_in(zhou, address, **fields)
    assert (await decide(mei, address)).status_code == 200
    return address


class TestTheWay:
    async def test_from_the_draw_to_the_figures(self, mei: Person, tan: Person, ground: Ground) -> None:
        await answered(ground, "webchat:site:1", "王会计问打印")
        await answered(ground, "wechat:wx:2", "登录不了", outcome="abstain")
        sample = await drawn(mei)
        page = await mei.page(sample)
        talks = talks_on(page)
        assert len(talks) == 2
        assert "王会计" not in page
        assert await score(mei, talks[0]) == talks[1]
        assert await score(mei, talks[1], mark_right="no") == sample
        assert "梅兰 <strong>100</strong>" in await mei.page(sample)

        theirs = await tan.page(talks[0])
        assert "已有 1 人给这段对话打过分" in theirs
        assert "梅兰 <strong>" not in theirs
        await score(tan, talks[0], mark_right="partly")
        assert "梅兰 <strong>100</strong>" in await tan.page(talks[0])
        await score(tan, talks[1], mark_right="no")
        row = r'答对了</th><td class="yc-num">4</td><td class="yc-num">(\d+)</td>.*?(\d+)%</td><td class="yc-num">(\S+)'
        agreed = re.search(row, await tan.page(sample), re.DOTALL)
        assert agreed
        assert agreed.groups() == ("2", "50", "0.33")
        desk = await mei.page(DESK)
        assert "已评 2 / 2 段" in desk
        assert "微信" in desk

    async def test_what_would_have_answered_is_kept_without_names_and_told_in_the_audit(
        self, zhou: Person, mei: Person, ground: Ground
    ) -> None:
        await published(zhou, mei)
        answer_id = await answered(ground, "webchat:site:1", "王会计的纸卡住了", slug="fix-login")
        [talk] = talks_on(await mei.page(await drawn(mei)))
        right = {"choice": "fix-print", "wording": "先取出卡住的纸"}
        assert (await mei.client.post(f"{talk}/answers/{answer_id}", data=right, headers=HTMX)).status_code == 200
        none = {"choice": "none"}
        unknown = {"choice": "other", "other": "fix-nothing"}
        assert (await mei.client.post(f"{talk}/answers/{answer_id}", data=unknown, headers=HTMX)).status_code == 404
        page = await mei.page(f"{HOME}/labels")
        assert "〔人名〕的纸卡住了" in page
        assert "先取出卡住的纸" in page
        assert (await mei.client.post(f"{talk}/answers/{answer_id}", data=none, headers=HTMX)).status_code == 200
        async with ground.db.reading() as session:
            [label] = (await session.exec(select(LabelledQuestion))).all()
            told = select(AuditEntry).where(AuditEntry.kind == "labelled_question").order_by(col(AuditEntry.id))
            entries = (await session.exec(told)).all()
        assert (label.slug, label.given) == (None, "fix-login")
        assert [(entry.after or {})["right"] for entry in entries] == ["fix-print", None]
        assert (entries[1].before or {})["right"] == "fix-print"

    async def test_an_answer_of_another_talk_is_not_there(self, mei: Person, ground: Ground) -> None:
        await answered(ground, "webchat:site:1")
        [talk] = talks_on(await mei.page(await drawn(mei)))
        other = await answered(ground, "webchat:site:2")
        answer = await mei.client.post(f"{talk}/answers/{other}", data={"choice": "none"}, headers=HTMX)
        assert answer.status_code == 404

    async def test_an_editor_has_no_business_there(self, zhou: Person) -> None:
        for page in (DESK, f"{DESK}/sheet", f"{HOME}/labels", f"{HOME}/fits"):
            assert (await zhou.client.get(page)).status_code == 403


class TestPhrasings:
    async def test_a_question_becomes_a_way_to_ask_once_a_second_person_agrees(
        self, zhou: Person, mei: Person, tan: Person, ground: Ground
    ) -> None:
        await published(zhou, mei)
        answer_id = await answered(ground, "webchat:site:1", "纸卡住了")
        [talk] = talks_on(await mei.page(await drawn(mei)))
        await mei.client.post(f"{talk}/answers/{answer_id}", data={"choice": "fix-print"}, headers=HTMX)
        found = re.search(rf"{HOME}/labels/\d+/phrasing", await mei.page(f"{HOME}/labels"))
        assert found
        handed_in = await mei.client.post(found[0], headers=HTMX)
        address = handed_in.headers["HX-Redirect"]
        assert "纸卡住了" not in await ways_to_ask(ground)
        assert (await decide(mei, address)).status_code == 403
        assert (await mei.client.post(found[0], headers=HTMX)).status_code == 409
        assert (await decide(tan, address)).status_code == 200
        assert {"纸卡住了", "打印不出来"} <= await ways_to_ask(ground)
        assert (await mei.client.post(found[0], headers=HTMX)).status_code == 409


async def ways_to_ask(ground: Ground) -> set[str]:
    async with ground.db.reading() as session:
        return set((await session.exec(select(Question.text))).all())


class TestTheSheet:
    async def test_a_change_counts_for_later_samples_only(self, mei: Person, ground: Ground) -> None:
        await answered(ground, "webchat:site:1")
        before = await drawn(mei)
        form = {"key_0": "right", "zh_0": "答得对不对", "en_0": "Right", "weight_0": "5"}
        form |= {"zh_1": "安全提醒", "weight_1": "2"}
        assert (await mei.client.post(f"{DESK}/sheet", data=form, headers=HTMX)).status_code == 200
        await answered(ground, "webchat:site:2")
        after = await drawn(mei)
        assert "语气合适" in await mei.page(before)
        page = await mei.page(after)
        assert "安全提醒" in page
        assert "语气合适" not in page

    async def test_one_without_weights_is_refused(self, mei: Person) -> None:
        for weight in ("0", "11", "x"):
            form = {"zh_0": "对", "weight_0": weight}
            assert (await mei.client.post(f"{DESK}/sheet", data=form, headers=HTMX)).status_code == 422

    async def test_a_score_needs_every_mark(self, mei: Person, ground: Ground) -> None:
        await answered(ground, "webchat:site:1")
        [talk] = talks_on(await mei.page(await drawn(mei)))
        answer = await mei.client.post(f"{talk}/score", data={"mark_right": "yes"}, headers=HTMX)
        assert answer.status_code == 422


class TestTheTable:
    async def test_an_outside_reviewer_gets_talks_and_marks_and_no_names(
        self, mei: Person, tan: Person, ground: Ground
    ) -> None:
        await answered(ground, "webchat:site:1", "王会计问打印")
        sample = await drawn(mei)
        [talk] = talks_on(await mei.page(sample))
        await score(mei, talk)
        await score(tan, talk, mark_tone="na", remark="=1+1")
        for kind in ("csv", "xlsx"):
            answer = await mei.client.get(f"{sample}/file.{kind}")
            sheet = read_sheet(f"quality.{kind}", answer.content, max_rows=100, max_bytes=10**6)
            rows = [[text_of(cell) for cell in row.cells] for row in sheet.rows]
            assert len(rows) == 2
            assert {"对话内容", "答对了", "总分"} <= set(sheet.headers)
            assert "不涉及" in rows[1]
            assert not any(name in cell for row in rows for cell in row for name in ("王会计", "梅兰", "谭静"))

    async def test_a_talk_nobody_scored_is_in_it_too(self, mei: Person, ground: Ground) -> None:
        await answered(ground, "webchat:site:1")
        answer = await mei.client.get(f"{await drawn(mei)}/file.csv")
        assert len(answer.text.strip().splitlines()) >= 2
