"""What becomes of a mail: a message, once; or a note in the log; nothing is ever lost."""

import random
import string
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

import bot.schema  # noqa: F401 - the tables.
from channels.email.arriving import take_all
from channels.email.reading import Envelope
from channels.models import DeliveryState
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.log import log
from tests.channels.email.arrivals import LI, OURS, PASSED, OurMailbox, enter, mail, open_mailbox

PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de") + bytes(3000)


@pytest.fixture
async def box(ground: Ground, clock: FrozenClock) -> AsyncIterator[OurMailbox]:
    async with open_mailbox(ground, clock) as opened:
        yield opened


def files(box: OurMailbox) -> list[Path]:
    """Everything in the file store."""
    return [path for path in box.ground.files.folder.rglob("*") if path.is_file()]


class TestOnce:
    async def test_a_mail_is_a_message_and_a_line_in_the_log(self, box: OurMailbox) -> None:
        raw = mail(Authentication_Results=PASSED)
        await box.take(raw)
        [heard], [logged] = await box.heard(), await box.log()
        assert (heard.address, heard.sender_name, heard.proven, heard.automatic) == (LI, "小李", True, False)
        assert heard.original == f"/console/mail/{logged.id}"
        assert logged.original is not None
        assert box.ground.files.path(logged.original).read_bytes() == raw
        assert (logged.kind, logged.verdict) == ("message", {"spf": "", "dkim": "", "dmarc": "pass"})

    async def test_the_same_mail_again_is_nothing_and_leaves_no_file(self, box: OurMailbox) -> None:
        raw = mail(files=[("a.png", PNG)])
        await box.take(raw)
        before = len(files(box))
        await box.take(raw)
        assert (len(await box.heard()), len(await box.log()), len(files(box))) == (1, 1, before)

    async def test_the_same_mail_to_two_mailboxes_is_two(self, box: OurMailbox) -> None:
        raw = mail(to=f"{OURS}, sales@desk.test")
        await box.take(raw)
        other = OurMailbox(box.ground, box.clock, box.context, await enter(box.context, "sales@desk.test"))
        await other.take(raw)
        assert [one.account for one in await box.heard()] == [OURS, "sales@desk.test"]

    async def test_another_mail_under_the_same_name_is_another(self, box: OurMailbox) -> None:
        await box.take(mail("一", message_id="<same@x.test>"), mail("二", message_id="<same@x.test>"))
        assert len(await box.heard()) == 2

    async def test_mails_without_a_name_are_told_apart_by_their_senders(self, box: OurMailbox) -> None:
        one = mail("谢谢", message_id="")
        await box.take(one, mail("谢谢", message_id="", sender="b@customer.test"), one)
        assert [message.address for message in await box.heard()] == [LI, "b@customer.test"]

    async def test_several_at_once_keep_their_order(self, box: OurMailbox) -> None:
        mails = [(mail(text, subject="Re: x"), Envelope()) for text in ("一", "二", "三")]
        await take_all(box.context, box.account, mails)
        assert await box.texts() == ["一", "二", "三"]


class TestWhoAnswersWhat:
    async def test_an_answer_is_known_by_our_message_id_and_proves_its_writer(self, box: OurMailbox) -> None:
        key = await box.sent()
        await box.take(await box.answer(key))
        [heard] = await box.heard()
        assert (heard.answers, heard.proven, heard.text) == (key, True, "还是不行。")

    async def test_it_is_known_by_the_references_and_by_the_plus_address_too(self, box: OurMailbox) -> None:
        key, other = await box.sent(), await box.sent()
        await box.take(mail(subject="Re: x", References=f"<a@b.test> {box.named(key)} <c@d.test>"))
        await box.take(mail(subject="Re: x", to=box.names.plus_address(other, OURS).upper()))
        assert [heard.answers for heard in await box.heard()] == [key, other]

    async def test_the_parts_and_resends_of_a_delivery_are_the_delivery(self, box: OurMailbox) -> None:
        key = await box.sent()
        await box.take(mail(In_Reply_To=box.named(f"{key}/2~1")))
        assert [heard.answers for heard in await box.heard()] == [key]

    async def test_somebody_elses_answer_proves_nothing(self, box: OurMailbox) -> None:
        key = await box.sent()
        await box.take(await box.answer(key, sender="mallory@evil.test"))
        [heard] = await box.heard()
        assert (heard.answers, heard.proven) == ("", False)

    async def test_a_name_that_we_did_not_sign_is_no_answer(self, box: OurMailbox) -> None:
        key = await box.sent()
        forged = box.named(key).replace("-", "-a", 1)
        await box.take(mail(In_Reply_To=forged))
        assert [heard.answers for heard in await box.heard()] == [""]

    async def test_a_sender_nobody_vouches_for_is_not_proven(self, box: OurMailbox) -> None:
        await box.take(mail(subject="Re: [#YP-261124-0007] 打印机"))
        await box.take(mail(Authentication_Results="elsewhere.test; dmarc=pass"))
        assert [(heard.proven, heard.number) for heard in await box.heard()] == [
            (False, "YP-261124-0007"),
            (False, ""),
        ]


class TestFiles:
    async def test_they_are_stored_and_those_we_do_not_take_are_named(self, box: OurMailbox) -> None:
        await box.take(mail(files=[("屏幕.png", PNG), ("坏.exe", b"MZ" + bytes(500)), ("空.txt", b"")]))
        [heard] = await box.heard()
        named = [(one["name"], one["mime"], bool(one["id"])) for one in heard.attachments]
        assert named == [("屏幕.png", "image/png", True), ("坏.exe", "", False), ("空.txt", "", False)]

    async def test_one_that_is_too_large_is_named(self, ground: Ground, clock: FrozenClock) -> None:
        object.__setattr__(ground.settings, "upload_max_bytes", 1000)
        async with open_mailbox(ground, clock) as box:
            await box.take(mail(files=[("大.png", PNG)]))
            [heard] = await box.heard()
            assert [(one["name"], one["id"]) for one in heard.attachments] == [("大.png", "")]


class TestMachines:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Auto_Submitted": "auto-replied"},
            {"Precedence": "bulk"},
            {"Return_Path": "<>"},
            {"List_Id": "<news.shop.test>"},
            {"subject": "自动回复: 我不在"},
        ],
    )
    async def test_their_mail_is_kept_and_marked(self, box: OurMailbox, headers: dict[str, str]) -> None:
        await box.take(mail(**headers))  # type: ignore[arg-type]  # Headers are texts, as is the subject.
        [heard], [logged] = await box.heard(), await box.log()
        assert heard.automatic
        assert logged.automatic

    async def test_a_null_sender_at_the_door_is_a_machine(self, box: OurMailbox) -> None:
        await box.take(mail(), envelope=Envelope(recipients=(OURS,), sender=""))
        assert [one.automatic for one in await box.heard()] == [True]

    async def test_an_automatic_answer_ends_what_we_say_by_ourselves(self, box: OurMailbox) -> None:
        key = await box.sent()
        await box.take(await box.answer(key, Auto_Submitted="auto-replied"))
        assert (await box.reach())[box.thread()].machine_at is not None

    async def test_one_that_names_nothing_of_ours_does_so_too(self, box: OurMailbox) -> None:
        await box.sent()
        await box.take(mail("不在办公室", Auto_Submitted="auto-replied", Authentication_Results=PASSED))
        assert (await box.reach())[box.thread()].machine_at is not None

    async def test_nobody_ends_it_in_a_persons_name(self, box: OurMailbox) -> None:
        await box.sent()
        await box.take(mail("不在办公室", Auto_Submitted="auto-replied"))
        assert [one.automatic for one in await box.heard()] == [True]
        assert box.thread() not in await box.reach()

    async def test_until_a_person_writes_there_again(self, box: OurMailbox) -> None:
        key = await box.sent()
        await box.take(await box.answer(key, Auto_Submitted="auto-replied"))
        await box.take(await box.answer(key, "我回来了，打印机还是不行。"))
        assert (await box.reach())[box.thread()].machine_at is None

    async def test_who_wants_no_automatic_answer_gets_none_and_is_heard(self, box: OurMailbox) -> None:
        await box.take(mail(X_Auto_Response_Suppress="All"))
        [heard] = await box.heard()
        assert not heard.automatic
        assert ((await box.log())[0].verdict or {})["no_answer"]
        assert box.thread() not in await box.reach()

    async def test_mail_from_ourselves_is_logged_and_nothing_else(self, box: OurMailbox) -> None:
        await enter(box.context, "sales@desk.test")
        await box.take(mail(sender=OURS), mail(sender="sales+m-abc@desk.test"))
        assert (await box.heard(), [one.kind for one in await box.log()]) == ([], ["own", "own"])


class TestNothingIsLost:
    async def test_a_mail_of_nobody_is_kept_whole(self, box: OurMailbox) -> None:
        raw = b"Subject: x\r\n\r\nhello"
        await box.take(raw)
        assert [one.body for one in await box.unparsed()] == [raw]

    async def test_so_is_an_absence_note_of_nobody(self, box: OurMailbox) -> None:
        raw = b"From: away\r\nAuto-Submitted: auto-replied\r\nSubject: Out of office\r\n\r\nI am away."
        await box.take(raw)
        assert ([one.body for one in await box.unparsed()], await box.heard()) == ([raw], [])

    async def test_garbage_is_kept_whole(self, box: OurMailbox) -> None:
        await box.take(b"", bytes(range(256)) * 40)
        assert len(await box.unparsed()) == 2

    async def test_one_that_breaks_us_keeps_back_no_other(
        self, box: OurMailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(log, "exception", lambda _event, **_: None, raising=False)
        monkeypatch.setattr("channels.email.arriving.translate", _breaking)
        mails = [(mail(text), Envelope()) for text in ("一", "毒", "二")]
        await take_all(box.context, box.account, mails)
        assert len(await box.heard()) == 2
        assert [one.body for one in await box.unparsed()] == [mails[1][0]]

    async def test_while_the_database_is_away_nothing_is_taken_and_no_file_left(
        self, box: OurMailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def away(*_args: object, **_named: object) -> None:
            raise OperationalError("", {}, Exception("away"))

        with monkeypatch.context() as patched:
            patched.setattr("channels.email.arriving.accept_many", away)
            with pytest.raises(OperationalError):
                await box.take(mail())
        assert (await box.log(), await box.unparsed(), files(box)) == ([], [], [])

    async def test_a_name_longer_than_any_index_takes(self, box: OurMailbox) -> None:
        # Of letters by chance: what repeats itself would be stored in less.
        name = "".join(random.Random(1).choices(string.ascii_letters, k=9000))
        await box.take(mail(message_id=f"<{name}@x.test>"))
        [logged] = await box.log()
        assert (logged.message_id, len(await box.heard()), await box.unparsed()) == ("", 1, [])

    async def test_nul_and_lone_surrogates_are_survived(self, box: OurMailbox) -> None:
        raw = mail().replace(b"Subject:", b"Subject: a\x00b\xed\xa0\x80 ", 1).replace(b"To:", b"X-A: \x00\r\nTo:", 1)
        await box.take(raw)
        [heard] = await box.heard()
        assert "\0" not in heard.text + str(heard.raw)

    async def test_of_a_mail_that_is_too_large_staff_are_told(self, box: OurMailbox) -> None:
        await box.take(mail(""), envelope=Envelope(left_out=45 * 1024 * 1024))
        [heard], [logged] = await box.heard(), await box.log()
        assert heard.text.startswith("打印机故障")
        assert "45 MB" in heard.text
        assert logged.size == 45 * 1024 * 1024


async def test_a_message_that_names_a_failed_delivery_is_still_an_answer(box: OurMailbox) -> None:
    key = await box.sent()
    async with box.ground.db.transaction() as session:
        delivery = await box.delivery(key)
        delivery.state = DeliveryState.UNKNOWN
        session.add(delivery)
    await box.take(await box.answer(key))
    assert [heard.answers for heard in await box.heard()] == [key]


def _breaking(letter: object, **named: object) -> object:
    from channels.email.translate import translate  # noqa: PLC0415 - the real one, which is patched above.

    assert "毒" not in str(letter)
    return translate(letter, **named)  # type: ignore[arg-type]  # Passed on as it came.
