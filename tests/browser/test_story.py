"""The main job in two browsers: a customer on a phone, a member of staff at a desk, from question to rating."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, expect

from kit.i18n import Locale
from tests.browser.conftest import BOTH, Window
from tests.browser.customer import ANY, NUMBER, Customer
from tests.browser.desk import Console
from tests.browser.live import ACCOUNTS, LiveProduct
from tests.browser.pictures import DESKTOP, PHONE, Album, compose_story, picture_of, wants_update

pytestmark = [pytest.mark.browser, pytest.mark.slow, BOTH]


@dataclass(frozen=True, kw_only=True)
class Words:
    """What people type themselves; everything the product says comes from its catalogue."""

    question: str
    error: str
    between: str
    region: str
    tax_id: str
    phone: str
    reply: str
    thanks: str
    solution: str
    still_broken: str
    second_solution: str


WORDS: dict[Locale, Words] = {
    "zh": Words(
        question="离线发票一直上传不了怎么办",
        error="提示：网络异常，错误码 -1001",
        between="打印出来的发票错位了怎么办？",
        region="北京朝阳",
        tax_id="91350100M000100Y43",
        phone="13800138000",
        reply="您好，我是陈静。看到您的离线发票卡在上传，我先查一下服务器那边的记录。",
        thanks="好的，麻烦您了",
        solution="上传通道已恢复，请重启开票软件，再点一次“上传”。",
        still_broken="重启以后还是提示网络异常",
        second_solution="已经替您把积压的离线发票补传上去，现在列表里应该都显示“已上传”。",
    ),
    "en": Words(
        question="my offline invoices are not uploading, what should I do?",
        error="It says: network error, code -1001",
        between="the printed invoice is cut off, how do I fix that?",
        region="Beijing",
        tax_id="91350100M000100Y43",
        phone="grace.li@example.com",
        reply="Hello, this is Grace. Your offline invoices are stuck in the upload; I am looking at the server.",
        thanks="Thanks, I will wait",
        solution="The upload channel is back. Please restart the invoicing client and press Upload once more.",
        still_broken="I restarted it and it still says network error",
        second_solution="I have uploaded the waiting invoices for you; the list should show them all as uploaded now.",
    ),
}


def test_the_same_answer_in_the_chat_on_the_start_page(
    window: Window, live: LiveProduct, locale: Locale, album: Album
) -> None:
    customer = Customer(window(locale, DESKTOP), locale)
    customer.open_widget(live.url)
    answer = customer.say(WORDS[locale].question)
    expect(answer).to_contain_text(customer.text("say.solved?"))
    expect(answer.get_by_role("link")).to_be_visible()
    album.take(customer.page, "answer")
    expect(customer.tap(customer.text("button.yes"))).to_contain_text(customer.text("say.glad"))


@dataclass(frozen=True)
class Stage:
    """Who is on it, and where the pictures go."""

    customer: Customer
    agent: Console
    supervisor: Console
    words: Words
    album: Album
    live: LiveProduct


@pytest.fixture
def stage(window: Window, live: LiveProduct, locale: Locale, album: Album) -> Stage:
    """The staff's queue is open before the customer comes."""
    agent_account, supervisor_account = ACCOUNTS[locale]
    agent = Console(window(locale, DESKTOP), locale, live.url)
    agent.sign_in(agent_account)
    supervisor = Console(window(locale, DESKTOP), locale, live.url)
    supervisor.sign_in(supervisor_account)
    customer = Customer(window(locale, PHONE, phone=True), locale, touches=True)
    customer.open(live.url)
    return Stage(customer, agent, supervisor, WORDS[locale], album, live)


#: How often a page is opened again for what a worker does meanwhile.
LOOKS = 60


def test_the_whole_story(stage: Stage, chromium: Browser, locale: Locale) -> None:
    rated_before = figures(stage)
    answered(stage)
    not_solved(stage)
    facts_asked(stage)
    number = ticket_opened(stage)
    seen_live(stage, number)
    replied_and_promised(stage, number)
    if wants_update():
        phone, desk = picture_of(stage.customer.page), picture_of(stage.agent.page)
        compose_story(chromium, locale, phone=phone, desk=desk)
    resolved_and_reopened(stage, number)
    resolved_again(stage, number)
    rated(stage)
    # The worker writes the rating down; the page counts what is there when it is opened.
    assert any(figures(stage) == rated_before + 1 for _look in range(LOOKS))
    stage.album.take(stage.supervisor.page, "figures")


def answered(stage: Stage) -> None:
    """Title, steps, a link to the article that opens, and the question whether it helped."""
    customer = stage.customer
    answer = customer.say(stage.words.question)
    expect(answer).to_contain_text(customer.text("say.solved?"))
    expect(answer).to_contain_text("1. ")
    link = answer.get_by_role("link")
    title = opened_article(stage, link)
    # Once in the answer itself, once in the link.
    expect(answer.get_by_text(title)).to_have_count(2)
    expect(link).to_contain_text(customer.text("say.read_more", title=title))
    stage.album.take(customer.page, "answer")


def opened_article(stage: Stage, link: Locator) -> str:
    """Follow the link as a reader would; returns the article's title."""
    with stage.customer.page.context.expect_page() as opening:
        link.click()
    article = opening.value
    heading = article.get_by_role("heading", level=1)
    expect(heading).to_be_visible()
    expect(article.get_by_role("heading", name=stage.customer.text("site.article.steps"))).to_be_visible()
    stage.album.take(article, "article", whole=True)
    title = heading.inner_text()
    article.close()
    return title


def not_solved(stage: Stage) -> None:
    """Each "no" brings the next best, until there is nothing left but a ticket."""
    customer = stage.customer
    collecting = customer.text("say.collecting")
    for tried in range(1, 4):
        answer = customer.tap(customer.text("button.no"))
        expect(answer).to_be_visible()
        if tried == 1:
            # Once, and only if wanted.
            expect(answer).to_contain_text(customer.text("say.walk_offer"))
            answer = customer.tap(customer.text("button.walk_no"))
            expect(answer).to_be_visible()
        if collecting in answer.inner_text():
            break
        expect(answer).to_contain_text(customer.text("say.next_best"))
        expect(customer.heard.filter(has_text=customer.text("say.solved?"))).to_have_count(tried + 1)
    customer.hears(collecting)


def facts_asked(stage: Stage) -> None:
    """One at a time: one given, one skipped, one asked again after a question in between."""
    customer, words = stage.customer, stage.words
    customer.hears(customer.text("ask.error"))
    # The question is about uploading, whatever else was tried since: so the number is wanted.
    expect(customer.say(words.error)).to_contain_text(customer.text("ask.invoice_number"))
    stage.album.take(customer.page, "fact-asked")
    expect(customer.tap(customer.text("button.skip"))).to_contain_text(customer.text("ask.region"))
    between = customer.say(words.between)
    expect(between).to_contain_text("1. ")
    expect(between).to_contain_text(customer.text("ask.region"))
    expect(between).not_to_contain_text(customer.text("say.solved?"))
    stage.album.take(customer.page, "question-between")
    expect(customer.say(words.region)).to_contain_text(customer.text("ask.tax_id"))
    expect(customer.say(words.tax_id)).to_contain_text(customer.text("ask.phone"))


def ticket_opened(stage: Stage) -> str:
    customer = stage.customer
    opened = customer.say(stage.words.phone)
    expect(opened).to_contain_text(NUMBER)
    expect(opened).to_contain_text(customer.text("stage.accepted"))
    found = NUMBER.search(opened.inner_text())
    assert found
    number = found[0]
    expect(opened.get_by_role("link", name=customer.text("say.track", number=number))).to_be_visible()
    expect(customer.title).to_be_in_viewport()
    stage.album.take(customer.page, "ticket-number")
    return number


def seen_live(stage: Stage, number: str) -> None:
    """The page was loaded before the ticket existed, and is not loaded again."""
    loads = stage.agent.loads
    row = stage.agent.row(number)
    expect(row).to_contain_text(stage.words.question)
    assert stage.agent.loads == loads
    stage.album.take(stage.agent.page, "queue")
    stage.agent.open(number)
    expect(stage.agent.thread.get_by_text(stage.words.error)).to_be_visible()


def replied_and_promised(stage: Stage, number: str) -> None:
    customer, agent, words = stage.customer, stage.agent, stage.words
    agent.reply(words.reply)
    customer.hears(words.reply)
    agent.promise("two_hours")
    customer.hears(customer.pattern("news.promised", number=number, by=ANY))
    customer.say(words.thanks)
    expect(agent.thread.get_by_text(words.thanks)).to_be_visible()
    agent.stands_at("processing")
    stage.album.take(customer.page, "promised")
    stage.album.take(agent.page, "ticket")


def resolved_and_reopened(stage: Stage, number: str) -> None:
    """What was called solved is asked about; "no" and its reason stand before the staff at once."""
    customer, agent, words = stage.customer, stage.agent, stage.words
    before = agent.head.inner_text()
    assert agent.text("priority.2") in before
    agent.resolve(words.solution)
    customer.hears(words.solution)
    customer.hears(customer.text("news.fixed?", number=number))
    stage.album.take(customer.page, "really-fixed")
    expect(customer.tap(customer.text("button.broken"))).to_contain_text(customer.text("say.reopen_why"))
    expect(customer.say(words.still_broken)).to_contain_text(customer.text("say.reason_added"))
    stage.album.take(customer.page, "reopened")
    agent.stands_at("processing")
    expect(agent.head).to_contain_text(agent.text("alarm.reopened"))
    expect(agent.head).to_contain_text(agent.text("priority.1"))
    # Once as the customer said it, once as the reason of the reopening.
    expect(agent.thread.get_by_text(words.still_broken)).to_have_count(2)
    stage.album.take(agent.page, "reopened")


def resolved_again(stage: Stage, number: str) -> None:
    customer, agent = stage.customer, stage.agent
    agent.resolve(stage.words.second_solution)
    customer.hears(stage.words.second_solution)
    customer.hears(customer.text("news.fixed?", number=number), times=2)
    closed = customer.tap(customer.text("button.works"))
    expect(closed).to_contain_text(customer.text("say.confirmed", number=number))
    agent.stands_at("solved")


def rated(stage: Stage) -> None:
    """Two taps: a score, and no more words."""
    customer, agent = stage.customer, stage.agent
    customer.hears(customer.text("news.survey"))
    stage.album.take(customer.page, "survey")
    thanked = customer.tap(customer.text("news.score.5"))
    expect(thanked).to_contain_text(customer.text("say.rated", score=5))
    expect(customer.tap(customer.text("button.skip"))).to_contain_text(customer.text("say.survey_done"))
    expect(customer.title).to_be_in_viewport()
    stage.album.take(customer.page, "rated")
    expect(agent.side).to_contain_text("5 / 5")
    stage.album.take(agent.page, "solved")


def figures(stage: Stage) -> int:
    """How many ratings of five the supervisor's page counts."""
    page = stage.supervisor.page
    page.goto(f"{stage.live.url}/console/figures")
    # Exactly that: a row of minutes may have the same words in it.
    score = page.get_by_role("rowheader", name=stage.supervisor.text("console.figures.score", score=5), exact=True)
    count = page.get_by_role("row").filter(has=score).get_by_role("cell").nth(1)
    return int(count.inner_text())
