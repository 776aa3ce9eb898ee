"""Turns as rows: what the bot remembers, what is said, what it decides."""

from typing import Any

import pytest

from bot.dialogue import decisions as d
from bot.dialogue.decide import decide, needs_search
from bot.dialogue.entities.credit_code import check_character
from bot.dialogue.memory import Draft, Memory, Step
from bot.dialogue.presses import Action, Press, parse_press, press_id
from bot.dialogue.situation import Glimpse, Situation
from bot.dialogue.turn import _EXPECTING
from bot.dialogue.understand import understand
from knowledge.search.calibration import Outcome
from knowledge.search.index import Hit, Result

OPEN = Glimpse(7, is_open=True, awaits_confirmation=False)
CONFIRMING = Glimpse(7, is_open=True, awaits_confirmation=True)
SOLVED = Glimpse(7, is_open=False, awaits_confirmation=False)


def found(outcome: Outcome, *slugs: str) -> Result:
    hits = tuple(Hit(article=slug, score=1.0, phrasing_text="", confidence=0.9) for slug in slugs)
    return Result(outcome, 0.9, hits)


ANSWER = found(Outcome.ANSWER, "a", "b", "c")
CLARIFY = found(Outcome.CLARIFY, "a", "b", "c")
ABSTAIN = found(Outcome.ABSTAIN, "a")


def turn(text: str = "", memory: Memory | None = None, **more: Any) -> tuple[tuple[d.Decision, ...], Memory]:
    remembered = memory or Memory()
    expecting = _EXPECTING.get(remembered.step) if remembered.step else None
    said = understand(text, expecting=expecting)
    decided = decide(Situation(memory=remembered, said=said, **more))
    return decided.decisions, decided.memory


def pressed(action: Action, *values: object, memory: Memory | None = None, **more: Any) -> Any:
    return turn("", memory, press=parse_press(press_id(action, *values)), **more)


def asking(*pending: str, **more: Any) -> Memory:
    draft = Draft(problem="开不了票", pending=pending, **more)
    return Memory(step=Step.FACT, question="开不了票", draft=draft)


ANSWERED = Memory(step=Step.SOLVED, question="开不了票", slug="a", candidates=("b",))
CHOOSING = Memory(step=Step.CHOICE, question="开不了票", candidates=("a", "b", "c"))
OFFERED = Memory(step=Step.OFFER, question="开不了票")
CHECKING = Memory(step=Step.FIXED, ticket_id=7)
RATING = Memory(step=Step.RATING, ticket_id=7)
COMMENTING = Memory(step=Step.COMMENT, ticket_id=7)


@pytest.mark.parametrize(
    ("text", "memory", "more", "expected", "step"),
    [
        # Without a question of ours.
        ("你好", None, {}, (d.Greet(),), None),
        ("谢谢", None, {}, (d.Say("welcome"),), None),
        ("开票系统打不开怎么办", None, {"found": ANSWER}, (d.Answer("a"),), Step.SOLVED),
        ("开票系统打不开怎么办", None, {"found": CLARIFY}, (d.Clarify(("a", "b", "c")),), Step.CHOICE),
        ("附近哪里有川菜", None, {"found": ABSTAIN}, (d.Abstain(),), Step.OFFER),
        ("发票限额怎么提高", None, {"found": ABSTAIN, "ticket": OPEN}, (d.AddToTicket(),), None),
        ("我要投诉你们", None, {"found": CLARIFY}, (d.Say("calm", ("ticket", "person")),), Step.OFFER),
        ("7", None, {"found": CLARIFY}, (d.Say("say_more", ("person",)),), None),
        ("我的工单到哪一步了", None, {}, (d.ShowStatus(),), None),
        ("yp 261124 0042 处理好了吗", None, {}, (d.ShowStatus("YP-261124-0042"),), None),
        ("不用了", None, {}, (d.Say("bye"),), None),
        ("😀", None, {}, (d.Say("say_more", ("person",)),), None),
        ("", None, {"has_files": True}, (d.Say("got_file"),), None),
        ("", None, {"has_files": True, "ticket": OPEN}, (d.AddToTicket(),), None),
        # A person, always.
        ("转人工", None, {"ticket": OPEN}, (d.CallPerson(),), None),
        ("人工客服", ANSWERED, {}, (d.OpenTicket(wants_person=True),), None),
        ("human please", asking("region"), {}, (d.OpenTicket(wants_person=True),), None),
        # While staff lead, nothing but keeping it.
        ("转人工", None, {"silent": True, "ticket": OPEN}, (d.AddToTicket(acknowledge=False),), None),
        # Did it help?
        ("解决了", ANSWERED, {}, (d.MarkHelped("a", helped=True), d.Say("glad")), None),
        ("没解决", ANSWERED, {}, (d.MarkHelped("a", helped=False), d.Answer("b", again=True)), Step.SOLVED),
        ("打印偏移了怎么调", ANSWERED, {"found": ANSWER}, (d.Answer("a"),), Step.SOLVED),
        # Which of these?
        ("2", CHOOSING, {}, (d.Answer("b"),), Step.SOLVED),
        ("都不是", CHOOSING, {}, (d.Abstain(tried=True),), Step.OFFER),
        # A ticket?
        ("好的", OFFERED, {}, (d.AskFact("error", first=True),), Step.FACT),
        ("还是不行", OFFERED, {}, (d.AskFact("error", first=True),), Step.FACT),
        ("不用", OFFERED, {}, (d.Say("no_ticket"),), None),
        # Facts.
        ("提示：网络异常", asking("error", "region"), {}, (d.AskFact("region"),), Step.FACT),
        ("北京海淀", asking("region"), {}, (d.OpenTicket(),), None),
        ("跳过", asking("region", "phone"), {}, (d.AskFact("phone"),), Step.FACT),
        ("没有", asking("phone"), {}, (d.OpenTicket(),), None),
        ("重新开始", asking("phone"), {}, (d.Greet(),), None),
        ("稍等", asking("phone"), {}, (d.Say("take_your_time"),), Step.FACT),
        (
            "顺便问下，怎么打印发票？",
            asking("phone"),
            {"found": ANSWER},
            (d.Answer("a", ask=False), d.AskFact("phone")),
            Step.FACT,
        ),
        # Is it fixed?
        ("好了", CHECKING, {"ticket": CONFIRMING}, (d.Confirm(),), None),
        ("没好", CHECKING, {"ticket": CONFIRMING}, (d.Reopen(),), Step.REOPEN_REASON),
        (
            "没好，还是提示上传失败",
            CHECKING,
            {"ticket": CONFIRMING},
            (d.Reopen("没好，还是提示上传失败"),),
            None,
        ),
        ("好了", None, {"ticket": CONFIRMING}, (d.Confirm(),), None),
        ("还是不行", None, {"ticket": SOLVED}, (d.Reopen(),), Step.REOPEN_REASON),
        (
            "重启后又弹窗",
            Memory(step=Step.REOPEN_REASON, ticket_id=7),
            {"ticket": OPEN},
            (d.AddReason("重启后又弹窗"),),
            None,
        ),
        # How was it?
        ("5", RATING, {}, (d.Rate(5, 7),), Step.COMMENT),
        ("1分，根本没解决", RATING, {}, (d.Rate(1, 7),), Step.COMMENT),
        ("10分", RATING, {}, (d.Say("off_the_scale"),), Step.RATING),
        ("不评了", RATING, {}, (d.Say("survey_skipped"),), None),
        ("客服很耐心", COMMENTING, {}, (d.KeepComment("客服很耐心"),), None),
        ("没有了", COMMENTING, {}, (d.Say("survey_done"),), None),
    ],
)
def test_what_is_said(
    text: str, memory: Memory | None, more: dict[str, Any], expected: tuple[d.Decision, ...], step: Step | None
) -> None:
    decisions, after = turn(text, memory, **more)
    assert (decisions, after.step) == (expected, step)


@pytest.mark.parametrize(
    ("action", "values", "memory", "more", "expected"),
    [
        (Action.PERSON, (), ANSWERED, {}, d.OpenTicket(wants_person=True)),
        (Action.ARTICLE, ("b",), CHOOSING, {}, d.Answer("b")),
        (Action.NONE, (), CHOOSING, {}, d.Abstain(tried=True)),
        (Action.TICKET, (), OFFERED, {}, d.AskFact("error", first=True)),
        (Action.TICKET, (), OFFERED, {"ticket": OPEN}, d.AddToTicket()),
        (Action.SKIP, (), asking("region", "phone"), {}, d.AskFact("phone")),
        (Action.SKIP, (), asking("phone"), {}, d.OpenTicket()),
        (Action.BACK, (), asking("phone", asked=("region",)), {}, d.AskFact("region")),
        (Action.WORKS, (7,), None, {"ticket": CONFIRMING}, d.Confirm()),
        (Action.BROKEN, (7,), None, {"ticket": CONFIRMING}, d.Reopen()),
        (Action.BROKEN, (7,), None, {"ticket": SOLVED}, d.Reopen()),
        (Action.BROKEN, (7,), None, {"ticket": OPEN}, d.Say("already_reopened")),
        (Action.WORKS, (8,), None, {"ticket": CONFIRMING}, d.Say("too_late")),
        (Action.WORKS, (7,), None, {"ticket": SOLVED}, d.Say("too_late")),
        (Action.RATE, (4, 7), None, {}, d.Rate(4, 7)),
        (Action.RATE, (9, 7), None, {}, d.Say("too_late")),
        (Action.RATE, ("x", 7), None, {}, d.Say("too_late")),
        (Action.YES, (), None, {}, d.Say("too_late")),
        (Action.SKIP, (), RATING, {}, d.Say("survey_skipped")),
    ],
)
def test_what_is_pressed(
    action: Action, values: tuple[object, ...], memory: Memory | None, more: dict[str, Any], expected: d.Decision
) -> None:
    decisions, _after = pressed(action, *values, memory=memory, **more)
    assert decisions[-1] == expected


class TestDoubts:
    def test_a_wrong_check_character_is_explained_once_and_then_taken_as_it_is(self) -> None:
        body = "91110105MA01ABCD0"
        wrong = body + ("1" if check_character(body) != "1" else "2")
        (first,), memory = turn(wrong, asking("tax_id"))
        assert isinstance(first, d.AskFact)
        assert first.doubt is not None
        decisions, after = turn(wrong, memory)
        assert decisions == (d.OpenTicket(),)
        assert after.draft is not None
        assert after.draft.facts["tax_id"] == wrong

    def test_an_invoice_number_that_cannot_be_right_is_explained_beside_the_answer(self) -> None:
        decisions, _ = turn("发票号码 2411200000012345678 查不到怎么办呢", found=ANSWER)
        assert [type(decision) for decision in decisions] == [d.Explain, d.Answer]


class TestChoices:
    def test_the_title_that_was_picked_is_not_offered_again(self) -> None:
        _, memory = pressed(Action.ARTICLE, "a", memory=CHOOSING)
        decisions, _ = turn("没解决", memory)
        assert decisions == (d.MarkHelped("a", helped=False), d.Answer("b", again=True))

    def test_what_it_is_about_stays_the_first_answers_matter(self) -> None:
        components = {"a": "upload", "b": "platform", "c": "platform"}
        _, memory = turn("离线发票上传不了怎么办", found=ANSWER, components=components)
        for _ in range(3):
            _, memory = turn("没解决", memory, components=components)
        assert memory.draft is not None
        assert memory.draft.component == "upload"


class TestDraft:
    def test_an_error_is_kept_in_the_persons_own_words(self) -> None:
        _, memory = turn("提示：网络异常，错误码 -1001", asking("error", "phone"))
        assert memory.draft is not None
        assert memory.draft.facts["error"] == "提示：网络异常，错误码 -1001"

    def test_what_is_known_is_not_asked_again(self) -> None:
        memory = Memory(step=Step.OFFER, question="开不了票", known={"error": "-1001", "region": "北京"})
        decisions, after = turn("好的", memory)
        assert decisions == (d.AskFact("tax_id", first=True),)
        assert after.draft is not None
        assert after.draft.facts["region"] == "北京"

    def test_facts_named_together_are_all_taken(self) -> None:
        _, after = turn("北京，13800138000", asking("region", "tax_id", "phone"))
        assert after.draft is not None
        assert after.draft.pending == ("tax_id",)

    def test_going_back_forgets_the_answer_given_there(self) -> None:
        _, memory = turn("上海", asking("region", "phone"))
        _, after = pressed(Action.BACK, memory=memory)
        assert after.draft is not None
        assert (after.draft.pending, "region" in after.draft.facts) == (("region", "phone"), False)

    def test_a_ticket_wanted_out_of_the_blue_asks_what_is_wrong_first(self) -> None:
        decisions, _ = pressed(Action.TICKET)
        assert decisions == (d.AskFact("problem", first=True),)


class TestSearch:
    @pytest.mark.parametrize(
        ("text", "more", "expected"),
        [
            ("开票系统打不开怎么办", {}, True),
            ("你好", {}, False),
            ("转人工", {}, False),
            ("开票系统打不开怎么办", {"silent": True}, False),
            ("开票系统打不开怎么办", {"press": Press(Action.PERSON)}, False),
        ],
    )
    def test_the_knowledge_base_is_asked_only_when_it_can_matter(
        self, text: str, more: dict[str, Any], *, expected: bool
    ) -> None:
        assert needs_search(Situation(memory=Memory(), said=understand(text), **more)) is expected


class TestPresses:
    @pytest.mark.parametrize("button", [None, "", "nonsense", "rate", ":", "article", "works:x"])
    def test_no_button_id_breaks_a_turn(self, button: str | None) -> None:
        decisions, _ = turn("x", press=parse_press(button), found=ABSTAIN)
        assert decisions
