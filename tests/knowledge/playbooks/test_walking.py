"""The walk itself, and what is said of playbooks that cannot be walked, on small ones written for it."""

import pytest

from knowledge.playbooks.checking import Surroundings, check_source
from knowledge.playbooks.plans import Plan
from knowledge.playbooks.reading import read_plan
from knowledge.playbooks.walking import Answered, Walk, answer, back, begin, here, missed, with_digest

AROUND = Surroundings(
    articles={"fix-slow"},
    topics={"login"},
    categories={"login"},
    checks={"number", "invoice_number"},
    known={"client", "error_text"},
)
SMALL = """
key: small
title: {zh: 小, en: Small}
about: {zh: 小, en: small}
topic: login
articles: [fix-slow]
questions: {zh: [带我查], en: [lead me]}
facts:
  where: {label: {zh: 哪里, en: Where}, known: client}
  number: {label: {zh: 号码, en: Number}}
  cause: {label: {zh: 原因, en: Cause}}
start: where
nodes:
  where:
    choice: {zh: 哪里？, en: "Where?"}
    fact: where
    options:
      - {key: web, label: {zh: 网页, en: Web}, to: branch, also: {zh: [电子税务局], en: [site]}}
      - {key: app, label: {zh: 手机, en: Phone}, to: note, set: {cause: phone}}
  branch: {check: where, when: [{in: [web, page], to: number}], otherwise: person}
  note: {set: {cause: app}, to: number}
  number:
    input: {zh: 号码？, en: "Number?"}
    fact: number
    check: number
    to: try
    skip: {label: {zh: 没有, en: None}, to: person}
  try: {say: {zh: 重启, en: Restart}, solved: fixed, else: person}
  person: {escalate: {zh: 交给我们, en: Over to us}, category: login, priority: high}
  fixed: {done: {zh: 好, en: Good}}
"""


def small(source: str = SMALL) -> Plan:
    plan, faults = read_plan(source)
    assert plan is not None
    assert faults == []
    return plan


def go(plan: Plan, walk: Walk, **said: object) -> Walk:
    step = answer(plan, walk, Answered(**said))  # type: ignore[arg-type]  # Each test says what fits.
    assert step is not None
    return step.walk


class TestWalk:
    def test_begins_at_what_is_not_known(self) -> None:
        assert begin(small(), {}).walk.node == "where"
        step = begin(small(), {"where": "北京电子税务局"})
        assert (step.walk.node, step.walk.facts) == ("number", {"where": "web"})
        assert begin(small(), {"where": "微信"}).walk.node == "where"
        assert begin(small(), {"whatever": "x"}).walk.facts == {}

    def test_passes_what_needs_nobody(self) -> None:
        plan = small()
        assert go(plan, begin(plan, {}).walk, value="web").node == "number"
        walk = go(plan, begin(plan, {}).walk, value="app")
        assert (walk.node, walk.facts) == ("number", {"where": "app", "cause": "app"})

    def test_goes_back_to_where_it_was_with_what_was_known(self) -> None:
        plan = small()
        walk = go(plan, begin(plan, {}).walk, value="app")
        walk = go(plan, walk, text="12", typed={"number": "12"})
        walk = back(plan, back(plan, walk).walk).walk
        assert (walk.node, walk.facts, walk.trail) == ("where", {}, ())
        assert back(plan, walk).walk.node == "where"
        assert go(plan, walk, value="web").facts == {"where": "web"}

    def test_what_is_not_understood_changes_nothing(self) -> None:
        plan = small()
        walk = begin(plan, {}).walk
        assert answer(plan, walk, Answered(text="随便聊聊")) is None
        assert answer(plan, walk, Answered(value="gone")) is None
        assert answer(plan, walk, Answered()) is None
        assert missed(missed(walk)).misses == 2
        assert go(plan, missed(walk), value="web").misses == 0

    def test_a_second_try_is_taken_as_it_is(self) -> None:
        plan = small()
        walk = go(plan, begin(plan, {}).walk, value="web")
        assert answer(plan, walk, Answered(text="一二三")) is None
        assert go(plan, missed(walk), text="一二三").facts["number"] == "一二三"

    def test_who_does_not_have_it_goes_round(self) -> None:
        plan = small()
        walk = go(plan, begin(plan, {}).walk, value="web")
        for said in (Answered(skips=True), Answered(value="skip"), Answered(text="没有")):
            step = answer(plan, walk, said)
            assert step is not None
            assert step.walk.node == "person"
            assert step.end is not None

    def test_what_did_not_help_is_remembered(self) -> None:
        plan = small()
        walk = go(plan, begin(plan, {"where": "网页", "number": "1"}).walk, works=False)
        assert walk.tried == ("try",)
        assert back(plan, walk).walk.tried == ()
        assert go(plan, begin(plan, {"where": "网页", "number": "1"}).walk, works=True).tried == ()

    def test_goes_on_where_it_can_when_its_text_is_gone(self) -> None:
        plan = small()
        walk = go(plan, begin(plan, {}).walk, value="web")
        other = small(
            SMALL.replace("  number:\n    input", "  how-many:\n    input").replace("to: number", "to: how-many")
        )
        moved = with_digest(walk, other)
        assert (moved.node, moved.digest) == ("where", other.digest)
        assert here(other, moved).walk == moved
        assert with_digest(walk, plan) == walk


class TestFaults:
    def test_a_sound_one_has_none(self) -> None:
        assert check_source(SMALL, AROUND) == []

    @pytest.mark.parametrize(
        ("before", "after", "what", "node"),
        [
            ("start: where", "start: nowhere", "no_such_node", ""),
            ("to: branch,", "to: gone,", "no_such_node", "where"),
            ("  fixed: {done", "  lost: {done: {zh: 好, en: Good}}\n  fixed: {done", "unreached", "lost"),
            ("else: person}", "else: try}", None, "try"),
            ("solved: fixed, else: person}", "solved: try, else: try}", "no_end", "try"),
            ("set: {cause: app}, to: number", "set: {cause: app}, to: note", "endless", "note"),
            ("otherwise: person", "otherwise: branch", "endless", "branch"),
            ("{zh: 重启, en: Restart}", "{zh: 重启}", "untranslated", "try"),
            ("topic: login", "topic: nothing", "no_such_topic", ""),
            ("[fix-slow]", "[fix-nothing]", "no_such_article", ""),
            ("check: number", "check: horoscope", "no_such_check", "number"),
            ("category: login", "category: sport", "no_such_category", "person"),
            ("priority: high", "priority: extreme", "priority", "person"),
            ("known: client", "known: mood", "no_such_known", ""),
            ("fact: number", "fact: other", "no_such_fact", "number"),
            ("{zh: 网页, en: Web}", "{zh: 一个非常非常非常长的按钮文字, en: Web}", "long_label", "where"),
            ("key: app,", "key: web,", "twice", "where"),
            ("  try: {say", "  try: {sing", "kind", "try"),
            ("to: try\n", "to: try\n    colour: red\n", "unknown_field", "number"),
            ("topic: login\n", "", "missing", ""),
            ("articles: [fix-slow]", "articles: fix-slow", "no_list", ""),
            ("zh: 小, en: Small", "zh: [小], en: Small", "no_text", ""),
            ("  fixed: {done", "  try: {done: {zh: 好, en: Good}}\n  fixed: {done", "twice_named", ""),
        ],
    )
    def test_are_told_with_their_place(self, before: str, after: str, what: str | None, node: str) -> None:
        assert before in SMALL
        source = SMALL.replace(before, after, 1)
        found = [(fault.what, fault.node) for fault in check_source(source, AROUND)]
        if what is None:
            assert found == []
        else:
            assert (what, node) in found

    def test_the_line_is_where_it_stands(self) -> None:
        source = SMALL.replace("to: branch,", "to: gone,", 1)
        (fault,) = [fault for fault in check_source(source, AROUND) if fault.what == "no_such_node"]
        line = source.splitlines()[fault.line - 1]
        assert line.strip().startswith(("choice", "where"))

    @pytest.mark.parametrize(
        "source", ["", "just words", "a: [", "- 1\n- 2", "a: &x [*x]", "nodes: {a: {choice: 1}}", "\x00"]
    )
    def test_whatever_is_written_is_answered(self, source: str) -> None:
        assert check_source(source, AROUND)
