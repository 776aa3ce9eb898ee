import struct
import time

import pytest

from channels.email.mime.model import Mail
from channels.email.mime.parsing import parse
from channels.email.mime.tnef import unpack
from tests.channels.email.mime.raw import message, multipart, text

MESSAGE, ATTACHMENT = 1, 2
RENDERING, TITLE, DATA, PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
CODE_PAGE, MESSAGE_PROPERTIES, RECIPIENTS, BODY = 0x9007, 0x9003, 0x9004, 0x800C
LONG_NAME, DATA_OBJECT, PLAIN_BODY = 0x3707, 0x3701, 0x1000
STRING, BINARY, SHORT, MANY = 0x1E, 0x102, 0x02, 0x1000
#: What stands before a message that is packed into a message.
EMBEDDED = bytes.fromhex("0703020000000000c000000000000046")


def packed(level: int, name: int, content: bytes) -> bytes:
    checksum = sum(content) & 0xFFFF
    return struct.pack("<BHHI", level, name, 6, len(content)) + content + struct.pack("<H", checksum)


def prop(kind: int, name: int, value: bytes) -> bytes:
    filled = value + bytes(-len(value) % 4)
    return struct.pack("<HHII", kind, name, 1, len(value)) + filled


def props(*each: bytes) -> bytes:
    return struct.pack("<I", len(each)) + b"".join(each)


def winmail(*objects: bytes, page: int = 936) -> bytes:
    return (
        struct.pack("<IH", 0x223E9F78, 1) + packed(MESSAGE, CODE_PAGE, struct.pack("<II", page, 0)) + b"".join(objects)
    )


def attached(title: bytes, content: bytes, *more: bytes) -> bytes:
    return (
        packed(ATTACHMENT, RENDERING, bytes(14))
        + packed(ATTACHMENT, TITLE, title + b"\x00")
        + packed(ATTACHMENT, DATA, content)
        + b"".join(more)
    )


def mail_with(data: bytes, *, said: str = "see the files") -> Mail:
    part = message("Content-Type: application/ms-tnef; name=winmail.dat", body=data)
    return parse(multipart("mixed", text(said), part))


class TestPacked:
    def test_its_files_are_files_of_the_mail(self) -> None:
        mail = mail_with(winmail(attached(b"a.txt", b"one"), attached("发票.pdf".encode("gbk"), b"two")))
        assert [(part.name, part.content) for part in mail.parts] == [("a.txt", b"one"), ("发票.pdf", b"two")]
        assert mail.text == "see the files"

    def test_a_long_name_is_the_name(self) -> None:
        long_name = packed(ATTACHMENT, PROPERTIES, props(prop(STRING, LONG_NAME, b"the whole name.txt\x00")))
        mail = mail_with(winmail(attached(b"THEWHO~1.TXT", b"one", long_name)))
        assert [part.name for part in mail.parts] == ["the whole name.txt"]

    def test_its_text_is_shown_where_the_mail_has_none(self) -> None:
        block = props(prop(STRING, PLAIN_BODY, "请看附件".encode("gbk") + b"\x00"))
        mail = mail_with(winmail(packed(MESSAGE, MESSAGE_PROPERTIES, block), attached(b"a.txt", b"one")), said="")
        assert mail.text == "请看附件"

    def test_a_message_inside_brings_its_files(self) -> None:
        inner = EMBEDDED + winmail(attached(b"inner.txt", b"one"))
        block = packed(ATTACHMENT, PROPERTIES, props(prop(BINARY, DATA_OBJECT, inner)))
        mail = mail_with(winmail(packed(ATTACHMENT, RENDERING, bytes(14)), block))
        assert [(part.name, part.content) for part in mail.parts] == [("inner.txt", b"one")]

    @pytest.mark.parametrize("data", [b"", b"nonsense", winmail()[:8], winmail(), winmail(attached(b"a", b"one")[:20])])
    def test_what_cannot_be_read_stays_a_file(self, data: bytes) -> None:
        mail = mail_with(data)
        assert [(part.name, part.content) for part in mail.parts] == [("winmail.dat", data)]


class TestHostile:
    @pytest.mark.parametrize(
        "block",
        [
            struct.pack("<I", 0xFFFFFFFF),
            struct.pack("<IHHI", 1, SHORT | MANY, 0x10, 0xFFFFFFF0),
            struct.pack("<IHHI", 1, STRING, 0x10, 0xFFFFFFF0) + bytes(100),
            struct.pack("<IHHI", 0xFFFFFFF0, SHORT, 0x10, 1) + bytes(2000),
            props(prop(BINARY, DATA_OBJECT, EMBEDDED + winmail(packed(1, RECIPIENTS, b"\xff" * 40)))),
        ],
    )
    @pytest.mark.parametrize("name", [PROPERTIES, MESSAGE_PROPERTIES, RECIPIENTS])
    def test_counts_that_cannot_be_true_are_not_believed(self, block: bytes, name: int) -> None:
        level = ATTACHMENT if name == PROPERTIES else MESSAGE
        started = time.process_time()
        read = unpack(winmail(attached(b"a.txt", b"one", packed(level, name, block))))
        assert time.process_time() - started < 1
        assert read is not None
        assert ("a.txt", b"one") in read.files or name == PROPERTIES

    def test_very_many_objects_are_not_read(self) -> None:
        assert unpack(winmail(*[packed(MESSAGE, BODY, b"x" * 1000)] * 3000)) is None
