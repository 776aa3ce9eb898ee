"""On whose screen a call opens, and for how long."""

import re

from channels.phone.calls import AFTERWARDS, LONGEST_CALL, Seat, mark_logged, revision, ringing
from kit.clock import FrozenClock
from tests.channels.phone.exchange import Exchange
from tests.support.console import Person

CARDS = "/console/calls/ringing"


async def shown(person: Person) -> list[int]:
    """The calls on the person's screen."""
    return [int(found) for found in re.findall(r'data-call="(\d+)"', await person.page(CARDS))]


class TestWho:
    async def test_a_call_opens_on_the_screen_of_whose_extension_rings(
        self, exchange: Exchange, wang: Person, li: Person, zhao: Person
    ) -> None:
        await exchange.tells("ring", extension="801")
        assert [await shown(one) for one in (wang, li, zhao)] == [[1], [], []]

    async def test_any_other_on_the_screens_of_all_who_have_one(
        self, exchange: Exchange, wang: Person, li: Person, zhao: Person
    ) -> None:
        await exchange.tells("ring", extension="600")
        assert [await shown(one) for one in (wang, li, zhao)] == [[1], [1], []]

    async def test_once_it_is_answered_only_there(self, exchange: Exchange, wang: Person, li: Person) -> None:
        await exchange.tells("ring")
        await exchange.tells("answer", extension="802")
        assert [await shown(one) for one in (wang, li)] == [[], [1]]

    async def test_without_a_list_everybody_sees_every_call(self, exchange: Exchange, zhao: Person) -> None:
        open_to_all = await make_exchange_without_list(exchange)
        await open_to_all.tells("ring", extension="801")
        assert await shown(zhao) == [1]

    async def test_who_has_no_telephone_holds_no_connection(self, wang: Person, zhao: Person) -> None:
        assert "data-calls-stream" in await wang.page(CARDS)
        assert "data-calls-stream" not in await zhao.page(CARDS)

    async def test_two_at_once_are_filled_in_side_by_side(self, exchange: Exchange, wang: Person) -> None:
        await exchange.tells("ring", call_id="one", extension="801")
        await exchange.tells("ring", call_id="two", extension="801")
        # Else both would go by the rule of the place they stand in, where the newest fetch ends the one before.
        assert (await wang.page(CARDS)).count('hx-sync="this"') == len(await shown(wang)) == 2

    async def test_it_is_for_agents(self, editor: Person) -> None:
        for address in (CARDS, "/console/calls/live"):
            assert (await editor.client.get(address)).status_code == 403


async def make_exchange_without_list(exchange: Exchange) -> Exchange:
    async with exchange.ground.db.transaction() as session:
        exchange.account.settings = {"extensions": ""}
        session.add(exchange.account)
    exchange.context.accounts.forget()
    return exchange


class TestHowLong:
    async def test_until_the_caller_gives_up(self, exchange: Exchange, wang: Person) -> None:
        await exchange.tells("ring", extension="801")
        await exchange.tells("hangup")
        assert await shown(wang) == []

    async def test_a_little_longer_when_it_was_answered(
        self, exchange: Exchange, clock: FrozenClock, wang: Person
    ) -> None:
        await exchange.tells("ring", extension="801")
        await exchange.tells("answer", extension="801")
        await exchange.tells("hangup")
        assert await shown(wang) == [1]
        clock.advance(seconds=AFTERWARDS.total_seconds() + 1)
        assert await shown(wang) == []

    async def test_until_it_is_logged(self, exchange: Exchange, clock: FrozenClock, wang: Person) -> None:
        await exchange.tells("ring", extension="801")
        async with exchange.ground.db.transaction() as session:
            await mark_logged(session, clock.now(), 1)
        assert await shown(wang) == []

    async def test_a_call_that_never_ends_does(self, exchange: Exchange, clock: FrozenClock, wang: Person) -> None:
        await exchange.tells("ring", extension="801")
        clock.advance(seconds=LONGEST_CALL.total_seconds() + 1)
        assert await shown(wang) == []

    async def test_calls_of_ours_are_no_cards(self, exchange: Exchange, wang: Person) -> None:
        await exchange.tells("ring", direction="outbound", extension="801")
        assert await shown(wang) == []


class TestCard:
    async def test_the_number_is_masked_and_the_caller_is_asked_from_the_desk(
        self, exchange: Exchange, wang: Person
    ) -> None:
        await exchange.tells("ring", extension="801")
        page = await wang.page(CARDS)
        assert ">138••••8000<" in page
        assert 'hx-get="/console/calls/card?number=%2B8613800138000&amp;call=1"' in page

    async def test_it_is_said_in_both_languages(self, exchange: Exchange, wang: Person) -> None:
        await exchange.tells("ring", extension="801")
        assert "来电" in await wang.page(CARDS)
        assert "Incoming call" in await wang.page(CARDS, "en")

    async def test_what_a_hostile_caller_calls_itself_is_text(self, exchange: Exchange, wang: Person) -> None:
        await exchange.tells("ring", extension="801", **{"from": '"><script>alert(1)</script>'})
        assert "<script>alert" not in await wang.page(CARDS)


async def test_every_change_of_a_card_is_another_revision(exchange: Exchange, clock: FrozenClock) -> None:
    seat = Seat("wang", await exchange.context.accounts.all())
    seen = []
    for event in ("", "ring", "answer", "hangup"):
        if event:
            await exchange.tells(event, extension="801")
        async with exchange.ground.db.reading() as session:
            seen.append(revision(await ringing(session, clock.now(), seat)))
    assert len(set(seen)) == 4
