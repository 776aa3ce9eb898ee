"""Wishes as rows: what is asked for, what is said besides, what is decided."""

from typing import Any

import pytest

from bot.dialogue import decisions as d
from bot.dialogue.decide import decide, needs_search
from bot.dialogue.memory import Draft, Memory, Step
from bot.dialogue.presses import parse_press
from bot.dialogue.situation import Glimpse, Situation
from bot.dialogue.turn import _EXPECTING
from bot.dialogue.understand import understand
from bot.dialogue.wishes import wishes_of
from knowledge.search.calibration import Outcome
from knowledge.search.index import Hit, Result
from tickets.linking.proofs import Proof, Standing

OPEN = Glimpse(7, is_open=True, awaits_confirmation=False)
ANSWER = Result(Outcome.ANSWER, 0.9, (Hit(article="a", score=1.0, phrasing_text="", confidence=0.9),))
GOOD = Proof(Standing.GOOD, code_id=3, given_in=5)
LINKING = Memory(step=Step.LINK, link_id=4)
UNLINKING = Memory(step=Step.UNLINK, link_id=4)


def situation(
    text: str = "", *commands: tuple[str, str], memory: Memory | None = None, press: str | None = None, **more: Any
) -> Situation:
    said = understand(text)
    wishes = wishes_of(commands, text)
    return Situation(memory=memory or Memory(), said=said, wishes=wishes, press=parse_press(press), **more)


@pytest.mark.parametrize(
    ("commands", "more", "expected"),
    [
        ([("start", "")], {}, (d.Greet(),)),
        ([("status", "")], {}, (d.ShowStatus(),)),
        ([("human", "")], {}, (d.OpenTicket(wants_person=True),)),
        ([("human", "")], {"ticket": OPEN}, (d.CallPerson(),)),
        ([("lang", "en")], {}, (d.SetLanguage("en"),)),
        ([("lang", "")], {}, (d.SetLanguage(),)),
        ([("link", "")], {}, (d.GiveCode(),)),
        ([("link", "7K3M9Q2X")], {"proof": GOOD}, (d.OfferLink(GOOD),)),
        ([("start", "link_7K3M9Q2X")], {"proof": GOOD}, (d.OfferLink(GOOD),)),
        ([("link", "7K3M9Q2X")], {"proof": Proof(Standing.WRONG)}, (d.Say("link_wrong"),)),
        ([("link", "7K3M9Q2X")], {"proof": Proof(Standing.LOCKED)}, (d.Say("link_locked"),)),
        ([("link", "7K3M9Q2X")], {"proof": Proof(Standing.OWN)}, (d.Say("link_own"),)),
        ([("link", "7K3M9Q2X")], {"proof": Proof(Standing.SAME)}, (d.Say("link_same"),)),
        ([("start", ""), ("status", "")], {}, (d.ShowStatus(),)),
        # While staff lead they are left in peace by what is for the bot, and by what is for them.
        ([("start", "")], {"silent": True}, (d.AddToTicket(acknowledge=False),)),
        ([("human", "")], {"silent": True, "ticket": OPEN}, (d.AddToTicket(acknowledge=False),)),
        ([("status", "")], {"silent": True, "ticket": OPEN}, (d.ShowStatus(),)),
        ([("lang", "en")], {"silent": True}, (d.SetLanguage("en"),)),
    ],
)
def test_a_command_alone_is_not_taken_for_wordless(
    commands: list[tuple[str, str]], more: dict[str, Any], expected: tuple[d.Decision, ...]
) -> None:
    assert decide(situation("", *commands, **more)).decisions == expected


class TestWords:
    @pytest.mark.parametrize(
        ("text", "proof", "expected"),
        [
            ("绑定", None, (d.GiveCode(),)),
            ("解除绑定", None, (d.OfferUnlink(),)),
            ("以后都发到微信", None, (d.Prefer("微信"),)),
            ("绑定 7K3M9Q2X", GOOD, (d.OfferLink(GOOD),)),
            ("7K3M9Q2X", GOOD, (d.OfferLink(GOOD),)),
            ("7K3M9Q2X", Proof(Standing.OWN), (d.Say("link_own"),)),
            ("绑定 7K3M9Q2X", Proof(Standing.WRONG), (d.Say("link_wrong"),)),
        ],
    )
    def test_they_mean_what_the_commands_mean(
        self, text: str, proof: Proof | None, expected: tuple[d.Decision, ...]
    ) -> None:
        one = situation(text, proof=proof)
        assert decide(one).decisions == expected
        assert not needs_search(one)

    @pytest.mark.parametrize("standing", [Standing.WRONG, Standing.LOCKED])
    def test_eight_characters_that_are_no_code_are_what_they_were_before(self, standing: Standing) -> None:
        asking = Memory(step=Step.FACT, draft=Draft(problem="开不了票", pending=("error",)))
        turn = decide(situation("7K3M9Q2X", memory=asking, proof=Proof(standing)))
        assert turn.decisions == (d.OpenTicket(),)
        assert turn.memory.draft is not None
        assert turn.memory.draft.facts["error"] == "7K3M9Q2X"


class TestSaidBesides:
    def test_a_question_after_a_start_is_answered_and_the_scene_kept(self) -> None:
        turn = decide(situation("开票系统打不开怎么办", ("start", "shop-7"), found=ANSWER))
        assert (turn.decisions, turn.memory.scene) == ((d.Answer("a"),), "shop-7")

    def test_a_language_is_set_before_the_question_is_answered(self) -> None:
        one = situation("cannot open the client", ("lang", "en"), found=ANSWER)
        assert needs_search(one)
        turn = decide(one)
        assert (turn.decisions, turn.memory.locale) == ((d.SetLanguage("en"), d.Answer("a")), "en")

    def test_what_is_said_with_a_call_for_a_person_is_the_matter_of_the_ticket(self) -> None:
        turn = decide(situation("开票系统打不开怎么办", ("human", ""), found=ANSWER))
        assert turn.decisions == (d.OpenTicket(wants_person=True),)
        assert turn.memory.draft is not None
        assert turn.memory.draft.problem == "开票系统打不开怎么办"

    def test_files_beside_a_command_are_not_lost(self) -> None:
        turn = decide(situation("", ("status", ""), has_files=True, ticket=OPEN))
        assert turn.decisions == (d.ShowStatus(), d.AddToTicket())

    def test_words_beside_a_command_reach_the_staff_who_lead(self) -> None:
        turn = decide(situation("发票号发您了", ("status", ""), silent=True, ticket=OPEN))
        assert turn.decisions == (d.ShowStatus(), d.AddToTicket(acknowledge=False))


class TestStart:
    def test_a_new_start_forgets_the_matter_and_keeps_the_person(self) -> None:
        before = Memory(step=Step.SOLVED, slug="a", known={"region": "北京"}, locale="en", scene="shop-7")
        after = decide(situation("", ("start", ""), memory=before)).memory
        assert after == Memory(known={"region": "北京"}, locale="en", scene="shop-7")

    def test_starting_over_in_words_keeps_the_language_that_was_chosen(self) -> None:
        assert decide(situation("重新开始", memory=Memory(locale="en"))).memory.locale == "en"


@pytest.mark.parametrize(
    ("text", "press", "memory", "expected"),
    [
        ("是的", None, LINKING, d.AcceptLink(4)),
        ("是的，合并", None, LINKING, d.AcceptLink(4)),
        ("合并吧", None, LINKING, d.AcceptLink(4)),
        ("yes", None, LINKING, d.AcceptLink(4)),
        ("Yes, join them", None, LINKING, d.AcceptLink(4)),
        ("不用了", None, LINKING, d.DeclineLink(4)),
        ("不是", None, LINKING, d.DeclineLink(4)),
        ("No, thanks", None, LINKING, d.DeclineLink(4)),
        ("", "link:4", LINKING, d.AcceptLink(4)),
        ("", "link:9", Memory(), d.AcceptLink(9)),
        ("", "link:x", Memory(), d.AcceptLink(None)),
        ("", "no", LINKING, d.DeclineLink(4)),
        ("是的", None, UNLINKING, d.Unlink(4)),
        ("是的，分开", None, UNLINKING, d.Unlink(4)),
        ("Yes, part them", None, UNLINKING, d.Unlink(4)),
        ("不用了", None, UNLINKING, d.Say("still_linked")),
        ("", "unlink:4", UNLINKING, d.Unlink(4)),
        ("", "no", UNLINKING, d.Say("still_linked")),
        ("", "lang:zh", Memory(), d.SetLanguage("zh")),
        ("", "lang:xx", Memory(), d.SetLanguage()),
    ],
)
def test_the_question_is_answered(text: str, press: str | None, memory: Memory, expected: d.Decision) -> None:
    expecting = _EXPECTING[memory.step] if memory.step else None
    said = understand(text, expecting=expecting)
    turn = decide(Situation(memory=memory, said=said, press=parse_press(press)))
    assert (turn.decisions, turn.memory.step) == ((expected,), None)


class TestBesideStaff:
    @pytest.mark.parametrize("press", ["link:4", "unlink:4", "no"])
    def test_the_bots_own_question_can_be_answered(self, press: str) -> None:
        turn = decide(situation("", memory=LINKING, press=press, silent=True))
        assert turn.decisions != (d.AddToTicket(acknowledge=False),)

    def test_other_buttons_wait_for_staff(self) -> None:
        turn = decide(situation("", memory=LINKING, press="person", silent=True))
        assert turn.decisions == (d.AddToTicket(acknowledge=False),)


def test_a_press_on_an_old_question_does_not_end_a_newer_one() -> None:
    asking = Memory(step=Step.FACT, draft=Draft(problem="x", pending=("region",)))
    assert decide(situation("", memory=asking, press="link:4")).memory.step is Step.FACT


def test_a_lost_file_is_not_said_to_have_arrived() -> None:
    assert decide(situation("", has_files=True, files_lost=True)).decisions == (d.Say("file_lost"),)
