"""Made-up configurations of every kind, as documents."""

from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

_KEY = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}", fullmatch=True)
_LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))
_LINE = st.text(_LETTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
_LINES = st.lists(_LINE, max_size=3).map("\n".join)
_WORDS = st.lists(_LINE, max_size=3)
_SPAN = st.integers(0, 900_000)
_FLAG = st.booleans()
_URGENCY = st.sampled_from(["urgent", "high", "normal", "low"])
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = st.sampled_from(["", "09:00-12:00 13:30-18:00", "00:00-24:00", "08:30-11:00"])
_DATE = st.dates(date(2000, 1, 1), date(2100, 1, 1)).map(str)


def _some(**fields: SearchStrategy[Any]) -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def _of(keys: list[str]) -> SearchStrategy[str]:
    return st.sampled_from(keys)


def _conditions(teams: list[str], categories: list[str]) -> SearchStrategy[dict[str, Any]]:
    return _some(
        words=_WORDS,
        region=_WORDS,
        priority=st.lists(_URGENCY, max_size=2),
        team=st.lists(_of(teams), max_size=2),
        category=st.lists(_of(categories), max_size=2),
        language=st.lists(st.sampled_from(["zh", "en"])),
    )


_NAMES = {"name_zh": _LINE, "name_en": _LINE}
_STEP = st.fixed_dictionaries(
    {
        "clock": st.sampled_from(["first_reply", "next_reply", "resolution"]),
        "at": st.sampled_from(["-30m", "+1h 5m", "80%", "0m"]),
        "do": st.lists(st.sampled_from(["notify team", "raise 1", "assign nobody"]), min_size=1, max_size=2),
    }
)
_TARGETS = _some(first_reply=_SPAN, next_reply=_SPAN, resolution=st.none() | _SPAN)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A whole configuration that is good in itself; its people include the administrator there has to be."""
    logins = ["zhao", *draw(st.lists(_KEY.filter(lambda key: len(key) > 1), max_size=3, unique=True))]
    teams = draw(st.lists(_KEY, min_size=1, max_size=3, unique=True))
    categories = draw(st.lists(_KEY, min_size=1, max_size=4, unique=True))
    calendars = draw(st.lists(_KEY, max_size=2, unique=True))

    def items(keys: list[str], item: SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
        return {key: draw(item) for key in keys}

    def named(**optional: SearchStrategy[Any]) -> SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries(_NAMES, optional=optional)

    few = st.lists(_KEY, max_size=2, unique=True)
    day = st.fixed_dictionaries({"day": _DATE}, optional={"works": _FLAG, "name": _LINE})
    people = st.fixed_dictionaries(
        {"name": _LINE, "role": st.sampled_from(["agent", "supervisor", "editor"])},
        optional={"active": _FLAG, "skills": _WORDS, "languages": _WORDS, "capacity": st.integers(0, 50)},
    )
    return {
        "version": 1,
        "people": items(logins, people) | {"zhao": {"name": "赵敏", "role": "admin"}},
        "teams": items(
            teams,
            named(
                active=_FLAG,
                region=_LINE,
                members=st.lists(_of(logins), max_size=2),
                assigning=st.sampled_from(["by_hand", "by_load"]),
                return_after=_SPAN,
                reopening=st.sampled_from(["reopen", "new", "within"]),
            ),
        ),
        "rota": {teams[0]: {"shifts": draw(st.lists(_shift(logins), max_size=3))}},
        "categories": _tree(
            items(categories, named(team=_of(teams), priority=_URGENCY, skill=_LINE, materials_zh=_LINES))
        ),
        "tags": {key: {} for key in draw(few)},
        "official_days": {"china": {"arrangement": draw(st.lists(day, max_size=3, unique_by=lambda one: one["day"]))}},
        "calendars": items(
            calendars,
            named(
                official=_FLAG,
                own_days=st.lists(day, max_size=3, unique_by=lambda one: str(one["day"])),
            ).flatmap(_with_hours),
        ),
        "policies": items(
            draw(few),
            named(
                position=st.integers(0, 9),
                active=_FLAG,
                conditions=_conditions(teams, categories),
                targets=_some(urgent=_TARGETS, low=_TARGETS),
                pauses=st.lists(st.sampled_from(["waiting", "confirming"])),
                steps=st.lists(_STEP, max_size=3),
                **({"calendar": _of(calendars)} if calendars else {}),
            ),
        ),
        "rules": items(
            draw(few),
            st.fixed_dictionaries(
                {"name": _LINE},
                optional={
                    "position": st.integers(0, 9),
                    "stop": _FLAG,
                    "conditions": _conditions(teams, categories),
                    "actions": _some(team=_of(teams), priority=_URGENCY, tags=_WORDS, assign=_of(logins)),
                },
            ),
        ),
        "macros": items(draw(few), named(actions=st.just([{"do": "priority", "to": "high"}])).map(_with_actions)),
        "replies": items(
            draw(st.lists(_KEY.map(lambda key: key.replace("_", "-")), max_size=2, unique=True)),
            st.fixed_dictionaries({"title_zh": _LINE, "body_zh": _LINE}, optional={"team": _of(teams)}),
        ),
        "rhythm": {"desk": draw(_some(progress_every=_SPAN, survey_quiet_days=st.integers(0, 90)))},
    }


def _with_actions(macro: dict[str, Any]) -> dict[str, Any]:
    return macro | {"actions": [{"do": "priority", "to": "high"}, {"do": "snooze", "hours": 4}]}


def _with_hours(calendar: dict[str, Any]) -> SearchStrategy[dict[str, Any]]:
    week = st.fixed_dictionaries(dict.fromkeys(_WEEK[1:], _HOURS) | {"mon": st.just("09:00-18:00")})
    return week.map(lambda weekly: calendar | {"weekly": weekly})


def _shift(logins: list[str]) -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "person": _of(logins),
            "days": st.lists(st.sampled_from(_WEEK), min_size=1, max_size=3),
            "begins": st.sampled_from(["00:00", "9:00"]),
            "ends": st.sampled_from(["18:00", "24:00"]),
        }
    )


def _tree(categories: dict[str, Any]) -> dict[str, Any]:
    """Each is part of one before it, or of none."""
    keys = list(categories)
    return {
        key: item | ({"parent": keys[place // 2]} if place % 2 else {})
        for place, (key, item) in enumerate(categories.items())
    }
