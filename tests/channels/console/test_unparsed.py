from channels.console.views.letters import SHOWN_BODY
from tests.channels.console.office import Office
from tests.support.console import Person

LIST = "/console/channels/unparsed"


async def test_a_push_is_shown_as_text_and_nothing_of_it_runs(office: Office, supervisor: Person) -> None:
    await office.account()
    await office.push("<script>alert('你好')</script>".encode(), reason="no <xml> element")
    page = await supervisor.page(LIST)
    assert "&lt;script&gt;alert(&#39;你好&#39;)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "no &lt;xml&gt; element" in page
    assert "服务号" in page


async def test_bytes_that_are_no_text_are_shown_as_far_as_they_can_be(office: Office, supervisor: Person) -> None:
    await office.push(b"\xff\xfe\x00abc")
    assert "abc" in await supervisor.page(LIST)


async def test_it_can_be_saved_byte_by_byte(office: Office, supervisor: Person) -> None:
    body = b"\xff\xfe<html>" + bytes(range(256))
    push = await office.push(body)
    answer = await supervisor.client.get(f"{LIST}/{push}/file")
    assert answer.content == body
    assert answer.headers["content-disposition"] == f'attachment; filename="push-fake-{push}.txt"'
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_of_a_long_one_only_the_beginning_is_shown(office: Office, supervisor: Person) -> None:
    await office.push(b"a" * SHOWN_BODY + b"THE END")
    page = await supervisor.page(LIST)
    assert "THE END" not in page
    assert "只显示了开头" in page


async def test_the_newest_comes_first_and_the_rest_on_further_pages(office: Office, supervisor: Person) -> None:
    for number in range(23):
        await office.push(b"x", reason=f"reason {number:02}")
    first = await supervisor.page(LIST)
    assert first.index("reason 22") < first.index("reason 03")
    assert "reason 02" not in first
    address = first.split('rel="next" href="')[1].split('"')[0]
    second = await supervisor.page(address)
    assert "reason 02" in second
    assert "reason 03" not in second


async def test_one_that_is_not_there_is_not_found(supervisor: Person) -> None:
    assert (await supervisor.client.get(f"{LIST}/9/file")).status_code == 404
    assert "没有看不懂的推送" in await supervisor.page(LIST)
