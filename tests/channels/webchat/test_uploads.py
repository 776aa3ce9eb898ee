import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.webchat.browser import Browser, error_of

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(64)
MEGABYTE = 1024 * 1024


def stored(ground: Ground) -> list[Path]:
    return [path for path in ground.files.folder.rglob("*") if path.is_file()]


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "a")
    return buffer.getvalue()


@pytest.fixture
async def visitor(browser: Browser) -> Browser:
    await browser.open()
    return browser


class TestTaking:
    @pytest.mark.parametrize(
        ("name", "content", "mime"),
        [
            ("截图.png", PNG, "image/png"),
            ("发票.pdf", b"%PDF-1.4 ...", "application/pdf"),
            ("日志.txt", "错误 -1001".encode(), "text/plain"),
            ("台账.csv", "税号,金额\n1,2".encode("gb18030"), "text/plain"),
            ("资料.zip", zipped(), "application/zip"),
        ],
    )
    async def test_a_file_is_kept_under_a_random_name_and_typed_by_its_content(
        self, visitor: Browser, ground: Ground, name: str, content: bytes, mime: str
    ) -> None:
        response = await visitor.upload(name, content, "application/octet-stream")
        assert response.status_code == 201
        file = response.json()
        assert (file["name"], file["mime"], file["size"]) == (name, mime, len(content))
        [path] = stored(ground)
        assert path.name == file["id"]
        assert path.read_bytes() == content

    async def test_it_goes_along_with_a_message(self, visitor: Browser) -> None:
        file = (await visitor.upload("截图.png", PNG)).json()
        await visitor.say(uploads=[file["id"]])
        [message] = await visitor.news()
        assert message["text"] == ""
        assert [attachment["name"] for attachment in message["attachments"]] == ["截图.png"]

    async def test_another_visitors_file_cannot_be_used(self, visitor: Browser) -> None:
        file = (await visitor.upload("截图.png", PNG)).json()
        visitor.token = ""
        await visitor.open()
        response = await visitor.post("messages", {"client_id": "a", "uploads": [file["id"]]})
        assert error_of(response) == (422, "chat_upload_unknown")


class TestRefusing:
    @pytest.mark.parametrize(
        ("name", "content", "answer"),
        [
            ("照片.png", b"MZ\x90\x00" + bytes(600), (422, "file_type")),
            ("run.exe", b"MZ\x90\x00" + bytes(600), (422, "file_type")),
            ("page.html", b"<script>alert(1)</script>", (422, "file_type")),
            ("a.svg", b"<svg onload='alert(1)'/>", (422, "file_type")),
            ("a.txt", b"a\x00b", (422, "file_type")),
            ("空.txt", b"", (422, "file_empty")),
            ("大.txt", b"a" * (10 * MEGABYTE + 1), (413, "file_too_large")),
            ("很大.txt", b"a" * (20 * MEGABYTE), (413, "file_too_large")),
        ],
    )
    async def test_a_file_we_cannot_take_is_refused_and_not_kept(
        self, visitor: Browser, ground: Ground, name: str, content: bytes, answer: tuple[int, str]
    ) -> None:
        assert error_of(await visitor.upload(name, content, "image/png")) == answer
        assert stored(ground) == []

    async def test_too_much_is_refused_while_it_comes(self, visitor: Browser) -> None:
        asked = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal asked
            yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
            while asked < 200:
                asked += 1
                yield b"a" * MEGABYTE

        response = await visitor.client.post(
            "/chat/api/uploads",
            content=endless(),
            headers={
                "Authorization": f"Bearer {visitor.token}",
                "Content-Type": "multipart/form-data; boundary=b",
            },
        )
        assert error_of(response) == (413, "file_too_large")
        assert asked < 100

    @pytest.mark.parametrize(
        ("content_type", "content"),
        [
            ("application/json", b"{}"),
            ("multipart/form-data", b"--b--"),
            ("multipart/form-data; boundary=b", b""),
            ("multipart/form-data; boundary=b", b"no form at all"),
            ("multipart/form-data; boundary=b", b"--b--\r\n"),
            (
                "multipart/form-data; boundary=b",
                b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\na\r\n--b--\r\n',
            ),
            (
                "multipart/form-data; boundary=b",
                b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\ncut off',
            ),
        ],
    )
    async def test_a_form_that_is_none_is_refused(
        self, visitor: Browser, ground: Ground, content_type: str, content: bytes
    ) -> None:
        response = await visitor.client.post(
            "/chat/api/uploads",
            content=content,
            headers={"Authorization": f"Bearer {visitor.token}", "Content-Type": content_type},
        )
        assert error_of(response) == (422, "invalid")
        assert stored(ground) == []

    async def test_a_path_in_the_name_leads_nowhere(self, visitor: Browser) -> None:
        file = (await visitor.upload("../../etc/passwd.txt", b"a")).json()
        assert file["name"] == "passwd.txt"

    async def test_too_many_files_are_told_to_wait(self, visitor: Browser, clock: FrozenClock) -> None:
        for _ in range(60):
            await visitor.upload("a.txt", b"a")
        response = await visitor.upload("a.txt", b"a")
        assert error_of(response) == (429, "chat_too_fast")
        assert int(response.headers["retry-after"]) > 0
        clock.advance(minutes=11)
        assert (await visitor.upload("a.txt", b"a")).status_code == 201


class TestReading:
    async def read(self, visitor: Browser, address: str) -> httpx.Response:
        return await visitor.client.get(f"/chat/{address}")

    async def test_a_picture_is_shown_but_can_do_nothing(self, visitor: Browser) -> None:
        file = (await visitor.upload("截图.png", PNG)).json()
        response = await self.read(visitor, file["url"])
        assert response.content == PNG
        assert response.headers["content-type"] == "image/png"
        assert response.headers["content-disposition"].startswith("inline; filename*=UTF-8''%E6%88%AA")
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in response.headers["content-security-policy"]

    async def test_everything_else_is_saved(self, visitor: Browser) -> None:
        file = (await visitor.upload("a.txt", b"a")).json()
        response = await self.read(visitor, file["url"])
        assert response.headers["content-disposition"].startswith("attachment;")

    @pytest.mark.parametrize("address", ["files/forged", "files/..%2f..%2fetc%2fpasswd", "files/%00"])
    async def test_an_address_nobody_signed_leads_nowhere(self, visitor: Browser, address: str) -> None:
        assert (await self.read(visitor, address)).status_code == 404

    async def test_a_visitors_token_is_no_address(self, visitor: Browser) -> None:
        assert (await self.read(visitor, f"files/{visitor.token}")).status_code == 404

    async def test_an_address_expires_and_the_chat_signs_a_new_one(self, visitor: Browser, clock: FrozenClock) -> None:
        file = (await visitor.upload("a.txt", b"a")).json()
        await visitor.say(uploads=[file["id"]])
        clock.advance(days=9)
        assert (await self.read(visitor, file["url"])).status_code == 404
        [message] = await visitor.news()
        assert (await self.read(visitor, message["attachments"][0]["url"])).content == b"a"
