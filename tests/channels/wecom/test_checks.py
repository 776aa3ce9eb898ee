import pytest
from pydantic import ValidationError

from channels.wecom.checks import check
from channels.wecom.cursors import token_expiries
from channels.wecom.platform import PLATFORM
from channels.wecom.settings import WeComSecrets, WeComSettings
from kit.i18n import translate
from tests.channels.wecom.kf import KFID, Kf, refused
from tests.channels.wecom.office import AES_KEY, Office


async def steps(office: Office) -> dict[str, str]:
    """What each step says, its texts being there in both languages."""
    checked = await check(office.context, await office.account())
    for step in checked:
        assert translate(step.text, "zh", **step.values)
        assert translate(step.text, "en", **step.values)
        assert translate(f"channels.wecom.step.{step.step}", "zh")
    return {
        step.step: f"{'+' if step.ok else '-'}{step.text.removeprefix('channels.wecom.check.')}" for step in checked
    }


class TestCheck:
    async def test_a_good_account(self, office: Office) -> None:
        await office.news()
        assert await steps(office) == {
            "token": "+token.fine",
            "account": "+account.fine",
            "pull": "+pull.fine",
            "servicers": "+servicers.fine",
            "callback": "+callback.fine",
        }

    async def test_a_callback_that_never_came(self, office: Office) -> None:
        assert (await steps(office))["callback"] == "-callback.silent"

    @pytest.mark.parametrize(
        ("code", "text"),
        [(40001, "secret"), (40013, "corp_id"), (60020, "address"), (-1, "failed"), (41234, "failed")],
    )
    async def test_without_a_token_nothing_else_is_tried(self, office: Office, kf: Kf, code: int, text: str) -> None:
        kf.plan.append(("gettoken", refused(code, "no")))
        assert await steps(office) == {"token": f"-token.{text}", "callback": "-callback.silent"}
        assert kf.counts() == {"gettoken": 1}

    async def test_what_was_put_right_need_not_wait(self, office: Office, kf: Kf) -> None:
        kf.plan.append(("gettoken", refused(60020, "not allow to access from your ip")))
        await steps(office)
        assert (await steps(office))["token"] == "+token.fine"

    async def test_an_account_not_managed_by_interface(self, office: Office, kf: Kf) -> None:
        kf.managed = False
        assert (await steps(office))["account"] == "-account.not_managed"

    async def test_an_account_the_application_does_not_see(self, office: Office, kf: Kf) -> None:
        kf.plan.append(("account/list", lambda _request: Kf._ok(account_list=[])))
        assert (await steps(office))["account"] == "-account.missing"

    @pytest.mark.parametrize(("code", "text"), [(95017, "off"), (95011, "in_use"), (48002, "no_right"), (-1, "failed")])
    async def test_messages_that_cannot_be_read(self, office: Office, kf: Kf, code: int, text: str) -> None:
        kf.plan.append(("sync_msg", refused(code, "no")))
        assert (await steps(office))["pull"] == f"-pull.{text}"

    async def test_the_check_takes_nothing_away(self, office: Office, kf: Kf) -> None:
        kf.says("一")
        await steps(office)
        await office.news()
        assert await office.texts() == ["一"]

    async def test_the_health_page_knows_the_tokens_end(self, office: Office) -> None:
        await office.news()
        async with office.ground.db.reading() as session:
            assert set(await token_expiries(session, [KFID, "wkOther"])) == {KFID}


class TestForms:
    @pytest.mark.parametrize(
        ("field", "value", "problem"),
        [
            ("corp_id", "", "corp_id.bad"),
            ("corp_id", "有空 格", "corp_id.bad"),
            ("api_url", "ftp://x", "api_url.bad"),
        ],
    )
    def test_settings_say_what_is_wrong(self, field: str, value: str, problem: str) -> None:
        with pytest.raises(ValidationError) as refusal:
            WeComSettings.model_validate({"corp_id": "ww1", field: value})
        assert [error["type"] for error in refusal.value.errors()] == [f"channels.wecom.{problem}"]

    @pytest.mark.parametrize(
        ("field", "value", "problem"),
        [
            ("secret", "", "secret.bad"),
            ("token", "a b", "token.bad"),
            ("aes_key", "", "aes_key.bad"),
            ("aes_key", AES_KEY[:-1], "aes_key.bad"),
            ("old_aes_key", "x", "aes_key.bad"),
        ],
    )
    def test_secrets_say_what_is_wrong(self, field: str, value: str, problem: str) -> None:
        good = {"secret": "s", "token": "t", "aes_key": AES_KEY}
        with pytest.raises(ValidationError) as refusal:
            WeComSecrets.model_validate({**good, field: value})
        assert [error["type"] for error in refusal.value.errors()] == [f"channels.wecom.{problem}"]

    def test_every_field_has_its_words(self) -> None:
        assert PLATFORM.settings_form is not None
        assert PLATFORM.secrets_form is not None
        for field in [*PLATFORM.settings_form.model_fields, *PLATFORM.secrets_form.model_fields]:
            assert translate(f"channels.wecom.{field}", "zh")
            assert translate(f"channels.wecom.{field}.help", "en")
