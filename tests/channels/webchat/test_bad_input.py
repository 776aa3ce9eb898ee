"""Each line is something a browser never sends and somebody else will."""

import json
from typing import Any

import httpx
import pytest

from tests.channels.webchat.browser import Browser, error_of

LONG = "长" * 10_001


@pytest.fixture
async def visitor(browser: Browser) -> Browser:
    await browser.open()
    return browser


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": "没有编号"}, "invalid"),
        ({"client_id": "", "text": "a"}, "invalid"),
        ({"client_id": "x" * 65, "text": "a"}, "invalid"),
        ({"client_id": "a b", "text": "a"}, "invalid"),
        ({"client_id": "中文", "text": "a"}, "invalid"),
        ({"client_id": 7, "text": "a"}, "invalid"),
        ({"client_id": "a", "text": 7}, "invalid"),
        ({"client_id": "a", "text": ["a"]}, "invalid"),
        ({"client_id": "a", "text": "a", "uploads": "a"}, "invalid"),
        ({"client_id": "a", "text": "a", "uploads": ["a"] * 11}, "invalid"),
        ({"client_id": "a", "text": "a", "reply_to": -1}, "invalid"),
        ({"client_id": "a", "text": "a", "reply_to": 10**30}, "invalid"),
        ({"client_id": "a", "text": "a", "button": "yes"}, "invalid"),
        ({"client_id": "a", "text": "a", "button": {"label": "没有编号"}}, "invalid"),
        ([], "invalid"),
        ("text", "invalid"),
        (None, "invalid"),
        ({"client_id": "a"}, "chat_message_empty"),
        ({"client_id": "a", "text": ""}, "chat_message_empty"),
        ({"client_id": "a", "text": " \n\t "}, "chat_message_empty"),
        ({"client_id": "a", "text": "\x00\x07\x1b"}, "chat_message_empty"),
        ({"client_id": "a", "text": LONG}, "chat_message_too_long"),
        ({"client_id": "a", "text": "a", "uploads": ["nothere"]}, "chat_upload_unknown"),
    ],
)
async def test_a_message_that_is_none_is_refused(visitor: Browser, body: Any, code: str) -> None:
    response = await visitor.post("messages", content=json.dumps(body))
    assert error_of(response) == (422, code)
    assert await visitor.news() == []


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"client_id=a&text=b", b'{"client_id": NaN}', b"1" * 5000],
)
async def test_a_body_that_is_no_json_is_refused(visitor: Browser, content: bytes) -> None:
    assert error_of(await visitor.post("messages", content=content)) == (422, "invalid")


async def test_a_body_past_the_cap_is_refused(visitor: Browser) -> None:
    body = json.dumps({"client_id": "a", "text": "长" * 100_000}, ensure_ascii=False)
    assert error_of(await visitor.post("messages", content=body.encode())) == (413, "chat_body_too_large")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\x00b", "ab"),
        ("a\x1b[31mb", "a[31mb"),
        ("a\ud800b", "ab"),
        ("\ud83d\ude00", "😀"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("  开票失败  ", "开票失败"),
        ("长" * 10_000, "长" * 10_000),
    ],
)
async def test_what_cannot_be_stored_is_left_out(visitor: Browser, sent: str, kept: str) -> None:
    # With escapes, as JSON carries what UTF-8 cannot.
    response = await visitor.post("messages", content=json.dumps({"client_id": "a", "text": sent}))
    assert response.status_code == 200
    [message] = await visitor.news()
    assert message["text"] == kept


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("messages", "since=-1"),
        ("messages", "since=x"),
        ("messages", f"since={10**30}"),
        ("messages", "wait=26"),
        ("messages", "wait=nan"),
        ("messages", "limit=0"),
        ("messages", "limit=201"),
        ("stream", "since=-1"),
    ],
)
async def test_a_wrong_question_is_refused(visitor: Browser, path: str, query: str) -> None:
    assert error_of(await visitor.get(path, **dict([query.split("=")]))) == (422, "invalid")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("typing", {}),
        ("typing", {"typing": "perhaps"}),
        ("read", {}),
        ("read", {"seq": -1}),
        ("read", {"seq": 10**30}),
        ("session", {"locale": "fr"}),
        ("session", {"page": "x" * 2001}),
        ("session", {"token": 7}),
    ],
)
async def test_a_wrong_field_is_refused(visitor: Browser, path: str, body: dict[str, Any]) -> None:
    assert error_of(await visitor.post(path, body)) == (422, "invalid")


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "最多 10000 个字"), ("en", "10000 characters")])
async def test_a_refusal_speaks_the_visitors_language(visitor: Browser, language: str, words: str) -> None:
    visitor.language = language
    response = await visitor.post("messages", {"client_id": "a", "text": LONG})
    assert words in response.json()["error"]["message"]


async def test_an_unknown_address_is_no_page_of_errors(client: httpx.AsyncClient) -> None:
    assert (await client.get("/chat/api/nothing")).status_code == 404
