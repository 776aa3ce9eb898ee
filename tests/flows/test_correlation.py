"""One id follows a message from the platform to the last delivery it causes."""

import structlog
from structlog.testing import capture_logs

from tests.support.desk import Desk


async def test_accepting_answering_and_delivering_share_one_correlation_id(desk: Desk) -> None:
    structlog.contextvars.clear_contextvars()
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        await desk.write("离线发票一直上传不了怎么办")
        structlog.contextvars.clear_contextvars()
        await desk.write("你好", who="zhao")
    by_person = {
        who: {line["correlation"] for line in lines if line.get("thread") == f"fake:main:{who}"}
        for who in ("li", "zhao")
    }
    told = [line["event"] for line in lines if line.get("thread") == "fake:main:li"]
    assert told == ["message accepted", "turn", "delivered"]
    assert [len(ids) for ids in by_person.values()] == [1, 1]
    assert by_person["li"] != by_person["zhao"]
