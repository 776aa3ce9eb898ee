import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from channels.port import Notice
from channels.sms.templates import (
    KINDS,
    Provider,
    Template,
    UnfitError,
    best,
    candidates,
    check_template,
    fill,
    values_of,
    variables_of,
)

ALIYUN, TENCENT = Provider.ALIYUN, Provider.TENCENT


def template(text: str, kind: str = "answer", locale: str = "zh", **variables: str) -> Template:
    return Template.model_validate(
        {"kind": kind, "code": "SMS_1", "text": text, "locale": locale, "variables": variables}
    )


class TestVariables:
    def test_aliyuns_have_names(self) -> None:
        assert variables_of("${b} ${a} ${b} $c {d}", ALIYUN) == ("b", "a")

    def test_tencents_have_numbers_and_are_passed_in_their_order(self) -> None:
        assert variables_of("{2} {1} {10} {x}", TENCENT) == ("1", "2", "10")


class TestFilling:
    def test_a_variable_may_have_another_name_than_its_value(self) -> None:
        filled = fill(template("工单${code}", code="number"), {"number": "7"}, provider=ALIYUN, longest=35)
        assert (filled.params, filled.text) == ({"code": "7"}, "工单7")

    def test_tencents_values_are_in_order(self) -> None:
        made = template("{2}前答复{1}", **{"1": "number", "2": "time"})
        filled = fill(made, {"number": "7", "time": "15:30"}, provider=TENCENT, longest=35)
        assert list(filled.params.values()) == ["7", "15:30"]
        assert filled.text == "15:30前答复7"

    @pytest.mark.parametrize(
        ("value", "reason"),
        [("", "missing"), ("  ", "missing"), ("x" * 36, "long"), ("【x】", "forbidden"), ("a\nb", "forbidden")],
    )
    def test_what_a_provider_would_refuse_is_not_filled_in(self, value: str, reason: str) -> None:
        with pytest.raises(UnfitError) as unfit:
            fill(template("${number}"), {"number": value}, provider=ALIYUN, longest=35)
        assert (unfit.value.reason, unfit.value.variable) == (f"channels.sms.unfit.{reason}", "number")

    def test_a_value_may_be_just_as_long_as_the_provider_says(self) -> None:
        assert fill(template("${number}"), {"number": "9" * 35}, provider=ALIYUN, longest=35).text == "9" * 35

    @settings(deadline=None)
    @given(st.dictionaries(st.sampled_from(["number", "page", "time", "token"]), st.text(max_size=50)))
    def test_a_value_is_taken_as_it_is_or_not_at_all(self, values: dict[str, str]) -> None:
        made = template("a${number}b${time}c")
        try:
            filled = fill(made, values, provider=ALIYUN, longest=35)
        except UnfitError:
            return
        assert filled.text == f"a{values['number'].strip()}b{values['time'].strip()}c"
        assert all(0 < len(value) <= 35 for value in filled.params.values())

    def test_a_value_that_looks_like_a_variable_stays_what_it_is(self) -> None:
        filled = fill(template("${number}"), {"number": "${time}"}, provider=ALIYUN, longest=35)
        assert filled.text == "${time}"


class TestChoosing:
    def test_the_same_news_in_the_persons_language_comes_first(self) -> None:
        texts = [
            template("a"),
            template("b", "replied"),
            template("c", "replied", "en"),
            template("d", "answer", "en"),
            template("e", "closed", "en"),
        ]
        assert [one.text for one in candidates(texts, "replied", "en")] == ["c", "b", "d", "a"]
        assert [one.text for one in candidates(texts, "replied", "zh")] == ["b", "a"]
        assert [one.text for one in candidates(texts, "answer", "zh")] == ["a"]

    def test_one_that_cannot_be_filled_leaves_it_to_the_next(self) -> None:
        texts = [template("${time}", "promised"), template("${number}", "answer")]
        notice = Notice(kind="promised", values={"number": "7"})
        filled = best(texts, notice, "zh", provider=ALIYUN, longest=35)
        assert filled is not None
        assert filled.text == "7"

    def test_when_none_can_be_filled_the_first_ones_reason_counts(self) -> None:
        texts = [template("${time}", "promised"), template("${page}", "answer")]
        with pytest.raises(UnfitError) as unfit:
            best(texts, Notice(kind="promised", values={"number": "7"}), "zh", provider=ALIYUN, longest=35)
        assert unfit.value.variable == "time"

    def test_when_there_is_none_there_is_no_reason(self) -> None:
        texts = [template("a", "closed")]
        assert best(texts, Notice(kind="promised"), "zh", provider=ALIYUN, longest=35) is None

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_of_news_may_be_a_template(self, kind: str) -> None:
        assert best([template("a", kind)], Notice(kind=kind), "en", provider=ALIYUN, longest=35) is not None


class TestValues:
    @pytest.mark.parametrize(
        ("page", "token"),
        [("https://a.test/t/abc?lang=zh", "abc"), ("https://a.test/t/abc/", "abc"), ("https://a.test/?lang=zh", None)],
    )
    def test_the_end_of_the_page_may_stand_alone(self, page: str, token: str | None) -> None:
        assert values_of(Notice(kind="answer", values={"page": page})).get("token") == token


class TestWhatMayBeEntered:
    @pytest.mark.parametrize(
        ("provider", "made", "what"),
        [
            (ALIYUN, template("您好${name}"), "variable"),
            (ALIYUN, template("您好【应票】"), "text"),
            (ALIYUN, template(""), "text"),
            (ALIYUN, template("字" * 501), "text"),
            (ALIYUN, template("您好", code="number"), "unused"),
            (ALIYUN, template("您好${number}", number="name"), "variable"),
            (TENCENT, template("{1}和{3}", **{"1": "number", "3": "time"}), "order"),
            (TENCENT, template("{0}", **{"0": "number"}), "order"),
            (TENCENT, template("{1}"), "variable"),
        ],
    )
    def test_what_could_never_be_sent_is_refused(self, provider: Provider, made: Template, what: str) -> None:
        with pytest.raises(PydanticCustomError) as wrong:
            check_template(made, provider)
        assert wrong.value.type == f"channels.sms.templates.{what}"

    def test_a_code_is_no_text(self) -> None:
        with pytest.raises(PydanticCustomError):
            check_template(template("a").model_copy(update={"code": "SMS 1"}), ALIYUN)

    @pytest.mark.parametrize("field", ["kind", "locale"])
    def test_unknown_kinds_and_languages_are_refused(self, field: str) -> None:
        with pytest.raises(ValidationError):
            Template.model_validate({"kind": "answer", "code": "1", "text": "a", field: "xx"})
