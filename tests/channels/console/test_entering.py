import re
from dataclasses import replace
from html import unescape

import pytest
from fastapi import FastAPI

from channels.console.site import ChannelSite
from channels.registry import PLATFORMS
from kit.i18n import LOCALES, Locale, catalogue
from tests.channels.console.office import SECRET, Office
from tests.support.console import Person

HOME = "/console/channels"
NEW = f"{HOME}/new?platform=fake"
FORM = {
    "label": "服务号",
    "name": "gh_1",
    "settings.app_id": "wxabcd",
    "settings.mode": "plain",
    "settings.verified": "1",
    "secrets.app_secret": SECRET,
}


def problem(page: str, field: str) -> str:
    """What is said beside a field, and that the field points to it."""
    found = re.search(rf'id="{re.escape(field)}-problem">(?:<svg.*?</svg>)?(.*?)</p>', page, re.DOTALL)
    if not found:
        return ""
    assert f'aria-describedby="{field}-problem' in page
    return unescape(found[1]).strip()


def value(page: str, field: str) -> str:
    found = re.search(rf'id="{re.escape(field)}"[^>]*? value="(.*?)"', page)
    assert found, field
    return unescape(found[1])


class TestTheForm:
    async def test_begins_with_the_platform(self, admin: Person) -> None:
        assert "platform=fake" in await admin.page(f"{HOME}/new")

    async def test_has_an_input_of_the_right_kind_for_each_field(self, admin: Person) -> None:
        page = await admin.page(NEW)
        assert 'type="text" id="settings.app_id"' in page
        assert '<select class="form-select" id="settings.mode"' in page
        assert '<option value="safe" selected>' in page
        assert 'type="checkbox" id="settings.verified" name="settings.verified" value="1" checked' in page
        assert 'inputmode="decimal" id="settings.wait_s"' in page
        assert '<textarea class="form-control ya-code" id="settings.windows"' in page
        assert 'type="password" id="secrets.app_secret"' in page

    async def test_hides_what_works_as_it_is(self, admin: Person) -> None:
        plain, advanced = (await admin.page(NEW)).split("<details")
        assert "settings.app_id" in plain
        for field in ("settings.wait_s", "settings.api_url", "settings.windows"):
            assert field in advanced
            assert field not in plain
        assert 'placeholder="https://api.example.com"' in advanced
        assert "&#34;quota&#34;: 5" in advanced

    async def test_an_unknown_platform_is_said_to_be_unknown(self, admin: Person) -> None:
        assert (await admin.client.get(f"{HOME}/new?platform=fax")).status_code == 404


class TestEntering:
    async def test_leads_to_the_account_with_its_callback_address(self, office: Office, admin: Person) -> None:
        answer = await admin.client.post(NEW, data=FORM)
        assert answer.status_code == 303
        page = await admin.page(answer.headers["location"])
        account = await office.site.context.accounts.named("fake", "gh_1")
        assert f"http://desk.test/hooks/fake/{account.hook}" in page
        assert account.settings == {"app_id": "wxabcd", "mode": "plain", "verified": True}
        assert account.secrets == {"app_secret": SECRET}

    async def test_is_known_at_once(self, office: Office, admin: Person) -> None:
        assert await office.site.context.accounts.all() == []
        await admin.client.post(NEW, data=FORM)
        assert [one.name for one in await office.site.context.accounts.all()] == ["gh_1"]

    async def test_a_switch_left_off_is_off(self, office: Office, admin: Person) -> None:
        await admin.client.post(NEW, data={**FORM, "settings.verified": ""})
        account = await office.site.context.accounts.named("fake", "gh_1")
        assert account.settings["verified"] is False

    async def test_advanced_rules_are_entered_as_json(self, office: Office, admin: Person) -> None:
        await admin.client.post(NEW, data={**FORM, "settings.windows": '{"scan": {"quota": 3, "hours": 0.1}}'})
        account = await office.site.context.accounts.named("fake", "gh_1")
        assert account.settings["windows"] == {"scan": {"quota": 3, "hours": 0.1}}

    @pytest.mark.parametrize(
        ("field", "typed", "said"),
        [
            ("settings.app_id", "", "请填写这一项。"),
            ("settings.app_id", "gh_1", "格式不对。请到平台后台原样复制，前后不要带空格。"),
            ("settings.mode", "secret", "请从列表里选一个。"),
            ("settings.wait_s", "soon", "请填数字，例如 5 或 0.5。"),
            ("settings.wait_s", "9", "不能大于 4.8。"),
            ("settings.windows", "{", "不是有效的 JSON。请检查引号、逗号和括号，或清空以使用默认值。"),
            ("settings.windows", '{"a": {"quota": "x"}}', "“a.quota”这里不对："),
            ("secrets.app_secret", "", "请填写这一项。"),
            ("secrets.app_secret", "short", "太短了，至少 8 个字符。请检查是不是没有复制完整。"),
            ("secrets.old_key", "ab", "格式不对。请到平台后台原样复制，前后不要带空格。"),
            ("name", "", "请填写这一项。"),
            ("name", "a:b", "不能超过 100 个字符，也不能有冒号。请照平台上显示的原样复制。"),
        ],
    )
    async def test_a_wrong_field_is_told_beside_it(
        self, office: Office, admin: Person, field: str, typed: str, said: str
    ) -> None:
        answer = await admin.client.post(NEW, data={**FORM, field: typed})
        assert answer.status_code == 422
        assert problem(answer.text, field).startswith(said)
        assert "还有 1 处要改" in answer.text
        assert await office.site.context.accounts.all() == []

    async def test_a_wrong_field_loses_nothing_that_was_typed(self, admin: Person) -> None:
        typed = {**FORM, "settings.app_id": 'no "<good>', "settings.windows": '{"scan": {"quota": 3}}'}
        answer = await admin.client.post(NEW, data=typed)
        assert answer.headers["cache-control"] == "no-store"
        for field in ("label", "name", "settings.app_id", "secrets.app_secret"):
            assert value(answer.text, field) == typed[field]
        assert '<option value="plain" selected>' in answer.text
        assert unescape(answer.text).count('{"scan": {"quota": 3}}') == 1

    async def test_every_wrong_field_is_told_at_once(self, admin: Person) -> None:
        answer = await admin.client.post(NEW, data={"settings.mode": "safe"})
        for field in ("name", "settings.app_id", "secrets.app_secret"):
            assert problem(answer.text, field)
        assert "还有 3 处要改" in answer.text

    async def test_the_same_account_twice_is_told_at_its_name(self, office: Office, admin: Person) -> None:
        await office.account()
        answer = await admin.client.post(NEW, data=FORM)
        assert answer.status_code == 422
        assert "已经添加过了" in problem(answer.text, "name")

    async def test_in_english_too(self, admin: Person) -> None:
        admin.client.cookies.set("yp_lang", "en")
        answer = await admin.client.post(NEW, data={**FORM, "settings.app_id": ""})
        assert problem(answer.text, "settings.app_id") == "Please fill this in."


class TestAPlatformThatNamesItsAccounts:
    @pytest.fixture
    def site(self, site: ChannelSite) -> ChannelSite:
        named = replace(site.platforms["fake"], name_of=lambda _settings, secrets: secrets["app_secret"][:9])
        return replace(site, platforms={"fake": named})

    async def test_asks_for_no_name(self, office: Office, admin: Person) -> None:
        assert 'id="name"' not in await admin.page(NEW)
        await admin.client.post(NEW, data={**FORM, "name": ""})
        assert [one.name for one in await office.site.context.accounts.all()] == ["the right"]

    async def test_a_changed_account_stays_the_one_it_was(self, office: Office, admin: Person) -> None:
        account = await office.account(name="the right")
        answer = await admin.client.post(f"{HOME}/{account.id}/edit", data={**FORM, "secrets.app_secret": "of another"})
        assert answer.status_code == 422
        assert "另一个账号（of anothe）" in problem(answer.text, "secrets.app_secret")


class TestChanging:
    async def test_secrets_are_never_shown_again(self, office: Office, admin: Person) -> None:
        account = await office.account()
        for address in (f"{HOME}/{account.id}/edit", f"{HOME}/{account.id}", HOME):
            assert SECRET not in await admin.page(address)
        page = await admin.page(f"{HOME}/{account.id}/edit")
        assert 'placeholder="已保存，留空则不变"' in page
        assert value(page, "settings.app_id") == "wx1234"

    async def test_an_empty_secret_keeps_the_old_one(self, office: Office, admin: Person) -> None:
        account = await office.account()
        answer = await admin.client.post(f"{HOME}/{account.id}/edit", data={**FORM, "secrets.app_secret": ""})
        assert answer.status_code == 303
        changed = await office.site.context.accounts.named("fake", "gh_1")
        assert changed.secrets == {"app_secret": SECRET}
        assert changed.settings["app_id"] == "wxabcd"

    async def test_a_new_secret_replaces_the_old_one(self, office: Office, admin: Person) -> None:
        account = await office.account()
        await admin.client.post(f"{HOME}/{account.id}/edit", data={**FORM, "secrets.app_secret": "a newer secret"})
        assert (await office.site.context.accounts.named("fake", "gh_1")).secrets == {"app_secret": "a newer secret"}

    async def test_an_optional_secret_can_be_forgotten(self, office: Office, admin: Person) -> None:
        account = await office.account()
        edit = f"{HOME}/{account.id}/edit"
        await admin.client.post(edit, data={**FORM, "secrets.old_key": "an old key"})
        assert 'name="drop.old_key"' in await admin.page(edit)
        assert 'name="drop.app_secret"' not in await admin.page(edit)
        await admin.client.post(edit, data={**FORM, "drop.old_key": "1"})
        assert (await office.site.context.accounts.named("fake", "gh_1")).secrets == {"app_secret": SECRET}

    async def test_what_was_put_right_is_tried_at_once(self, office: Office, admin: Person) -> None:
        account = await office.account()
        await office.closed("40164", "invalid ip", broken=True)
        await admin.client.post(f"{HOME}/{account.id}/edit", data=FORM)
        assert "40164" not in await admin.page(f"{HOME}/{account.id}")

    async def test_neither_name_nor_hook_changes(self, office: Office, admin: Person) -> None:
        account = await office.account()
        assert 'id="name"' not in await admin.page(f"{HOME}/{account.id}/edit")
        await admin.client.post(f"{HOME}/{account.id}/edit", data={**FORM, "name": "gh_2"})
        now = await office.account_now(account.id)
        assert (now.name, now.hook) == ("gh_1", account.hook)

    async def test_an_account_that_is_gone_is_said_to_be_gone(self, admin: Person, app: FastAPI) -> None:
        assert (await admin.client.get(f"{HOME}/77/edit")).status_code == 404


@pytest.mark.parametrize("name", [name for name, one in PLATFORMS.items() if one.settings_form])
class TestOurPlatforms:
    @pytest.fixture
    def site(self, site: ChannelSite) -> ChannelSite:
        # All of them, switched on or not.
        offered = {name: replace(one, offered=None) for name, one in PLATFORMS.items()}
        return replace(site, platforms=offered)

    @pytest.mark.parametrize("lang", LOCALES)
    async def test_each_has_its_form(self, admin: Person, name: str, lang: Locale) -> None:
        page = await admin.page(f"{HOME}/new?platform={name}", lang)
        platform = PLATFORMS[name]
        for group, form in (("settings", platform.settings_form), ("secrets", platform.secrets_form)):
            for field in form.model_fields if form else ():
                assert f'name="{group}.{field}"' in page

    async def test_an_empty_form_is_answered_field_by_field(self, admin: Person, name: str) -> None:
        answer = await admin.client.post(f"{HOME}/new?platform={name}", data={})
        assert answer.status_code == 422
        assert "ya-problem" in answer.text

    def test_every_field_has_its_label_in_both_languages(self, name: str) -> None:
        platform = PLATFORMS[name]
        forms = [form for form in (platform.settings_form, platform.secrets_form) if form is not None]
        keys = [f"channels.{name}.{field}" for form in forms for field in form.model_fields]
        texts = catalogue().texts
        assert [key for key in keys if set(texts.get(key, {})) != set(LOCALES)] == []
