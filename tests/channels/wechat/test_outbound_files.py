"""Files out: as what they are where the platform takes them, else as a link. Files in: fetched, voices playable."""

from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from channels.errors import DeliveryDelayedError, DeliveryRefusedError
from channels.port import Attachment, Media, MediaKind
from channels.simulator.faults import Garbage, Refuse, Stall
from channels.tencent.voice import NotAVoiceError, playable, seconds_of
from channels.wechat.file_endpoints import router
from channels.wechat.filelinks import GOOD_FOR
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.web.errors import install_error_handlers
from tests.channels.wechat.outbound_line import GH, Line
from tests.channels.wechat.recordings import amr, mp3

SEND, UPLOAD = "message/custom/send", "media/upload"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
PDF = b"%PDF-1.7\n" + bytes(100)
MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(100)


@pytest.fixture
async def line(ground: Ground) -> Line:
    opened = Line(ground)
    await opened.add_account()
    return opened


class TestOut:
    async def test_a_picture_arrives_as_a_picture(self, line: Line) -> None:
        person = await line.person()
        await line.put("您的发票", files=(await line.stored(PNG, "发票.png", "image/png"),))
        await line.work()
        words, picture = person.inbox
        assert (words.text, picture.kind, picture.media) == ("您的发票", "image", PNG)
        assert line.platform.violations == []

    async def test_a_voice_and_a_video_arrive_as_such(self, line: Line) -> None:
        person, sound = await line.person(), mp3(2)
        files = (await line.stored(sound, "a.mp3", "audio/mpeg"), await line.stored(MP4, "b.mp4", "video/mp4"))
        await line.put("", files=files)
        await line.work()
        assert [(each.kind, each.media) for each in person.inbox] == [("voice", sound), ("video", MP4)]

    async def test_a_file_is_put_there_once_for_three_days(self, line: Line, clock: FrozenClock) -> None:
        file = await line.stored(PNG, "a.png", "image/png")
        for who in ("openid-1", "openid-2"):
            await line.person(who)
            await line.put("", to=who, files=(file,))
        await line.work()
        assert (line.asked(UPLOAD), line.asked(SEND)) == (1, 2)
        clock.advance(days=3)
        person = await line.person("openid-3")
        await line.put("", to="openid-3", files=(file,))
        await line.work()
        assert line.asked(UPLOAD) == 2
        assert person.inbox[-1].media == PNG

    async def test_what_the_platform_has_lost_is_put_there_again(self, line: Line) -> None:
        person, file = await line.person(), await line.stored(PNG, "a.png", "image/png")
        await line.put("", files=(file,))
        await line.work()
        line.platform.media._files.clear()
        await line.hear(person)
        await line.put("再发一次", files=(file,))
        await line.work()
        assert person.inbox[-1].media == PNG
        assert line.asked(UPLOAD) == 2

    async def test_a_file_that_was_removed_fails_by_itself(self, line: Line) -> None:
        await line.person()
        await line.put("", files=(Attachment(id="0" * 32, name="a.png", mime="image/png", size=3),))
        await line.work()
        assert (await line.delivery()).error_code == "file_missing"
        assert line.asked(SEND) == 0

    async def test_an_upload_that_stalls_is_tried_again(self, line: Line, clock: FrozenClock) -> None:
        person = await line.person()
        line.platform.faults.add(UPLOAD, Stall())
        await line.put("", files=(await line.stored(PNG, "a.png", "image/png"),))
        await line.work()
        clock.advance(minutes=11)
        await line.work()
        assert [each.kind for each in person.inbox] == ["image"]


class TestLinks:
    @pytest.mark.parametrize(
        ("content", "name", "mime"),
        [
            (PDF, "发票.pdf", "application/pdf"),
            (bytes(11 * 1024 * 1024), "large.png", "image/png"),
            (mp3(61), "long.mp3", "audio/mpeg"),
            (b"ID3 nothing to hear", "bad.mp3", "audio/mpeg"),
        ],
        ids=["a document", "a picture of 11 MB", "a minute and a second", "no sound at all"],
    )
    async def test_what_the_platform_does_not_send_arrives_as_a_link(
        self, line: Line, content: bytes, name: str, mime: str
    ) -> None:
        person = await line.person()
        await line.put("", files=(await line.kept(content, name, mime),))
        await line.work()
        ((label, url),) = person.inbox[-1].links.items()
        assert name in label
        assert (await get(line, url)).content == content
        assert line.asked(UPLOAD) == 0
        assert line.platform.violations == []

    async def test_a_file_the_platform_refuses_arrives_as_a_link(self, line: Line) -> None:
        person = await line.person()
        line.platform.faults.add(UPLOAD, Refuse(code=40005, text="invalid file type"))
        await line.put("", files=(await line.stored(PNG, "a.png", "image/png"),))
        await line.work()
        ((_label, url),) = person.inbox[-1].links.items()
        answer = await get(line, url)
        assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")

    async def test_a_link_ends_and_cannot_be_forged(self, line: Line, clock: FrozenClock) -> None:
        person = await line.person()
        await line.put("", files=(await line.kept(PDF, "发票.pdf", "application/pdf"),))
        await line.work()
        ((_label, url),) = person.inbox[-1].links.items()
        sealed_otherwise = line.context.box.seal({"app_secret": "x"})
        assert (await get(line, url[:-4])).status_code == 404
        assert (await get(line, url.replace(url.rsplit("/", 1)[1], sealed_otherwise))).status_code == 404
        clock.advance(seconds=GOOD_FOR.total_seconds())
        assert (await get(line, url)).status_code == 404


async def get(line: Line, url: str) -> httpx.Response:
    """What a phone's browser gets at an address of ours."""
    app = FastAPI()
    app.state.ground, app.state.channels = line.ground, line.context
    app.include_router(router)
    install_error_handlers(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=line.ground.settings.base_url) as client:
        return await client.get(urlsplit(url).path, headers={"Accept": "application/json"})


class TestIn:
    async def test_a_voice_can_be_played(self, line: Line) -> None:
        fetched = await fetch(line, MediaKind.VOICE, amr(3))
        assert fetched[0].endswith(".mp3")
        assert await seconds_of(fetched[1]) == pytest.approx(3, abs=0.2)

    async def test_a_voice_that_cannot_be_read_is_kept_as_it_came(self, line: Line) -> None:
        name, content = await fetch(line, MediaKind.VOICE, b"#!AMR\n")
        assert (name.rsplit(".", 1)[1], content) == ("amr", b"#!AMR\n")

    async def test_a_picture_and_a_video_are_fetched_whole(self, line: Line) -> None:
        assert (await fetch(line, MediaKind.IMAGE, PNG))[1] == PNG
        # Of a video the platform answers only where it lies.
        assert (await fetch(line, MediaKind.VIDEO, MP4))[1] == MP4

    async def test_a_file_that_is_over_is_gone_for_good(self, line: Line, clock: FrozenClock) -> None:
        media_id = keep(line, "image", PNG)
        clock.advance(days=3)
        with pytest.raises(DeliveryRefusedError) as gone:
            await line.channel.fetch(account=GH, media=Media(ref=media_id, kind=MediaKind.IMAGE))
        assert gone.value.code == "40007"

    @pytest.mark.parametrize("fault", [Garbage(), Stall(), Refuse(code=-1), Refuse(code=45009)])
    async def test_a_fault_is_a_delay(self, line: Line, fault: Garbage | Stall | Refuse) -> None:
        line.platform.faults.add("media/get", fault)
        with pytest.raises(DeliveryDelayedError):
            await fetch(line, MediaKind.IMAGE, PNG)

    async def test_the_address_of_a_video_is_opened_as_it_was_given(self, line: Line) -> None:
        asked = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(str(request.url))
            if "stable_token" in request.url.path:
                return httpx.Response(200, json={"access_token": "t", "expires_in": 7200})
            if "media/get" in request.url.path:
                return httpx.Response(200, json={"video_url": "http://mpvideo.qpic.cn/v.mp4?dis_k=1&dis_t=2"})
            return httpx.Response(200, content=MP4)

        await line.channel_over(httpx.MockTransport(answer)).fetch(
            account=GH, media=Media(ref="m", kind=MediaKind.VIDEO)
        )
        assert asked[-1] == "http://mpvideo.qpic.cn/v.mp4?dis_k=1&dis_t=2"

    async def test_a_quota_that_is_used_up_keeps_no_answer_waiting(self, line: Line) -> None:
        line.platform.faults.add("media/get", Refuse(code=45009))
        with pytest.raises(DeliveryDelayedError) as delayed:
            await fetch(line, MediaKind.IMAGE, PNG)
        assert delayed.value.retry_after_s is not None
        assert delayed.value.retry_after_s <= 10

    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1:9/secret", "file:///etc/passwd", "https://qq.com.evil.cn/x", "", "https://[bad"]
    )
    async def test_nobody_makes_us_look_elsewhere(self, line: Line, url: str) -> None:
        asked = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.host)
            if "stable_token" in request.url.path:
                return httpx.Response(200, json={"access_token": "t", "expires_in": 7200})
            return httpx.Response(200, json={"video_url": url})

        channel = line.channel_over(httpx.MockTransport(answer))
        with pytest.raises(DeliveryRefusedError):
            await channel.fetch(account=GH, media=Media(ref="m", kind=MediaKind.VIDEO))
        assert set(asked) == {"api.weixin.qq.com"}

    @pytest.mark.parametrize(
        "content", [b"", b"#EXTM3U\nfile:///etc/passwd\n", b"#!AMR\n" + bytes([255] * 99), b"RIFF", b"x" * 5_000_000]
    )
    async def test_hostile_sounds_are_none(self, content: bytes) -> None:
        with pytest.raises(NotAVoiceError):
            await playable(content)

    async def test_a_voice_cut_on_its_way_is_played_as_far_as_it_goes(self) -> None:
        whole = amr(3)
        assert await seconds_of((await playable(whole[: len(whole) // 2 + 5]))[1]) == pytest.approx(1.5, abs=0.2)

    async def test_a_recording_without_end_is_cut(self) -> None:
        head, sounds = amr(1)[:6], amr(1)[6:]
        assert await seconds_of((await playable(head + sounds * 130))[1]) == pytest.approx(120, abs=1)


def keep(line: Line, kind: str, content: bytes) -> str:
    return line.platform.media.keep(line.official.app_id, kind, "", content, line.ground.clock.now()).media_id


async def fetch(line: Line, kind: MediaKind, content: bytes) -> tuple[str, bytes]:
    """What reaches our store of a file that lies at the platform."""
    fetched = await line.channel.fetch(account=GH, media=Media(ref=keep(line, kind.value, content), kind=kind))
    return fetched.name, b"".join([chunk async for chunk in fetched.content])
