"""The whole job on every platform: from the question to the rating, with not one call the platform forbids."""

import re
from dataclasses import dataclass

import pytest

from channels.models import DeliveryState
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.i18n import Locale, translate
from tests.support.platforms import Customer, PlatformDesk, make_platform_desk
from tests.support.recordings import picture, recording
from tickets.stages import Priority, Stage
from tickets.surveys.service import survey_of

NUMBER = re.compile(r"YP-\d{6}-\d{4}")
#: Stands for a value that only the product knows.
ANY = "\N{HORIZONTAL ELLIPSIS}any\N{HORIZONTAL ELLIPSIS}"
STORIES = [("telegram", "zh"), ("telegram", "en"), ("wechat", "zh"), ("wecom", "zh")]


@dataclass(frozen=True, kw_only=True)
class Words:
    """What people type themselves; everything the product says comes from its catalogue."""

    name: str
    question: str
    error: str
    between: str
    region: str
    phone: str
    reply: str
    thanks: str
    solution: str
    still_broken: str
    second_solution: str
    comment: str


WORDS: dict[Locale, Words] = {
    "zh": Words(
        name="小李",
        question="离线发票一直上传不了怎么办",
        error="提示：网络异常，错误码 -1001",
        between="打印出来的发票错位了怎么办？",
        region="北京朝阳",
        phone="13800138000",
        reply="您好，我是王芳，我先查一下服务器那边的记录。",
        thanks="好的，麻烦您了",
        solution="上传通道已恢复，请重启开票软件，再点一次“上传”。",
        still_broken="重启以后还是提示网络异常",
        second_solution="已经替您补传上去，列表里应该都显示“已上传”。",
        comment="王芳很耐心",
    ),
    "en": Words(
        name="Grace",
        question="my offline invoices are not uploading, what should I do?",
        error="It says: network error, code -1001",
        between="the printed invoice is cut off, how do I fix that?",
        region="Beijing",
        phone="grace.li@example.com",
        reply="Hello, this is Fang. I am looking at the server.",
        thanks="Thanks, I will wait",
        solution="The upload channel is back. Please restart the client and press Upload once more.",
        still_broken="I restarted it and it still says network error",
        second_solution="I have uploaded the waiting invoices for you.",
        comment="Fang was very patient",
    ),
}


@dataclass
class Story:
    """One customer on one platform, in one language."""

    desk: PlatformDesk
    customer: Customer
    locale: Locale

    @property
    def words(self) -> Words:
        return WORDS[self.locale]

    def text(self, key: str, **values: object) -> str:
        return translate(key, self.locale, **values)

    def told(self, news: list[str], key: str, **values: object) -> bool:
        """Whether a text of the catalogue is in what the person heard; :data:`ANY` stands for anything."""
        pattern = re.escape(self.text(key, **values)).replace(re.escape(ANY), "(.|\n)+")
        return re.search(pattern, "\n".join(news)) is not None

    async def taps(self, key: str, **values: object) -> list[str]:
        return await self.customer.press(self.text(key, **values))


@pytest.fixture(params=STORIES, ids="-".join)
async def story(request: pytest.FixtureRequest, ground: Ground, clock: FrozenClock) -> Story:
    platform, locale = request.param
    desk = await make_platform_desk(ground, clock, platform)
    language = {"language": "en"} if locale == "en" else {}
    return Story(desk, await desk.customer("one", name=WORDS[locale].name, **language), locale)


class TestStory:
    async def test_from_the_question_to_the_rating(self, story: Story) -> None:
        await answered(story)
        await not_solved(story)
        await facts_asked(story)
        number = await ticket_opened(story)
        await replied_and_promised(story, number)
        await resolved_and_reopened(story, number)
        await resolved_again(story, number)
        await rated(story)
        await nothing_left(story)

    async def test_what_people_send_is_on_the_ticket_to_see_and_to_hear(self, story: Story) -> None:
        await story.customer.write(story.text("button.person"))
        ticket = await story.desk.ticket()
        await story.customer.send("image", picture(), "screen.png")
        await story.customer.send("voice", recording(story.desk.channel), "voice")
        messages = [message for message in await story.desk.messages() if message.ticket_id == ticket.id]
        files = [file for message in messages for file in message.attachments]
        assert [file["mime"].partition("/")[0] for file in files] == ["image", "audio"]
        # AMR is what WeChat records, and no browser plays it.
        assert files[1]["mime"] in {"audio/ogg", "audio/mpeg", "audio/mp4", "audio/wav"}
        stored = [story.desk.ground.files.path(file["id"]).read_bytes() for file in files]
        assert stored[0] == picture()
        assert len(stored[1]) == files[1]["size"]
        assert story.desk.simulated.violations == []

    async def test_what_staff_send_reaches_the_phone(self, story: Story) -> None:
        await story.customer.write(story.text("button.person"))
        await story.desk.replies(story.words.reply, await story.desk.stored(picture(), "steps.png"))
        assert story.customer.person.last.media == picture()
        assert any(story.words.reply in text for text in story.customer.news())
        await nothing_left(story)


async def answered(story: Story) -> None:
    """Steps, a link to the article, and the question whether it helped."""
    news = await story.customer.write(story.words.question)
    assert "1. " in "\n".join(news)
    assert story.told(news, "say.solved?")
    assert story.told(news, "say.read_more", title=ANY)
    shown = story.customer.person.last
    addresses = " ".join([shown.text, *shown.links.values()])
    assert "http://desk.test/help/fix-offline-not-uploaded" in addresses
    assert {story.text("button.yes"), story.text("button.no")} <= set(story.customer.labels())


async def not_solved(story: Story) -> None:
    """Each "no" brings the next best, until there is nothing left but a ticket."""
    for _ in range(4):
        news = await story.taps("button.no")
        if story.told(news, "say.collecting"):
            assert story.told(news, "ask.error")
            return
        assert story.told(news, "say.next_best")
    pytest.fail("no ticket was offered")


async def facts_asked(story: Story) -> None:
    """One given, one skipped, one asked again after a question in between."""
    words, customer = story.words, story.customer
    assert story.told(await customer.write(words.error), "ask.invoice_number")
    assert story.told(await story.taps("button.skip"), "ask.region")
    between = await customer.write(words.between)
    assert "1. " in "\n".join(between)
    assert story.told(between, "ask.region")
    assert not story.told(between, "say.solved?")
    assert story.told(await customer.write(words.region), "ask.tax_id")
    assert story.told(await story.taps("button.skip"), "ask.phone")


async def ticket_opened(story: Story) -> str:
    news = await story.customer.write(story.words.phone)
    found = NUMBER.search("\n".join(news))
    assert found
    ticket = await story.desk.ticket()
    assert (found[0], ticket.facts["error"]) == (ticket.number, story.words.error)
    assert story.told(news, "say.opened", number=found[0], code=ticket.lookup_code, stage=ANY, due=ANY)
    return found[0]


async def replied_and_promised(story: Story, number: str) -> None:
    await story.desk.replies(story.words.reply)
    assert any(story.words.reply in text for text in story.customer.news())
    await story.desk.promises(hours=2)
    assert story.told(story.customer.news(), "news.promised", number=number, by=ANY)
    # Whoever is talked to by staff hears nothing from the bot.
    assert await story.customer.write(story.words.thanks) == []


async def resolved_and_reopened(story: Story, number: str) -> None:
    """What was called solved is asked about; "no" and its reason stand before the staff."""
    before = await story.desk.ticket()
    await story.desk.resolves(story.words.solution)
    assert any(story.words.solution in text for text in story.customer.news())
    await story.desk.later(seconds=story.desk.ground.settings.fixed_check_after_s + 1)
    assert story.told(story.customer.news(), "news.fixed?", number=number)
    assert story.told(await story.taps("button.broken"), "say.reopen_why")
    assert story.told(await story.customer.write(story.words.still_broken), "say.reason_added")
    ticket = await story.desk.ticket()
    assert (ticket.stage, ticket.priority) == (Stage.PROCESSING, Priority(before.priority - 1))
    assert ticket.alarm == "reopened"


async def resolved_again(story: Story, number: str) -> None:
    await story.desk.resolves(story.words.second_solution)
    assert any(story.words.second_solution in text for text in story.customer.news())
    await story.desk.later(seconds=story.desk.ground.settings.fixed_check_after_s + 1)
    assert story.told(story.customer.news(), "news.fixed?", number=number)
    assert story.told(await story.taps("button.works"), "say.confirmed", number=number)


async def rated(story: Story) -> None:
    """A score by one tap, and a sentence."""
    await story.desk.later(seconds=story.desk.ground.settings.survey_after_s + 1)
    assert story.told(story.customer.news(), "news.survey")
    assert story.told(await story.taps("news.score.5"), "say.rated", score=5)
    assert story.told(await story.customer.write(story.words.comment), "say.comment_kept")
    ticket = await story.desk.ticket()
    async with story.desk.ground.db.reading() as session:
        survey = await survey_of(session, ticket.id)
    assert survey is not None
    assert (ticket.stage, survey.score, survey.comment) == (Stage.SOLVED, 5, story.words.comment)


async def nothing_left(story: Story) -> None:
    """Everything was sent, once, and nothing that the platform forbids."""
    deliveries = await story.desk.deliveries()
    assert {delivery.state for delivery in deliveries} == {DeliveryState.SENT}
    assert story.desk.simulated.violations == []
    said = [message.text for message in await story.desk.messages() if message.author != "customer"]
    assert len(deliveries) == len(said)
    # As often as it was said, however many messages it came in.
    lines = [line for text in said for line in text.splitlines()]
    heard = [line for text in story.customer.person.texts for line in text.splitlines()]
    for first in {text.splitlines()[0] for text in said}:
        assert heard.count(first) == lines.count(first), first
