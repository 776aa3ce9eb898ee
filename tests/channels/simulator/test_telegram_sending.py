"""What the simulated Telegram takes from a bot, and in which words it refuses the rest."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from channels.simulator.faults import Garbage, Refuse
from kit.clock import FrozenClock
from tests.channels.simulator.telegram import Api, open_telegram

PNG = b"\x89PNG\r\n\x1a\n0000"


@pytest.fixture
async def api(clock: FrozenClock) -> AsyncIterator[Api]:
    async with open_telegram(clock) as opened:
        yield opened


def keyboard(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[button]]}


class TestText:
    async def test_a_message_appears_without_its_tags(self, api: Api) -> None:
        person = await api.platform.person()
        sent = await api.does("sendMessage", chat_id=person.id, text="<b>好</b> &lt;1&gt;", parse_mode="HTML")
        assert (sent["text"], person.texts) == ("好 <1>", ["好 <1>"])
        assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 1}]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("<x>a</x>", 'Unsupported start tag "x" at byte offset 0'),
            ("好<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
            ("好</b>", "Unexpected end tag at byte offset 3"),
            ("<b><i>a</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
            ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
            ("a <b", "Unclosed start tag at byte offset 2"),
            ('<span class="x">a</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ],
    )
    async def test_wrong_markup_is_refused_in_telegrams_words(self, api: Api, text: str, words: str) -> None:
        person = await api.platform.person()
        said = await api.refused("sendMessage", chat_id=person.id, text=text, parse_mode="HTML")
        assert said == f"Bad Request: can't parse entities: {words}"
        assert person.texts == []
        await api.does("sendMessage", chat_id=person.id, text=text)

    async def test_length_is_counted_in_utf16_after_the_tags(self, api: Api) -> None:
        person = await api.platform.person()
        await api.does("sendMessage", chat_id=person.id, text=f"<b>{'🧾' * 2048}</b>", parse_mode="HTML")
        assert (
            await api.refused("sendMessage", chat_id=person.id, text="🧾" * 2049) == "Bad Request: message is too long"
        )
        assert len(api.platform.violations) == 1

    @pytest.mark.parametrize("text", ["", " \n ", "<b></b>"])
    async def test_nothing_cannot_be_said(self, api: Api, text: str) -> None:
        person = await api.platform.person()
        said = await api.refused("sendMessage", chat_id=person.id, text=text, parse_mode="HTML")
        assert said == "Bad Request: message text is empty"

    async def test_nobody_is_written_to_who_has_not_begun(self, api: Api) -> None:
        stranger = api.platform.stranger("wang")
        assert "can't initiate" in await api.refused("sendMessage", chat_id=stranger.id, text="您好")
        assert await api.refused("sendMessage", chat_id=99, text="您好") == "Bad Request: chat not found"
        await stranger.follows()
        await api.does("sendMessage", chat_id=stranger.id, text="您好")


class TestButtons:
    async def test_a_press_comes_back_and_turns_until_it_is_answered(self, api: Api) -> None:
        person = await api.platform.person()
        markup = keyboard(text="没解决", callback_data="n1")
        sent = await api.does("sendMessage", chat_id=person.id, text="解决了吗？", reply_markup=markup)
        assert person.last.buttons == ["没解决"]
        await person.presses("没解决")
        query = api.hook.last
        assert (query["data"], query["message"]["message_id"]) == ("n1", sent["message_id"])
        assert len(api.platform.unanswered) == 1
        await api.does("answerCallbackQuery", callback_query_id=query["id"], text="记下了")
        assert api.platform.unanswered == []
        assert person.notice == "记下了"
        await api.does("editMessageReplyMarkup", chat_id=person.id, message_id=sent["message_id"])
        with pytest.raises(LookupError):
            await person.presses("没解决")

    async def test_a_query_that_is_too_old_is_refused(self, api: Api) -> None:
        person = await api.platform.person()
        markup = keyboard(text="好", callback_data="y")
        await api.does("sendMessage", chat_id=person.id, text="?", reply_markup=markup)
        await person.presses("好")
        api.clock.advance(hours=1)
        assert "too old" in await api.refused("answerCallbackQuery", callback_query_id=api.hook.last["id"])

    async def test_a_button_that_opens_a_page_tells_the_bot_nothing(self, api: Api) -> None:
        person = await api.platform.person()
        markup = keyboard(text="帮助", url="https://desk.test/help")
        await api.does("sendMessage", chat_id=person.id, text="看这里", reply_markup=markup)
        assert await person.presses("帮助") == "https://desk.test/help"
        assert api.hook.got == []

    @pytest.mark.parametrize(
        "button",
        [
            {"text": "好", "callback_data": "数" * 22},
            {"text": "", "callback_data": "a"},
            {"text": "好"},
            {"text": "好", "url": "desk.test"},
        ],
        ids=str,
    )
    async def test_a_wrong_button_is_refused(self, api: Api, button: dict[str, str]) -> None:
        person = await api.platform.person()
        markup = keyboard(**button)
        assert await api.refused("sendMessage", chat_id=person.id, text="?", reply_markup=markup)
        assert len(api.platform.violations) == 1

    async def test_an_edit_that_changes_nothing_is_refused(self, api: Api) -> None:
        person = await api.platform.person()
        sent = await api.does("sendMessage", chat_id=person.id, text="?")
        message = {"chat_id": person.id, "message_id": sent["message_id"]}
        assert "not modified" in await api.refused("editMessageReplyMarkup", **message)


class TestPace:
    async def test_one_message_a_second_to_one_chat(self, api: Api) -> None:
        person = await api.platform.person()
        await api.does("sendMessage", chat_id=person.id, text="一")
        body = await api.call("sendMessage", chat_id=person.id, text="二")
        assert (body["error_code"], body["parameters"]) == (429, {"retry_after": 1})
        api.clock.advance(seconds=1)
        await api.does("sendMessage", chat_id=person.id, text="二")
        assert [one.code for one in api.platform.violations] == [429]

    async def test_thirty_a_second_to_all(self, api: Api) -> None:
        people = [await api.platform.person(f"p{number}") for number in range(31)]
        for person in people[:30]:
            await api.does("sendMessage", chat_id=person.id, text="通知")
        assert "Too Many Requests" in await api.refused("sendMessage", chat_id=people[30].id, text="通知")
        api.clock.advance(seconds=1)
        await api.does("sendMessage", chat_id=people[30].id, text="通知")

    async def test_twenty_a_minute_to_one_group(self, api: Api) -> None:
        group = await api.platform.group("财务部", by=await api.platform.person())
        for _ in range(20):
            await api.does("sendMessage", chat_id=group.address, text="您好")
            api.clock.advance(seconds=1)
        body = await api.call("sendMessage", chat_id=group.address, text="您好")
        assert body["parameters"]["retry_after"] > 30

    async def test_who_was_told_to_wait_has_to_wait(self, api: Api) -> None:
        person = await api.platform.person()
        api.platform.faults.add("sendMessage", Refuse(code=429, text="Too Many Requests: retry after 9", retry_after=9))
        await api.refused("sendMessage", chat_id=person.id, text="一")
        assert api.platform.violations == []
        api.clock.advance(seconds=8)
        await api.refused("sendMessage", chat_id=person.id, text="一")
        assert len(api.platform.violations) == 1
        api.clock.advance(seconds=1)
        await api.does("sendMessage", chat_id=person.id, text="一")


class TestFiles:
    @pytest.mark.parametrize(
        ("method", "field", "content"),
        [
            ("sendPhoto", "photo", PNG),
            ("sendDocument", "document", b"%PDF"),
            ("sendVoice", "voice", b"OggS"),
            ("sendVideo", "video", b"0000ftyp"),
            ("sendAudio", "audio", b"ID3"),
        ],
    )
    async def test_a_file_reaches_the_person(self, api: Api, method: str, field: str, content: bytes) -> None:
        person = await api.platform.person()
        sent = await api.does(method, chat_id=person.id, caption="见附件", files={field: ("a.bin", content)})
        assert (person.last.media, person.last.text, person.last.kind) == (content, "见附件", field)
        told = sent[field][-1] if field == "photo" else sent[field]
        api.clock.advance(seconds=1)
        await api.does(method, chat_id=person.id, **{field: told["file_id"]})
        assert person.last.media == content

    async def test_the_name_may_point_to_a_part_of_the_form(self, api: Api) -> None:
        person = await api.platform.person()
        await api.does("sendPhoto", chat_id=person.id, photo="attach://x", files={"x": ("a.png", PNG)})
        assert person.last.media == PNG

    @pytest.mark.parametrize(
        ("method", "field", "content", "caption", "words"),
        [
            ("sendPhoto", "photo", b"no picture", "", "IMAGE_PROCESS_FAILED"),
            ("sendPhoto", "photo", PNG + bytes(10 * 1024 * 1024), "", "too big for a photo"),
            ("sendDocument", "document", b"", "", "file must be non-empty"),
            ("sendDocument", "document", b"a", "长" * 1025, "message caption is too long"),
            ("sendDocument", "document", bytes(50 * 1024 * 1024 + 1), "", "Request Entity Too Large"),
        ],
        ids=["no picture", "large picture", "empty", "caption", "large"],
    )
    async def test_what_cannot_be_taken_is_refused(
        self, api: Api, method: str, field: str, content: bytes, caption: str, words: str
    ) -> None:
        person = await api.platform.person()
        files = {field: ("a", content)}
        assert words in await api.refused(method, chat_id=person.id, caption=caption, files=files)
        assert person.inbox == []


class TestApi:
    async def test_a_wrong_token_is_unauthorized(self, api: Api) -> None:
        assert await api.refused("getMe", token="4321:other") == "Unauthorized"

    async def test_the_bot_knows_itself(self, api: Api) -> None:
        assert (await api.does("getMe"))["id"] == 4321

    async def test_an_unknown_method_is_not_found(self, api: Api) -> None:
        assert await api.refused("sendPigeon") == "Not Found: method not found"

    async def test_commands_are_checked_and_kept(self, api: Api) -> None:
        commands = [{"command": "status", "description": "查进度"}]
        await api.does("setMyCommands", commands=commands, language_code="zh")
        assert await api.does("getMyCommands", language_code="zh") == commands
        wrong = [{"command": "查进度", "description": "查进度"}]
        assert await api.refused("setMyCommands", commands=wrong) == "Bad Request: BOT_COMMAND_INVALID"

    async def test_chat_actions_are_seen(self, api: Api) -> None:
        person = await api.platform.person()
        await api.does("sendChatAction", chat_id=person.id, action="typing")
        assert person.chat.actions == ["typing"]

    async def test_a_gateway_may_answer_in_its_place(self, api: Api) -> None:
        person = await api.platform.person()
        api.platform.faults.add("sendMessage", Garbage())
        answer = await api.http.post(
            "http://api.telegram.org/bot4321:a-token-for-tests/sendMessage", json={"chat_id": person.id, "text": "?"}
        )
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/html")
        assert person.inbox == []

    async def test_the_token_is_not_in_the_log(self, api: Api) -> None:
        await api.does("getMe")
        assert [call.path for call in api.platform.calls] == ["/bot4321/getMe"]
