"""Whatever comes with a good signature is answered, and never with a fault."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.port import Inbound
from channels.simulator.xml import write_xml
from channels.weibo.reading import UnreadableError, read_push
from channels.weibo.translate import NotUnderstoodError, translate
from channels.weibo.windows import DEFAULTS
from tests.channels.weibo.square import LI, UID
from tests.support.trying import tries

GOOD: dict[str, Any] = {
    "type": "text",
    "receiver_id": int(UID),
    "sender_id": LI,
    "created_at": "Mon Jul 16 18:09:20 +0800 2012",
    "text": "在吗",
    "data": {"subtype": "click", "key": "cmd:status", "tovfid": "1"},
}
NAMES = st.sampled_from([*GOOD, "subtype", "key", "tovfid", "latitude", "id"])
WORDS = st.sampled_from(
    [
        "text",
        "image",
        "voice",
        "position",
        "event",
        "mention",
        "follow",
        "unfollow",
        "click",
        "cmd:lang:",
        "\0",
        "\ud800",
    ]
) | st.text(max_size=20)
VALUES: st.SearchStrategy[Any] = st.recursive(
    WORDS | st.integers() | st.floats() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


def understood(body: bytes) -> None:
    """One of the outcomes there are; what is stored later can be stored."""
    try:
        found = translate(read_push(body), uid=UID, rules=DEFAULTS)
    except (UnreadableError, NotUnderstoodError):
        return
    if isinstance(found, Inbound):
        json.dumps([found.text, found.raw, found.platform_id], ensure_ascii=False).encode()
        assert "\0" not in found.text + found.platform_id + str(found.raw)
        assert len(found.platform_id) < 300


@settings(max_examples=tries(700), deadline=None)
@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_nonsense_that_is_well_written(changed: dict[str, Any]) -> None:
    understood(json.dumps({**GOOD, **changed}).encode())


@settings(max_examples=tries(700), deadline=None)
@given(
    sound=st.sampled_from(
        [
            json.dumps(GOOD).encode(),
            json.dumps({**GOOD, "type": "event"}).encode(),
            write_xml({"ToUserName": UID, "FromUserName": LI, "MsgType": "event", "Event": "CLICK"}).encode(),
        ]
    ),
    at=st.integers(0, 300),
    gone=st.integers(0, 300),
    put=st.binary(max_size=8),
)
def test_what_is_damaged(sound: bytes, at: int, gone: int, put: bytes) -> None:
    understood(sound[:at] + put + sound[at + gone :])
