"""What the simulated Telegram tells a bot, and how: by webhook or by getUpdates."""

from collections.abc import AsyncIterator

import pytest

from channels.simulator.faults import Drop, LoseAnswer, Twice
from kit.clock import FrozenClock
from tests.channels.simulator.telegram import HOOK, SECRET, Api, open_telegram


@pytest.fixture
async def api(clock: FrozenClock) -> AsyncIterator[Api]:
    async with open_telegram(clock) as opened:
        yield opened


@pytest.fixture
async def polled(clock: FrozenClock) -> AsyncIterator[Api]:
    async with open_telegram(clock, webhook=False) as opened:
        yield opened


class TestPeople:
    async def test_what_a_person_writes_is_pushed_with_the_secret(self, api: Api) -> None:
        person = await api.platform.person("li", name="小李")
        await person.says("离线发票上传不了")
        (update,) = api.hook.got
        message = update["message"]
        assert api.hook.secrets == [SECRET]
        assert (message["text"], message["chat"]["type"]) == ("离线发票上传不了", "private")
        assert message["from"] == {
            "id": person.id,
            "is_bot": False,
            "first_name": "小李",
            "language_code": "zh-hans",
        }
        assert message["date"] == int(api.clock.now().timestamp())

    async def test_update_and_message_numbers_grow(self, api: Api) -> None:
        person = await api.platform.person()
        numbers = [await person.says(text) for text in ("一", "二")]
        assert numbers[0] < numbers[1]
        assert api.hook.got[0]["update_id"] < api.hook.got[1]["update_id"]

    async def test_a_command_is_marked_as_one(self, api: Api) -> None:
        person = await api.platform.person()
        await person.follows("ticket-7")
        assert api.hook.last["text"] == "/start ticket-7"
        assert api.hook.last["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]

    async def test_an_edit_is_told_as_one(self, api: Api) -> None:
        person = await api.platform.person()
        number = await person.says("离线发飘")
        await person.edits("离线发票")
        assert api.hook.kinds == ["message", "edited_message"]
        assert (api.hook.last["message_id"], api.hook.last["text"]) == (number, "离线发票")
        assert "edit_date" in api.hook.last

    @pytest.mark.parametrize(
        ("kind", "field"), [("image", "photo"), ("voice", "voice"), ("video", "video"), ("file", "document")]
    )
    async def test_a_file_is_fetched_by_its_id(self, api: Api, kind: str, field: str) -> None:
        person = await api.platform.person()
        await person.sends(kind, b"content of the file", "a.pdf", caption="看这个")
        told = api.hook.last[field]
        file_id = (told[-1] if field == "photo" else told)["file_id"]
        found = await api.does("getFile", file_id=file_id)
        address = f"http://api.telegram.org/file/bot4321:a-token-for-tests/{found['file_path']}"
        assert (await api.http.get(address)).content == b"content of the file"
        api.clock.advance(hours=2)
        assert (await api.http.get(address)).status_code == 404

    async def test_a_file_of_more_than_twenty_megabytes_is_not_given(self, api: Api) -> None:
        person = await api.platform.person()
        await person.sends("file", b"-", "big.zip", size=21 * 1024 * 1024)
        words = await api.refused("getFile", file_id=api.hook.last["document"]["file_id"])
        assert words == "Bad Request: file is too big"
        assert len(api.platform.violations) == 1

    async def test_who_blocks_the_bot_is_announced_and_not_reached(self, api: Api) -> None:
        person = await api.platform.person()
        await person.blocks()
        assert api.hook.last["new_chat_member"]["status"] == "kicked"
        assert await api.refused("sendMessage", chat_id=person.id, text="?") == "Forbidden: bot was blocked by the user"
        assert api.platform.violations == []
        await api.refused("sendMessage", chat_id=person.id, text="?")
        assert len(api.platform.violations) == 1
        await person.unblocks()
        assert api.hook.last["new_chat_member"]["status"] == "member"
        await api.does("sendMessage", chat_id=person.id, text="欢迎回来")


class TestGroups:
    async def test_with_privacy_the_bot_hears_only_what_is_meant_for_it(self, api: Api) -> None:
        person = await api.platform.person()
        group = await api.platform.group("财务部", by=person)
        assert api.hook.kinds == ["my_chat_member", "message"]
        await group.says(person, "中午吃什么")
        await group.says(person, "@yingpiao_bot 离线发票上传不了")
        assert len(api.hook.got) == 3

    async def test_a_group_that_moved_says_where_to(self, api: Api) -> None:
        person = await api.platform.person()
        group = await api.platform.group("财务部", by=person)
        old = group.address
        new = await group.upgrades(person)
        assert [update["message"].get("migrate_to_chat_id") for update in api.hook.got[-2:]] == [new, None]
        body = await api.call("sendMessage", chat_id=old, text="您好")
        assert body["parameters"] == {"migrate_to_chat_id": new}
        await api.does("sendMessage", chat_id=new, text="您好")

    async def test_a_bot_that_was_removed_may_not_speak(self, api: Api) -> None:
        person = await api.platform.person()
        group = await api.platform.group("财务部", by=person)
        await group.kicks_bot(person)
        assert "kicked" in await api.refused("sendMessage", chat_id=group.address, text="您好")


class TestWebhook:
    async def test_an_update_comes_again_until_it_is_taken(self, api: Api) -> None:
        api.hook.status = 503
        person = await api.platform.person()
        await person.says("在吗")
        tries = len(api.hook.got)
        assert tries > 1
        info = await api.does("getWebhookInfo")
        assert info["pending_update_count"] == 1
        assert "503" in info["last_error_message"]
        api.hook.status = 200
        await api.platform.retry()
        await api.platform.retry()
        assert len(api.hook.got) == tries + 1
        assert len({update["update_id"] for update in api.hook.got}) == 1

    async def test_an_answer_that_is_lost_brings_the_update_again(self, api: Api) -> None:
        api.platform.faults.add("/hook", LoseAnswer())
        await (await api.platform.person()).says("在吗")
        assert len(api.hook.got) == 2

    async def test_updates_can_be_dropped_and_doubled(self, api: Api) -> None:
        person = await api.platform.person()
        api.platform.faults.add("/hook", Drop())
        await person.says("没到")
        api.platform.faults.add("/hook", Twice())
        await person.says("到了两次")
        assert [update["message"]["text"] for update in api.hook.got] == ["到了两次", "到了两次"]

    async def test_updates_can_come_at_once_and_the_newest_first(self, api: Api) -> None:
        person = await api.platform.person()
        async with api.platform.at_once():
            await person.says("一")
            await person.says("二")
            assert api.hook.got == []
        assert [update["message"]["text"] for update in api.hook.got] == ["二", "一"]

    async def test_what_was_not_asked_for_is_not_told(self, api: Api) -> None:
        await api.does("setWebhook", url=HOOK, allowed_updates=["message"])
        person = await api.platform.person()
        await person.says("一")
        await person.edits("二")
        assert api.hook.kinds == ["message"]

    @pytest.mark.parametrize(
        "wrong", [{"secret_token": "不行"}, {"secret_token": "x" * 257}, {"max_connections": 101}], ids=str
    )
    async def test_what_is_wrong_with_a_webhook_is_said(self, api: Api, wrong: dict[str, object]) -> None:
        assert (await api.refused("setWebhook", url=HOOK, **wrong)).startswith("Bad Request: ")

    async def test_the_real_host_wants_https_on_its_ports(self, api: Api) -> None:
        api.platform.demands_https = True
        assert "HTTPS" in await api.refused("setWebhook", url=HOOK)
        assert "ports" in await api.refused("setWebhook", url="https://desk.test:8080/hook")
        await api.does("setWebhook", url="https://desk.test/hook")

    async def test_pending_updates_are_pushed_to_a_new_webhook_unless_dropped(self, polled: Api) -> None:
        person = await polled.platform.person()
        await person.says("旧的")
        await polled.does("setWebhook", url=HOOK, drop_pending_updates=True)
        assert polled.hook.got == []
        await polled.does("deleteWebhook")
        await person.says("新的")
        await polled.does("setWebhook", url=HOOK)
        assert polled.hook.last["text"] == "新的"


class TestPolling:
    async def test_updates_stay_until_their_number_is_confirmed(self, polled: Api) -> None:
        person = await polled.platform.person()
        await person.says("一")
        await person.says("二")
        first = await polled.does("getUpdates", limit=1)
        again = await polled.does("getUpdates")
        assert first == again[:1]
        rest = await polled.does("getUpdates", offset=first[0]["update_id"] + 1)
        assert [update["message"]["text"] for update in rest] == ["二"]

    async def test_a_poll_waits_for_what_comes(self, polled: Api) -> None:
        person = await polled.platform.person()
        waiting = await polled.waits()
        await person.says("来了")
        assert [update["message"]["text"] for update in (await waiting)["result"]] == ["来了"]

    async def test_a_waiting_poll_is_let_go(self, polled: Api) -> None:
        waiting = await polled.waits()
        polled.platform.release()
        assert (await waiting)["result"] == []

    async def test_of_two_polls_the_older_has_to_go(self, polled: Api) -> None:
        older = await polled.waits()
        assert await polled.does("getUpdates") == []
        assert "terminated by other getUpdates" in (await older)["description"]
        assert len(polled.platform.violations) == 1

    async def test_there_is_no_polling_beside_a_webhook(self, api: Api) -> None:
        body = await api.call("getUpdates")
        assert body["error_code"] == 409
        assert len(api.platform.violations) == 1
        await api.does("deleteWebhook")
        assert await api.does("getUpdates") == []

    async def test_what_nobody_fetched_for_a_day_is_gone(self, polled: Api) -> None:
        await (await polled.platform.person()).says("一")
        polled.clock.advance(hours=25)
        assert await polled.does("getUpdates") == []
