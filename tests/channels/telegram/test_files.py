"""Files both ways, to the limits of Telegram."""

from collections.abc import AsyncIterator

import pytest

from channels.errors import DeliveryDelayedError, DeliveryRefusedError
from channels.inbox import MEDIA_DUE, media_queue
from channels.media import Fetcher
from channels.port import Attachment, Media, MediaKind, Outbound
from channels.simulator.faults import Refuse, Unreachable
from channels.telegram.adapter import UPLOAD_LIMIT
from kit.outbox.runner import Runner
from tests.channels.telegram.bot import BOT, OurBot

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
PDF = b"%PDF-1.4 " + b"0" * 40


async def stored(bot: OurBot, content: bytes, name: str) -> Attachment:
    async def chunks() -> AsyncIterator[bytes]:
        yield content

    file = await bot.ground.files.save(chunks(), name=name, limit=UPLOAD_LIMIT)
    return Attachment(id=file.id, name=file.name, mime=file.mime, size=file.size)


async def fetched(bot: OurBot) -> None:
    """Fetch what people have sent."""
    fetcher = Fetcher(
        db=bot.ground.db,
        clock=bot.clock,
        files=bot.ground.files,
        sources={"telegram": bot.channel},
        limit=bot.ground.settings.upload_max_bytes,
    )
    runner = Runner(bot.ground.db, bot.clock, media_queue("telegram"), independent={MEDIA_DUE: fetcher.handle})
    for _ in range(4):
        while await runner.run_once():
            pass
        bot.clock.advance(minutes=11)


class TestIn:
    async def test_a_picture_is_fetched_in_its_largest_size(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        await person.sends("image", PNG, caption="报错了")
        await fetched(bot)
        (message,) = await bot.heard()
        assert message.text == "报错了"
        (file,) = message.attachments
        assert bot.ground.files.path(file["id"]).read_bytes() == PNG
        assert (file["mime"], message.media) == ("image/png", [])

    async def test_a_document_keeps_its_name(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        await person.sends("file", PDF, "11月账单.pdf")
        await fetched(bot)
        (message,) = await bot.heard()
        assert [file["name"] for file in message.attachments] == ["11月账单.pdf"]

    @pytest.mark.parametrize(
        ("kind", "ours"), [("voice", MediaKind.VOICE), ("audio", MediaKind.VOICE), ("video", MediaKind.VIDEO)]
    )
    async def test_each_kind_is_told_apart(self, bot: OurBot, kind: str, ours: MediaKind) -> None:
        person = await bot.platform.person()
        await person.sends(kind, b"OggS0000", "x")
        (message,) = await bot.heard()
        assert [media["kind"] for media in message.media] == [ours]

    async def test_an_animation_is_one_file_and_not_two(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        await person.pushes(animation={"file_id": "a", "file_name": "x.mp4"}, document={"file_id": "a"})
        (message,) = await bot.heard()
        assert [media["kind"] for media in message.media] == [MediaKind.VIDEO]

    async def test_over_twenty_megabytes_telegram_refuses_and_the_name_is_kept(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        await person.sends("file", PDF, "大.pdf", size=21 * 1024 * 1024)
        (message,) = await bot.heard()
        media = Media.model_validate(message.media[0])
        with pytest.raises(DeliveryRefusedError, match="file is too big"):
            await bot.channel.fetch(account=BOT, media=media)
        await fetched(bot)
        (message,) = await bot.heard()
        assert [(file["id"], file["name"]) for file in message.attachments] == [("", "大.pdf")]

    @pytest.mark.parametrize("path", ["getFile", "/file/bot"])
    async def test_what_could_not_be_fetched_now_is_fetched_later(self, bot: OurBot, path: str) -> None:
        person = await bot.platform.person()
        bot.platform.faults.add(path, Unreachable())
        await person.sends("file", PDF, "a.pdf")
        await fetched(bot)
        (message,) = await bot.heard()
        assert [file["name"] for file in message.attachments] == ["a.pdf"]
        assert message.attachments[0]["id"]

    async def test_an_address_that_is_over_is_refused_without_the_token(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        await person.sends("file", PDF, "a.pdf")
        (message,) = await bot.heard()
        open_file = await bot.channel.fetch(account=BOT, media=Media.model_validate(message.media[0]))
        bot.clock.advance(hours=2)
        with pytest.raises((DeliveryRefusedError, DeliveryDelayedError)) as refused:
            _ = [chunk async for chunk in open_file.content]
        assert bot.account.secrets["bot_token"] not in str(refused.value)


class TestOut:
    async def test_a_picture_is_shown_and_a_document_keeps_its_name(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        files = (await stored(bot, PNG, "图.png"), await stored(bot, PDF, "账单.pdf"))
        await bot.say(Outbound(text="请看", attachments=files), to=person)
        await bot.later(seconds=5)
        assert [(one.kind, one.text, one.media) for one in person.inbox] == [
            ("text", "请看", None),
            ("photo", "", PNG),
            ("document", "", PDF),
        ]
        assert person.last.media_name == "账单.pdf"
        assert bot.platform.violations == []

    async def test_what_telegram_takes_for_no_picture_is_sent_as_a_document(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        bot.platform.faults.add("sendPhoto", Refuse(code=400, text="Bad Request: PHOTO_INVALID_DIMENSIONS"))
        await bot.say(Outbound(text="", attachments=(await stored(bot, PNG, "长图.png"),)), to=person)
        await bot.work()
        assert [(one.kind, one.media_name) for one in person.inbox] == [("document", "长图.png")]

    async def test_over_fifty_megabytes_nothing_is_uploaded(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        file = await stored(bot, PDF, "大.pdf")
        big = file.model_copy(update={"size": UPLOAD_LIMIT + 1})
        await bot.say(Outbound(text="", attachments=(big,)), to=person)
        await bot.work()
        (delivery,) = await bot.deliveries()
        assert (delivery.state, delivery.error_code, bot.calls("sendDocument")) == ("failed", "413", 0)

    @pytest.mark.parametrize("missing", ["", "0" * 32])
    async def test_a_file_that_is_gone_is_told_to_staff(self, bot: OurBot, missing: str) -> None:
        person = await bot.platform.person()
        gone = Attachment(id=missing, name="x.pdf", mime="application/pdf", size=1)
        await bot.say(Outbound(text="", attachments=(gone,)), to=person)
        await bot.work()
        (delivery,) = await bot.deliveries()
        assert (delivery.state, delivery.error_code) == ("failed", "file_missing")
