"""Who asks to be led is led; who only asks is answered."""

import json
from pathlib import Path

import pytest

from bot.dialogue.diagnosing import plan_wanted
from bot.dialogue.memory import Memory
from bot.dialogue.situation import Situation
from bot.dialogue.understand import understand
from tests.knowledge.playbooks.walks import KEYS, plan_of

PLANS = {key: plan_of(key) for key in KEYS}
QUESTIONS = sorted((Path(__file__).parents[2] / "knowledge").glob("questions*.jsonl"))


def wanted(text: str) -> str | None:
    plan = plan_wanted(Situation(memory=Memory(), said=understand(text), plans=PLANS))
    return plan.key if plan else None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("一步步带我查登录问题", "cannot-log-in"),
        ("一步步带我查一下登录问题", "cannot-log-in"),
        ("帮我看看为什么登录总不行", "cannot-log-in"),
        ("walk me through my sign in problem", "cannot-log-in"),
    ],
)
def test_nearly_the_words_are_enough(text: str, key: str) -> None:
    assert wanted(text) == key


def test_a_question_alone_begins_nothing() -> None:
    assert len(QUESTIONS) == 3
    asked = [json.loads(line)["q"] for path in QUESTIONS for line in path.read_text(encoding="utf-8").splitlines()]
    assert [text for text in asked if wanted(text)] == []
