import asyncio

import httpx
import pytest
from fastapi import FastAPI

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.public import make_public_app, open_example, visit
from tickets.tracking.lookup import find_by_proof


@pytest.fixture
async def app(ground: Ground) -> FastAPI:
    return await make_public_app(ground)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


async def look_up(client: httpx.AsyncClient, number: str, proof: str) -> httpx.Response:
    return await client.post("/track", data={"number": number, "proof": proof})


class TestProof:
    async def test_the_code_leads_to_the_page(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground)
        async with visit(app) as client:
            response = await look_up(client, ticket.number.lower().replace("-", " "), ticket.lookup_code)
        assert response.status_code == 303
        assert response.headers["location"] == f"/t/{ticket.token}"

    async def test_the_whole_phone_number_leads_there_too(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground, phone="138 0000 1234")
        async with visit(app) as client:
            assert (await look_up(client, ticket.number, "+8613800001234")).status_code == 303
            assert (await look_up(client, ticket.number, "0000 1234")).status_code == 422

    async def test_a_phone_number_left_for_this_matter_alone_counts(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground, facts={"phone": "13900005678"})
        async with visit(app) as client:
            assert (await look_up(client, ticket.number, "13900005678")).status_code == 303
            assert (await look_up(client, ticket.number, "13900005679")).status_code == 422

    async def test_a_person_who_gave_no_phone_is_not_found_by_an_empty_proof(
        self, ground: Ground, app: FastAPI
    ) -> None:
        ticket = await open_example(ground, phone=None)
        async with visit(app) as client:
            assert (await look_up(client, ticket.number, "x")).status_code == 422


class TestGuessing:
    async def test_an_unknown_number_and_a_wrong_code_get_the_same_answer(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground)
        async with visit(app) as client:
            unknown = await look_up(client, "YP-200101-0001", "123456")
            mistaken = await look_up(client, ticket.number, wrong(ticket.lookup_code))
        assert unknown.status_code == mistaken.status_code == 422
        assert unknown.text.replace("YP-200101-0001", ticket.number) == mistaken.text

    async def test_five_wrong_tries_lock_the_ticket_for_an_hour(
        self, ground: Ground, app: FastAPI, clock: FrozenClock
    ) -> None:
        ticket = await open_example(ground)
        async with visit(app) as client:
            for _ in range(5):
                await look_up(client, ticket.number, wrong(ticket.lookup_code))
            assert (await look_up(client, ticket.number, ticket.lookup_code)).status_code == 422
            clock.advance(minutes=59)
            assert (await look_up(client, ticket.number, ticket.lookup_code)).status_code == 422
            clock.advance(minutes=2)
            assert (await look_up(client, ticket.number, ticket.lookup_code)).status_code == 303

    async def test_four_wrong_tries_and_a_right_one_begin_anew(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground)
        async with visit(app) as client:
            for _ in range(2):
                for _ in range(4):
                    await look_up(client, ticket.number, wrong(ticket.lookup_code))
                assert (await look_up(client, ticket.number, ticket.lookup_code)).status_code == 303

    async def test_one_locked_ticket_leaves_others_open(self, ground: Ground, app: FastAPI) -> None:
        locked, other = await open_example(ground), await open_example(ground, thread="other")
        async with visit(app) as client:
            for _ in range(6):
                await look_up(client, locked.number, wrong(locked.lookup_code))
            assert (await look_up(client, other.number, other.lookup_code)).status_code == 303

    async def test_many_tries_at_once_are_counted_one_by_one(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground)
        tries = [wrong(ticket.lookup_code)] * 8

        async def guess(proof: str) -> bool:
            async with ground.db.transaction() as session:
                found = await find_by_proof(session, ground.clock.now(), number=ticket.number, proof=proof)
            return found is not None

        assert not any(await asyncio.gather(*(guess(proof) for proof in tries)))
        assert not await guess(ticket.lookup_code)


class TestForm:
    async def test_it_is_spoken_in_both_languages_and_kept_out_of_search(self, app: FastAPI) -> None:
        for language, words in (("zh-CN", "查询工单进度"), ("en", "Where is my ticket?")):
            async with visit(app, language) as client:
                page = await client.get("/track")
            assert page.status_code == 200
            assert words in page.text
            assert page.headers["x-robots-tag"] == "noindex"
            assert page.headers["referrer-policy"] == "no-referrer"

    async def test_a_number_in_the_address_is_filled_in_and_escaped(self, app: FastAPI) -> None:
        async with visit(app) as client:
            page = await client.get("/track", params={"number": '"><script>'})
        assert "<script>" not in page.text.split("<main")[1].split("</main")[0]
