"""Whether what two contacts told us can be one person's."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tickets.contacts.models import Contact
from tickets.linking.conflicts import conflicts


def person(**facts: Any) -> Contact:
    return Contact(created_at=datetime(2026, 11, 24, tzinfo=UTC), **facts)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({}, {}, []),
        ({"phone": "13800138000"}, {}, []),
        ({"phone": "13800138000"}, {"phone": "+86 138-0013-8000"}, []),
        ({"phone": "13800138000"}, {"phone": "００８６１３８００１３８０００"}, []),
        ({"phone": "13800138000"}, {"phone": "13800138001"}, ["phone"]),
        ({"phone": "+1 202 555 0100"}, {"phone": "202 555 0100"}, ["phone"]),
        ({"email": "Wang@Example.CN"}, {"email": "wang@example.cn "}, []),
        ({"email": "wang@example.cn"}, {"email": "li@example.cn"}, ["email"]),
        ({"tax_id": "91110105ma01abcd0x"}, {"tax_id": "91110105 MA01 ABCD 0X"}, []),
        ({"tax_id": "91110105MA01ABCD0X"}, {"tax_id": "91110105MA01ABCD1X"}, ["tax_id"]),
        ({"name": "李", "region": "北京"}, {"name": "王", "region": "上海"}, []),
        (
            {"phone": "13800138000", "tax_id": "91110105MA01ABCD0X"},
            {"phone": "13800138001", "tax_id": "91110105MA01ABCD1X"},
            ["tax_id", "phone"],
        ),
    ],
)
def test_only_strong_facts_that_really_differ_stand_against_it(
    one: dict[str, str], other: dict[str, str], expected: list[str]
) -> None:
    assert conflicts(person(**one), person(**other)) == expected
    assert conflicts(person(**other), person(**one)) == expected
