"""A member of staff at the console, with a browser of their own."""

from dataclasses import dataclass
from typing import Any

import httpx

from kit.access.models import Staff
from kit.ground import Ground
from tests.support.tickets import ticket_now

HTMX = {"HX-Request": "true"}


@dataclass
class Person:
    """A member of staff with a browser."""

    client: httpx.AsyncClient
    staff: Staff
    ground: Ground

    @property
    def id(self) -> int:
        return self.staff.id or 0

    async def page(self, address: str, lang: str = "zh") -> str:
        self.client.cookies.set("yp_lang", lang)
        answer = await self.client.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def act(self, ticket_id: int, action: str, **form: Any) -> httpx.Response:
        """As the page does it: by htmx, with the version of the ticket as it is now unless one is given."""
        form.setdefault("version", (await ticket_now(self.ground, ticket_id)).version)
        return await self.client.post(f"/console/tickets/{ticket_id}/{action}", data=form, headers=HTMX)
