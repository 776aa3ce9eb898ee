"""Setting a bot up: what an administrator may enter, and what the check says and does."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from channels.platform import Checked
from channels.simulator.faults import Refuse, Unreachable
from channels.telegram.checks import check
from channels.telegram.repository import hold_poller, note_trouble
from channels.telegram.settings import API_URL, TelegramSecrets, TelegramSettings, name_of
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.i18n import LOCALES, catalogue
from tests.channels.telegram.bot import BOT, SECRET, TOKEN, OurBot, open_bot


class TestForms:
    def test_a_secret_nobody_entered_is_made(self) -> None:
        first, second = (TelegramSecrets(bot_token=TOKEN).secret_token for _ in range(2))
        assert len(first) >= 32
        assert first != second
        assert TelegramSecrets(bot_token=TOKEN, secret_token="s_-1").secret_token == "s_-1"

    @pytest.mark.parametrize("secret", ["a b", "秘密", "a" * 257, "a/b"])
    def test_telegram_takes_some_secrets_only(self, secret: str) -> None:
        with pytest.raises(ValidationError, match="A-Z"):
            TelegramSecrets(bot_token=TOKEN, secret_token=secret)

    @pytest.mark.parametrize("token", ["", "x", "123456", "abc:" + "a" * 35, "123:short", f"{TOKEN} "[:-3] + "/.."])
    def test_what_is_no_token_is_refused(self, token: str) -> None:
        with pytest.raises(ValidationError):
            TelegramSecrets(bot_token=token)

    def test_the_bots_name_is_in_its_token(self) -> None:
        assert name_of({}, {"bot_token": TOKEN}) == BOT

    @pytest.mark.parametrize(
        ("entered", "kept"), [("", API_URL), ("http://relay.test:8081/", "http://relay.test:8081")]
    )
    def test_another_address_stands_in_for_the_real_one(self, entered: str, kept: str) -> None:
        assert TelegramSettings(api_url=entered).api_url == kept

    @pytest.mark.parametrize("entered", ["relay.test", "ftp://relay.test", "http://", "http://[", "javascript:1"])
    def test_what_is_no_address_is_refused(self, entered: str) -> None:
        with pytest.raises(ValidationError):
            TelegramSettings(api_url=entered)


async def outcome(bot: OurBot) -> dict[str, Checked]:
    """The steps by name; each has its text in every language."""
    steps = await check(bot.context, bot.account)
    for step in steps:
        for locale in LOCALES:
            assert catalogue().translate(step.text, locale, **step.values)
    return {step.step: step for step in steps}


def good(steps: dict[str, Checked]) -> dict[str, bool]:
    return {name: step.ok for name, step in steps.items()}


@pytest.fixture
async def hooked(ground: Ground, clock: FrozenClock) -> Any:
    """A bot whose product has a public address."""
    ground.settings.base_url = "https://desk.test"
    async with open_bot(ground, clock) as bot:
        bot.platform.demands_https = True
        bot.platform.bots[TOKEN].webhook = None
        yield bot


class TestWebhook:
    async def test_everything_is_set_up_and_messages_come_in(self, hooked: OurBot) -> None:
        steps = await outcome(hooked)
        assert good(steps) == dict.fromkeys(["token", "address", "webhook", "arrivals", "commands", "groups"], True)
        webhook = hooked.platform.bots[TOKEN].webhook
        assert webhook is not None
        assert (webhook.url, webhook.secret_token) == (hooked.hook, SECRET)
        assert [one["command"] for one in hooked.platform.bots[TOKEN].commands[""]] == [
            "start",
            "status",
            "human",
            "lang",
            "link",
        ]
        person = await hooked.platform.person()
        await person.says("在吗")
        assert await hooked.texts() == ["在吗"]

    @pytest.mark.parametrize("base", ["http://desk.test", "https://desk.test:9443", "https://desk.test:x"])
    async def test_an_address_telegram_would_not_call_is_told_before_it_is_asked(
        self, hooked: OurBot, base: str
    ) -> None:
        hooked.ground.settings.base_url = base
        steps = await outcome(hooked)
        assert not steps["address"].ok
        assert ("webhook" in steps, hooked.calls("setWebhook")) == (False, 0)

    async def test_what_telegram_could_not_deliver_lately_is_told_in_its_words(self, hooked: OurBot) -> None:
        await outcome(hooked)
        hook = hooked.platform.bots[TOKEN].webhook
        assert hook is not None
        hook.last_error, hook.last_error_at = "SSL error {self signed}", hooked.clock.now()
        hooked.clock.advance(minutes=5)
        api_says = (await outcome(hooked))["arrivals"]
        # Setting the same webhook again may make Telegram forget; what it still says is shown.
        assert api_says.ok or api_says.said == "SSL error {self signed}"

    async def test_a_refusal_is_shown_in_telegrams_words(self, hooked: OurBot) -> None:
        words = "Bad Request: bad webhook: Failed to resolve host: Name or service not known"
        hooked.platform.faults.add("setWebhook", Refuse(code=400, text=words))
        step = (await outcome(hooked))["webhook"]
        assert (step.ok, step.said) == (False, words)


class TestToken:
    @pytest.mark.parametrize("fault", [Refuse(code=401, text="Unauthorized"), Unreachable()])
    async def test_without_a_good_token_nothing_else_is_tried(self, bot: OurBot, fault: Refuse | Unreachable) -> None:
        bot.platform.faults.add("getMe", fault)
        steps = await outcome(bot)
        assert good(steps) == {"token": False}
        assert steps["token"].said


class TestPolling:
    async def test_no_address_is_needed(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_bot(ground, clock, mode="polling") as bot:
            steps = await outcome(bot)
            assert good(steps) == dict.fromkeys(["token", "polling", "commands", "groups"], True)
            assert bot.calls("setWebhook") == 0

    async def test_what_went_wrong_is_shown(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_bot(ground, clock, mode="polling") as bot:
            async with ground.db.transaction() as session:
                lease = timedelta(seconds=9)
                await hold_poller(session, clock.now(), account=BOT, holder="x", lease=lease, numbers_last=lease)
                await note_trouble(session, account=BOT, trouble="409: Conflict: other getUpdates request")
            step = (await outcome(bot))["polling"]
            assert (step.ok, "Conflict" in step.said) == (False, True)


async def test_a_bot_that_hears_everything_in_groups_is_told(bot: OurBot) -> None:
    bot.platform.bots[TOKEN].privacy = False
    assert not (await outcome(bot))["groups"].ok


async def test_a_menu_that_could_not_be_set_is_told_and_stops_nothing(bot: OurBot) -> None:
    bot.platform.faults.add("setMyCommands", Refuse(code=400, text="Bad Request: BOT_COMMAND_INVALID"))
    steps = await outcome(bot)
    assert (steps["commands"].ok, steps["groups"].ok) == (False, True)
