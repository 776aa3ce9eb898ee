import pytest

from kit.masking import mask_address, mask_email, mask_number


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("13812345678", "138••••5678"),
        ("91110108MA01ABCD2X", "911••••CD2X"),
        ("1234567", "1••••••"),
        ("1", "1"),
        ("", ""),
    ],
)
def test_a_number_keeps_its_ends_only_when_it_is_long(value: str, masked: str) -> None:
    assert mask_number(value) == masked


def test_an_email_keeps_its_first_letter_and_domain() -> None:
    assert mask_email("wang.fang@example.cn") == "w•••@example.cn"


@pytest.mark.parametrize(("value", "masked"), [("a@b.cn", "a•••@b.cn"), ("0123456789abcdef", "••abcdef"), ("x", "••x")])
def test_an_address_tells_people_apart(value: str, masked: str) -> None:
    assert mask_address(value) == masked
