"""What the pages of the channels have in common: who asks, when, in which language, how it is answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import RedirectResponse, Response

from channels.accounts.models import ChannelAccount
from channels.console.queries.accounts import all_accounts
from channels.console.queries.health import count_letters, count_pushes
from channels.console.site import ChannelSite, site_of
from channels.delivery import out_queue
from channels.pace import reopen_account
from kit.access.deps import StaffDep, staff_router
from kit.access.identity import Role
from kit.db import AsyncSession, hint
from kit.web.deps import GroundDep, held
from kit.web.errors import FLASH, wants_swap
from kit.web.locale import LocaleDep
from kit.web.pages import PagesDep

HOME = "/console/channels"
#: The largest number the database can hold.
BIGINT_MAX = 2**63 - 1
RowId = Annotated[int, Path(ge=1, le=BIGINT_MAX)]
SiteDep = Annotated[ChannelSite, held(site_of)]


def channels_router(role: Role) -> APIRouter:
    """A router of these pages."""
    return staff_router(prefix=HOME, role=role)


@dataclass(frozen=True)
class Counter:
    """One request about channels; filled by FastAPI."""

    request: Request
    staff: StaffDep
    ground: GroundDep
    pages: PagesDep
    locale: LocaleDep
    site: SiteDep

    @property
    def now(self) -> datetime:
        return self.ground.clock.now()

    def page(self, name: str, **context: Any) -> Response:
        return self.pages.render(self.request, name, **context)

    async def tabbed(self, session: AsyncSession, name: str, **context: Any) -> Response:
        """A page with the tabs above it, which count what waits under each."""
        shown = {"letters": await count_letters(session), "pushes": await count_pushes(session)}
        return self.page(name, tabs=shown, **context)

    def flash(self, text: str, said: str = "", *, good: bool = True) -> Response:
        """Say what happened, and what the platform said."""
        return self.page("channels/flash.html", headers=FLASH, text=text, said=said, good=good)

    def go(self, address: str) -> Response:
        """On to another page, for a script as for a plain form."""
        if wants_swap(self.request):
            return Response(headers={"HX-Redirect": address})
        return RedirectResponse(address, status_code=303)

    async def labels(self, session: AsyncSession) -> dict[tuple[str, str], str]:
        """What each account is called here."""
        return {(one.channel, one.name): one.label for one in await all_accounts(session)}

    async def reopen(self, session: AsyncSession, account: ChannelAccount) -> None:
        """Something was put right: what kept the account shut is no reason any more to wait."""
        await reopen_account(session, channel=account.channel, account=account.name)
        hint(session, f"queue:{out_queue(account.channel, account.name)}")


CounterDep = Annotated[Counter, Depends()]
