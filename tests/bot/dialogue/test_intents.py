"""What people want, told from what they wrote and what they were asked."""

import tomllib
from pathlib import Path

import pytest

from bot.dialogue.intents import Expecting, Intent, classify, read

UTTERANCES: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("utterances.toml").read_text(encoding="utf8")
)


def table(name: str) -> list[tuple[str, Intent]]:
    return [(text, Intent(intent)) for intent, texts in UTTERANCES[name].items() for text in texts]


@pytest.mark.parametrize(("text", "intent"), table("unasked"))
def test_unasked(text: str, intent: Intent) -> None:
    assert classify(text) is intent


@pytest.mark.parametrize(
    ("expecting", "text", "intent"),
    [(expecting, *row) for expecting in Expecting for row in table(expecting)],
)
def test_the_question_decides(expecting: Expecting, text: str, intent: Intent) -> None:
    assert classify(text, expecting=expecting) is intent


@pytest.mark.parametrize(("text", "intent"), table("turns"))
def test_the_strongest_of_several_lines_wins(text: str, intent: Intent) -> None:
    assert classify(text) is intent


@pytest.mark.parametrize("expecting", [None, *Expecting])
@pytest.mark.parametrize("text", UTTERANCES["unasked"]["wants_person"])
def test_a_person_is_got_whatever_was_asked(text: str, expecting: Expecting | None) -> None:
    assert classify(text, expecting=expecting) is Intent.WANTS_PERSON


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("五星", 5),
        ("5分", 5),
        ("很满意", 5),
        ("非常满意", 5),
        ("满意", 4),
        ("一般", 3),
        ("不满意", 2),
        ("很不满意", 1),
        ("非常不满意", 1),
        ("不太满意", 2),
        ("⭐⭐⭐", 3),
        ("★★★★☆", 4),
        ("five stars", 5),
        ("very bad", 1),
        ("not bad", 3),
        ("3 out of 5", 3),
        ("2/5", 2),
        ("４", 4),
        ("4️⃣", 4),
        ("给四分", 4),
        ("两星", 2),
        ("5，服务很好", 5),
        ("very dissatisfied", 1),
        ("不太好", 2),
        ("10分", None),
        ("0", None),
        ("6", None),
        ("4.5", None),
        ("⭐⭐⭐⭐⭐⭐", None),
        ("1分 根本没解决", 1),
        ("满意，但是还是开不了票", 4),
    ],
)
def test_a_rating_is_read_when_asked_for(text: str, value: int | None) -> None:
    assert read(text, expecting=Expecting.RATING).rating == value


@pytest.mark.parametrize(
    "text", ["5", "五", "很满意", "等了5分钟", "3个发票", "一般纳税人怎么开票", "⭐", "打5分钟电话了", "满意"]
)
def test_no_rating_without_being_asked(text: str) -> None:
    reading = read(text)
    assert reading.rating is None
    assert reading.intent is not Intent.RATING


def test_weaker_intents_are_kept() -> None:
    reading = read("好的谢谢\n请问怎么红冲\n转人工")
    assert reading.intent is Intent.WANTS_PERSON
    assert {Intent.QUESTION, Intent.THANKS} <= set(reading.also)


def test_a_lone_surrogate_says_nothing() -> None:
    assert classify("\ud800") is Intent.UNKNOWN


def test_words_of_a_program_are_not_the_words_of_the_person() -> None:
    assert classify("系统提示“请转人工处理”，怎么处理") is not Intent.WANTS_PERSON
    assert classify("提示请联系客服") is not Intent.WANTS_PERSON


def test_there_are_enough_utterances() -> None:
    assert sum(len(table(name)) for name in UTTERANCES) >= 150
