from collections.abc import AsyncIterator

import httpx
import pytest

from channels.errors import DeliveryDelayedError, DeliveryRefusedError
from channels.inbox import media_queue
from channels.media import Fetcher
from channels.port import Attachment, Media, MediaKind
from channels.wecom.files import kind_of
from channels.wecom.models import WecomMedia
from kit.clock import FrozenClock
from kit.outbox.runner import Runner
from tests.channels.wecom.kf import KFID, Kf, page, refused
from tests.channels.wecom.office import Office

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
#: Half a second of silence: frames of 20 ms in the 4.75 kbit/s mode of AMR.
AMR = b"#!AMR\n" + (b"\x04" + b"\0" * 12) * 25


@pytest.fixture
async def heard(office: Office, kf: Kf) -> Office:
    kf.says("发个图")
    await office.news()
    return office


async def stored(office: Office, content: bytes, name: str = "图.png") -> Attachment:
    async def chunks() -> AsyncIterator[bytes]:
        yield content

    file = await office.ground.files.save(chunks(), name=name, limit=1 << 20)
    return Attachment(id=file.id, name=file.name, mime=file.mime, size=file.size)


class TestOut:
    async def test_a_picture_is_uploaded_and_sent(self, heard: Office, kf: Kf) -> None:
        picture = await stored(heard, PNG)
        assert (await heard.send("", files=(picture,))).state == "sent"
        [body] = kf.customer().inbox
        assert body["msgtype"] == "image"
        kind, content = kf.media[body["image"]["media_id"]]
        assert kind == "image"
        assert PNG in content

    async def test_it_is_uploaded_once_while_the_platform_keeps_it(
        self, heard: Office, kf: Kf, clock: FrozenClock
    ) -> None:
        picture = await stored(heard, PNG)
        await heard.send("", files=(picture,))
        clock.advance(hours=47)
        await heard.send("", files=(picture,))
        assert kf.counts()["media/upload"] == 1
        clock.advance(hours=14)
        kf.says("再发一次")
        await heard.news()
        await heard.send("", files=(picture,))
        assert kf.counts()["media/upload"] == 2
        assert len(await heard.rows(WecomMedia)) == 1

    async def test_one_that_the_platform_has_lost_is_uploaded_again(self, heard: Office, kf: Kf) -> None:
        picture = await stored(heard, PNG)
        await heard.send("", files=(picture,))
        kf.plan.append(("send_msg", refused(40007, "invalid media_id")))
        assert (await heard.send("", files=(picture,), key="again")).state == "sent"
        assert kf.counts()["media/upload"] == 2

    async def test_a_file_that_is_gone_is_refused(self, heard: Office) -> None:
        gone = Attachment(id="0" * 32, name="x.png", mime="image/png", size=99)
        delivery = await heard.send("", files=(gone,))
        assert (delivery.state, delivery.error_code) == ("failed", "file_gone")

    @pytest.mark.parametrize(
        ("mime", "size", "kind"),
        [
            ("image/png", 1000, "image"),
            ("image/gif", 1000, "file"),
            ("image/jpeg", 11 << 20, "file"),
            ("audio/amr", 1000, "voice"),
            ("audio/mpeg", 1000, "file"),
            ("video/mp4", 1000, "video"),
            ("application/pdf", 19 << 20, "file"),
        ],
    )
    def test_what_cannot_be_shown_goes_as_a_file(self, mime: str, size: int, kind: str) -> None:
        assert kind_of(Attachment(id="1", name="x", mime=mime, size=size)) == kind

    @pytest.mark.parametrize("size", [5, 21 << 20])
    def test_too_small_and_too_large_are_refused(self, size: int) -> None:
        with pytest.raises(DeliveryRefusedError):
            kind_of(Attachment(id="1", name="x", mime="application/pdf", size=size))


class TestIn:
    async def fetched(self, office: Office, media: Media) -> tuple[str, bytes]:
        got = await office.channel.fetch(account=KFID, media=media)
        return got.name, b"".join([chunk async for chunk in got.content])

    async def test_a_picture_lands_in_our_store(self, office: Office, kf: Kf) -> None:
        kf.media["m1"] = ("photo.png", PNG)
        kf.sends("image", {"media_id": "m1"})
        await office.news()
        fetcher = Fetcher(
            db=office.ground.db,
            clock=office.clock,
            files=office.ground.files,
            sources={"wecom": office.channel},
            limit=1 << 20,
        )
        runner = Runner(office.ground.db, office.clock, media_queue("wecom"), independent={"media.due": fetcher.handle})
        await runner.run_once()
        [message] = await office.inbound()
        assert [(file["name"], file["mime"]) for file in message.attachments] == [("photo.png", "image/png")]

    async def test_a_voice_becomes_what_a_browser_plays(self, office: Office, kf: Kf) -> None:
        kf.media["v"] = ("voice.amr", AMR)
        name, content = await self.fetched(office, Media(ref="v", kind=MediaKind.VOICE))
        assert name == "voice.mp3"
        assert content.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"))

    async def test_a_voice_nobody_can_read_is_kept_as_it_came(self, office: Office, kf: Kf) -> None:
        kf.media["v"] = ("voice.amr", b"no voice at all")
        name, content = await self.fetched(office, Media(ref="v", kind=MediaKind.VOICE))
        assert (name, content) == ("voice.amr", b"no voice at all")

    async def test_one_that_is_gone_is_refused(self, office: Office) -> None:
        with pytest.raises(DeliveryRefusedError, match="40007"):
            await self.fetched(office, Media(ref="gone", kind=MediaKind.IMAGE))

    @pytest.mark.parametrize("trouble", [page, refused(-1, "busy")])
    async def test_trouble_is_waited_out(self, office: Office, kf: Kf, trouble: object) -> None:
        kf.media["m"] = ("x.png", PNG)
        kf.plan.append(("media/get", trouble))  # type: ignore[arg-type]  # One of the outcomes above.
        with pytest.raises(DeliveryDelayedError):
            await self.fetched(office, Media(ref="m", kind=MediaKind.IMAGE))
        assert await self.fetched(office, Media(ref="m", kind=MediaKind.IMAGE)) == ("x.png", PNG)

    async def test_a_revoked_token_is_replaced_here_too(self, office: Office, kf: Kf) -> None:
        kf.media["m"] = ("x.png", PNG)
        kf.plan.append(
            ("media/get", lambda _request: httpx.Response(200, json={"errcode": 42001, "errmsg": "expired"}))
        )
        assert (await self.fetched(office, Media(ref="m", kind=MediaKind.IMAGE)))[1] == PNG
