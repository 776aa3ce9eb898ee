"""What people do at a simulated Telegram as it arrives here: each thing once, and as what it is."""

from typing import Any

import pytest

from channels import inbox
from channels.inbox import mark_handled, unhandled
from channels.port import Button, Outbound
from channels.simulator.faults import Drop, LoseAnswer, Refuse, Twice
from channels.telegram.errands import typing_later
from tests.channels.telegram.bot import BOT, OurBot

CHOICE = Outbound(text="解决了吗？", buttons=(Button(id="yes", label="解决了"), Button(id="no", label="还没有")))


async def answered(bot: OurBot, thread: str) -> list[str]:
    """Somebody answers what the thread has sent; the texts they saw."""
    async with bot.ground.db.transaction() as session:
        messages = await unhandled(session, thread)
        await mark_handled(session, bot.clock.now(), messages)
    return [message.text for message in messages]


class TestMessages:
    async def test_a_message_is_taken_whole(self, bot: OurBot) -> None:
        person = await bot.platform.person(name="小李", language="zh-hans")
        number = await person.says("发票开不出来")
        (message,) = await bot.heard()
        assert (message.channel, message.account, message.address) == ("telegram", BOT, person.address)
        assert (message.text, message.sender_name, message.locale) == ("发票开不出来", "小李", "zh")
        assert message.platform_id == f"m:{person.id}:{number}"
        assert await bot.jobs(inbox.MESSAGE_RECEIVED) == [{"thread": f"telegram:{BOT}:{person.id}"}]

    @pytest.mark.parametrize(("language", "locale"), [("zh-hant", "zh"), ("en-GB", "en"), ("ru", "en"), ("", "zh")])
    async def test_the_language_is_the_one_of_the_persons_telegram(
        self, bot: OurBot, language: str, locale: str
    ) -> None:
        person = await bot.platform.person(language=language)
        await person.says("hello")
        assert [message.locale for message in await bot.heard()] == [locale]

    @pytest.mark.parametrize(
        ("typed", "command", "argument", "text"),
        [
            ("/start", "start", "", ""),
            ("/start kf_4-2", "start", "kf_4-2", ""),
            ("/help", "start", "", ""),
            ("/status", "status", "", ""),
            ("/human@yingpiao_bot 急", "human", "急", ""),
            ("/LANG en", "lang", "en", ""),
            ("/link 83K-2QX", "link", "83K-2QX", ""),
            ("/unknown 1", None, "", "/unknown 1"),
            ("/", None, "", "/"),
            ("1/2", None, "", "1/2"),
        ],
    )
    async def test_commands_are_wishes_and_an_unknown_one_is_text(
        self, bot: OurBot, typed: str, command: str | None, argument: str, text: str
    ) -> None:
        person = await bot.platform.person()
        await person.says(typed)
        (message,) = await bot.heard()
        assert (message.command, message.argument, message.text) == (command, argument, text)

    @pytest.mark.parametrize(
        ("fields", "text"),
        [
            ({"sticker": {"file_id": "s", "emoji": "👍"}}, "👍"),
            ({"dice": {"emoji": "🎲", "value": 3}}, "🎲"),
            ({"poll": {"question": "午饭？", "options": []}}, "午饭？"),
            (
                {"contact": {"phone_number": "+8613812345678", "first_name": "芳", "last_name": "王"}},
                "王 芳 +8613812345678",
            ),
            ({"location": {"latitude": 31.2304, "longitude": 121.4737}}, "📍 31.230400, 121.473700"),
        ],
    )
    async def test_what_is_not_said_in_words_is_put_into_words(
        self, bot: OurBot, fields: dict[str, Any], text: str
    ) -> None:
        person = await bot.platform.person()
        await person.pushes(**fields)
        assert await bot.texts() == [text]

    async def test_a_kind_nobody_knows_yet_is_kept_for_staff(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        await person.pushes(hologram={"depth": 3})
        assert await bot.texts() == []
        (kept,) = await bot.unparsed()
        assert b"hologram" in kept.body

    async def test_a_broken_extra_costs_nothing_else(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        await person.pushes(text="看图", photo="none", sticker={"file_id": 7}, voice=None, location={"latitude": "x"})
        (message,) = await bot.heard()
        assert (message.text, message.media) == ("看图", [])


class TestOnce:
    async def test_a_push_repeated_is_one_message(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        bot.platform.faults.add("/hooks/", Twice())
        await person.says("一")
        bot.platform.faults.add("/hooks/", LoseAnswer())
        await person.says("二")
        await bot.platform.retry()
        assert await bot.texts() == ["一", "二"]

    async def test_a_push_that_never_came_leaves_the_others_alone(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        bot.platform.faults.add("/hooks/", Drop())
        await person.says("丢了")
        await person.says("到了")
        assert await bot.texts() == ["到了"]

    async def test_pushes_that_overtake_one_another_are_read_in_order(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        async with bot.platform.at_once():
            for text in ("我的", "发票", "开不出来"):
                await person.says(text)
        assert sorted(await bot.texts()) == sorted(["我的", "发票", "开不出来"])
        assert await answered(bot, f"telegram:{BOT}:{person.id}") == ["我的", "发票", "开不出来"]

    async def test_what_came_by_push_and_by_polling_is_one_message(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        bot.platform.faults.add("/hooks/", LoseAnswer(), times=3)
        await person.says("一")
        pending = [update.body for update in bot.platform.bots[bot.account.secrets["bot_token"]].pending]
        assert len(pending) == 1
        assert await bot.push(pending[0]) == 200
        assert await bot.texts() == ["一"]


class TestEdits:
    async def test_what_nobody_has_read_yet_reads_as_it_was_meant(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        await person.says("税率3%")
        await person.edits("税率13%")
        assert await bot.texts() == ["税率13%"]

    async def test_what_was_answered_is_told_as_a_change_and_not_as_a_message(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        thread = f"telegram:{BOT}:{person.id}"
        number = await person.says("税率3%")
        assert await answered(bot, thread) == ["税率3%"]
        await person.edits("税率13%")
        change = {"thread": thread, "platform_id": f"m:{person.id}:{number}", "text": "税率13%"}
        assert await bot.jobs("message.revised") == [change]
        assert await answered(bot, thread) == []

    async def test_an_edit_that_changes_no_word_is_nothing(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        await person.says("税率3%")
        await answered(bot, f"telegram:{BOT}:{person.id}")
        await person.edits("税率3%")
        assert await bot.jobs("message.revised") == []

    async def test_an_edit_before_its_message_is_the_message(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        async with bot.platform.at_once():
            number = await person.says("税率3%")
            person.chat.said[number] = {**person.chat.said[number]}
            await person.edits("税率13%", number)
        assert await bot.texts() == ["税率13%"]

    async def test_of_two_edits_the_later_one_counts_however_they_come(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        number = await person.says("一")
        async with bot.platform.at_once():
            for text in ("二", "三"):
                person.chat.said[number] = {**person.chat.said[number]}
                await person.edits(text, number)
        assert await bot.texts() == ["三"]

    async def test_a_live_location_is_told_once(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        number = await person.pushes(location={"latitude": 1.0, "longitude": 2.0, "live_period": 900})
        moved = {**person.chat.said[number], "location": {"latitude": 3.0, "longitude": 4.0}}
        await bot.platform.push(person.bot, "edited_message", moved)
        assert await bot.texts() == ["📍 1.000000, 2.000000"]


class TestPresses:
    async def test_a_press_is_the_button_it_was_and_is_answered(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        await bot.say(CHOICE, to=person)
        await bot.work()
        await person.presses("还没有")
        (message,) = await bot.heard()
        assert (message.button, message.text) == ("no", "还没有")
        assert bot.platform.unanswered != []
        await bot.work()
        assert bot.platform.unanswered == []
        assert (person.last.buttons, person.notice) == (["✓ 还没有"], "")

    async def test_the_choice_that_is_only_shown_does_nothing_when_pressed(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        await bot.say(CHOICE, to=person)
        await bot.work()
        await person.presses("还没有")
        await bot.work()
        await person.presses("✓ 还没有")
        await bot.work()
        assert (len(await bot.heard()), bot.platform.unanswered, person.notice) == (1, [], "")

    async def test_a_nervous_finger_presses_once(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        await bot.say(CHOICE, to=person)
        await bot.work()
        await person.presses("还没有")
        await person.presses("还没有")
        await bot.work()
        assert (len(await bot.heard()), bot.platform.unanswered) == (1, [])

    async def test_an_old_button_says_that_it_is_too_old(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        await bot.say(CHOICE, to=person)
        await bot.work()
        bot.clock.advance(days=30)
        await person.presses("还没有")
        await bot.work()
        assert await bot.heard() == []
        assert person.notice == "这个按钮已经过期了，直接打字告诉我就行。"

    async def test_a_button_works_for_whom_it_was_sent_to_only(self, bot: OurBot) -> None:
        person, other = await bot.platform.person(), await bot.platform.person("wang")
        await bot.say(CHOICE, to=person)
        await bot.work()
        data = person.last.raw["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        query = {"id": "9", "from": other.user, "data": data, "message": {"message_id": 1, "chat": other.chat.head}}
        await bot.push({"update_id": 10**6, "callback_query": query})
        assert await bot.heard() == []

    async def test_a_press_whose_answer_fails_still_counts(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        await bot.say(CHOICE, to=person)
        await bot.work()
        bot.platform.faults.add("answerCallbackQuery", Refuse(code=400, text="Bad Request: query is too old"))
        await person.presses("解决了")
        await bot.work()
        assert [message.button for message in await bot.heard()] == ["yes"]
        assert await bot.jobs("telegram.answer") == []

    async def test_a_repeated_send_keeps_its_buttons(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        for _ in range(2):
            await bot.channel.send(key="k", account=BOT, address=person.address, message=CHOICE)
            bot.clock.advance(seconds=1)
        first, second = (arrived.raw["reply_markup"]["inline_keyboard"] for arrived in person.inbox)
        assert first == second
        await person.presses("解决了")
        assert [message.button for message in await bot.heard()] == ["yes"]


class TestReach:
    async def test_who_blocks_us_is_not_written_to_until_they_take_us_back(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        await person.blocks()
        await bot.say("一", to=person)
        await bot.later(seconds=2)
        (delivery,) = await bot.deliveries()
        assert (delivery.state, delivery.error_code, bot.calls("sendMessage")) == ("failed", "kicked", 0)
        await person.unblocks()
        await bot.say("二", to=person)
        await bot.later(seconds=2)
        assert person.texts == ["二"]

    async def test_a_block_that_arrives_after_it_was_lifted_is_over(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        async with bot.platform.at_once():
            await person.blocks()
            await person.unblocks()
        await bot.say("一", to=person)
        await bot.later(seconds=2)
        assert person.texts == ["一"]

    async def test_typing_is_shown_and_forgotten_when_it_is_late(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        async with bot.ground.db.transaction() as session:
            await typing_later(session, bot.clock.now(), account=BOT, address=person.address)
        await bot.work()
        assert bot.calls("sendChatAction") == 1
        async with bot.ground.db.transaction() as session:
            await typing_later(session, bot.clock.now(), account=BOT, address=person.address)
        bot.clock.advance(seconds=6)
        await bot.work()
        assert bot.calls("sendChatAction") == 1


class TestGroups:
    async def test_a_group_is_sent_to_the_private_chat_once(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        group = await bot.platform.group("财务部", by=person)
        await bot.work()
        assert group.texts == ["我在群里帮不上忙，请私聊我：https://t.me/yingpiao_bot"]
        await group.says(person, "/status")
        await group.says(person, "@yingpiao_bot 在吗")
        await bot.later(seconds=5)
        assert len(group.texts) == 1
        assert await bot.heard() == []

    async def test_a_group_that_only_got_a_new_id_is_not_told_again(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        group = await bot.platform.group("财务部", by=person)
        await bot.work()
        await group.upgrades(person)
        await group.says(person, "/status")
        await bot.later(seconds=5)
        assert group.texts == []

    async def test_a_group_where_we_may_not_speak_is_let_be(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        group = await bot.platform.group("财务部", by=person)
        await group.kicks_bot(person)
        await bot.later(seconds=5)
        assert (group.texts, await bot.jobs("telegram.refuse")) == ([], [])

    async def test_a_refusal_that_could_not_be_sent_is_sent_later(self, bot: OurBot) -> None:
        bot.platform.faults.add("sendMessage", Refuse(code=429, text="Too Many Requests", retry_after=7))
        person = await bot.platform.person()
        group = await bot.platform.group("财务部", by=person)
        await bot.later(seconds=9)
        assert len(group.texts) == 1

    async def test_what_happens_in_channels_and_between_bots_is_not_for_us(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        head = {"id": -100777, "type": "channel", "title": "通知"}
        await bot.platform.push(
            person.bot, "channel_post", {"message_id": 1, "chat": head, "date": 1, "text": "大家好"}
        )
        await person.pushes(**{"text": "我是机器人", "from": {**person.user, "is_bot": True}})
        assert (await bot.heard(), await bot.unparsed()) == ([], [])
