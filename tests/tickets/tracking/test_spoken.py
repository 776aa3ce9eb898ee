import pytest

from tickets.tracking.spoken import lookup_digits, phone_digits, ticket_number


@pytest.mark.parametrize(
    "typed",
    [
        "YP-261124-0042",
        "yp-261124-0042",
        " yp 261124 0042 ",
        "YP2611240042",
        "ＹＰ－２６１１２４－００４２",
        "yp—261124—42",
        "261124-0042",
        "YP-26ll24-OO42",
        "yp二六幺幺二四零零四二",
        "YP_261124_00042",
    ],
)
def test_a_number_is_understood_however_it_is_written(typed: str) -> None:
    assert ticket_number(typed) == "YP-261124-0042"


@pytest.mark.parametrize("typed", ["", "YP", "YP-2611", "13800001234567890", "YP-261124-0042 please", "票 261124"])
def test_anything_else_is_no_number(typed: str) -> None:
    assert ticket_number(typed) is None


def test_a_number_past_9999_keeps_its_digits() -> None:
    assert ticket_number("yp 261124 12345") == "YP-261124-12345"


@pytest.mark.parametrize("typed", ["13800001234", "+86 138-0000-1234", "008613800001234", "１３８００００１２３４"])
def test_a_phone_number_is_compared_without_its_country(typed: str) -> None:
    assert phone_digits(typed) == "13800001234"


@pytest.mark.parametrize("typed", ["", "12345", "li@example.com"])
def test_too_few_digits_are_no_phone_number(typed: str) -> None:
    assert phone_digits(typed) is None


def test_a_code_may_be_grouped() -> None:
    assert lookup_digits(" 123 456 ") == "123456"
