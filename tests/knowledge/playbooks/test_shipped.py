"""The playbooks that come with the product: each is sound, and each can be walked to each of its ends."""

import json

import pytest

from knowledge.playbooks.checking import check_source
from knowledge.playbooks.plans import Choice, Done, Escalate, Input
from knowledge.playbooks.walking import Answered, Step, Walk, answer, back, begin, dumped, here, told
from tests.knowledge.playbooks.walks import FOLDER, KEYS, SOUND, plan_of, surroundings, ways_to_ends

each = pytest.mark.parametrize("key", KEYS)


def typed(words: str) -> Answered:
    works = {"好了": True, "还是不行": False}.get(words)
    found = {check: words for check, sound in SOUND.items() if sound == words}
    return Answered(text=words, works=works, typed=found)


def killed(step: Step, key: str) -> Step:
    """Nothing is left but what was written down."""
    walk = Walk.model_validate(json.loads(json.dumps(dumped(step.walk))))
    return here(plan_of(key), walk) if step.end is None else step


def test_there_are_ten() -> None:
    assert len(KEYS) == 10


@each
def test_is_sound(key: str) -> None:
    assert check_source((FOLDER / f"{key}.yaml").read_text(encoding="utf-8"), surroundings()) == []
    plan = plan_of(key)
    assert plan.key == key
    assert len(plan.nodes) >= 8
    assert plan.articles
    assert all(len(ways) >= 3 for ways in plan.questions.values())


@each
@pytest.mark.parametrize("by", ["button", "words"])
def test_every_answer_leads_to_an_end(key: str, by: str) -> None:
    plan = plan_of(key)
    reached: set[str] = set()
    for way in ways_to_ends(plan):
        step = begin(plan, {})
        for given in way:
            # A fact found out on the way is not asked for again: the walk is further on.
            if step.walk.node != given.node:
                continue
            said = Answered(value=given.value) if by == "button" and given.value else typed(given.words)
            following = answer(plan, killed(step, key).walk, said)
            assert following is not None, given
            assert step.walk.facts.items() <= following.walk.facts.items(), given
            step = following
        assert step.end is not None, way
        reached.add(step.walk.node)
    ends = {name for name, node in plan.nodes.items() if isinstance(node, Done | Escalate)}
    assert reached == ends


@each
def test_each_answer_can_be_taken_back(key: str) -> None:
    plan = plan_of(key)
    for way in ways_to_ends(plan):
        step = begin(plan, {})
        for given in way:
            if step.walk.node != given.node or step.end:
                break
            following = answer(plan, step.walk, Answered(value=given.value) if given.value else typed(given.words))
            assert following is not None
            if following.end is None:
                before = back(plan, killed(following, key).walk)
                assert (before.walk.node, before.walk.facts) == (step.walk.node, step.walk.facts)
                assert before.walk.tried == step.walk.tried
            step = following


@each
def test_choices_are_told_apart_by_place_and_by_words(key: str) -> None:
    plan = plan_of(key)
    for name, node in plan.nodes.items():
        if not isinstance(node, Choice):
            continue
        walk = Walk(key=key, digest=plan.digest, node=name)
        for place, option in enumerate(node.options, 1):
            ways = [str(place), "abcdefghi"[place - 1], *option.label.values(), *option.also]
            for said in ways:
                chosen = answer(plan, walk, Answered(text=said))
                assert chosen is not None, (name, option.key, said)
                wanted = answer(plan, walk, Answered(value=option.key))
                assert wanted is not None
                assert chosen.walk.node == wanted.walk.node, (name, option.key, said)
                assert chosen.walk.facts == wanted.walk.facts, (name, option.key, said)


@each
def test_what_was_found_out_is_told_in_both_languages(key: str) -> None:
    plan = plan_of(key)
    way = max(ways_to_ends(plan), key=len)
    step = begin(plan, {})
    for given in way:
        if step.walk.node == given.node and step.end is None:
            step = answer(plan, step.walk, Answered(value=given.value) if given.value else typed(given.words)) or step
    lines = told(plan, step.walk)
    assert all(label["zh"] and label["en"] and value["zh"] and value["en"] for label, value in lines)


@each
def test_what_is_known_is_not_asked(key: str) -> None:
    plan = plan_of(key)
    asked = {node.fact: name for name, node in plan.nodes.items() if isinstance(node, Input)}
    for fact, name in asked.items():
        way = next(way for way in ways_to_ends(plan) if any(given.node == name for given in way))
        step = begin(plan, {fact: "24312000000123456789"})
        for given in way:
            assert step.walk.node != name
            if step.walk.node == given.node and step.end is None:
                step = answer(plan, step.walk, Answered(value=given.value or "", text=given.words)) or step
