"""Mails of our own, written as bytes so that they can be wrong."""

from channels.email.mime.model import Mail
from channels.email.mime.parsing import parse

SENDER = "From: Li Hua <li@customer.example>"


def message(*headers: str | bytes, body: str | bytes = "") -> bytes:
    """Headers as given, one empty line, the body."""
    lines = [header if isinstance(header, bytes) else header.encode() for header in headers]
    return b"\r\n".join([*lines, b"", body if isinstance(body, bytes) else body.encode()])


def multipart(kind: str, *parts: bytes, boundary: str = "b1", headers: tuple[str, ...] = ()) -> bytes:
    """A multipart whose parts are messages themselves."""
    lines = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    body = lines + b"--" + boundary.encode() + b"--\r\n"
    return message(*headers, f'Content-Type: multipart/{kind}; boundary="{boundary}"', body=body)


def text(said: str, kind: str = "plain", *headers: str) -> bytes:
    return message(f"Content-Type: text/{kind}; charset=utf-8", *headers, body=said)


def file(name: str, content: bytes = b"content", mime: str = "application/pdf") -> bytes:
    return message(f"Content-Type: {mime}", f'Content-Disposition: attachment; filename="{name}"', body=content)


def with_header(header: str | bytes, *, body: str | bytes = "hello", content_type: str = "text/plain") -> Mail:
    """A mail read that has this header."""
    return parse(message(header, f"Content-Type: {content_type}", body=body))


def name_of_file(disposition: str | bytes) -> str:
    """How the one file of a mail is called that has this Content-Disposition."""
    part = message("Content-Type: application/pdf", disposition, body=b"content")
    return parse(multipart("mixed", text("see the file"), part)).parts[0].name
