"""One of everything the product shows, put into it by its own pages and services."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import select

from channels.accounts.models import ChannelAccount
from channels.email.unsubscribing import Links
from channels.models import Delivery, DeliveryState
from kit.access.models import Staff
from kit.access.service import invite
from kit.db import AsyncSession
from knowledge.improving.models import ImprovementItem, Source
from tests.browser.desk import Console
from tests.browser.live import Account, LiveProduct
from tests.browser.test_entry import table
from tests.browser.test_mail import MailStory, hostile
from tickets.bulk.models import BulkItem, BulkJob, BulkKind, Outcome
from tickets.entry.models import EntryBatch
from tickets.models import Ticket
from tickets.sla.models import BusinessCalendar
from tickets.views.models import SavedView


@dataclass(frozen=True)
class Scene:
    """What the addresses of pages are made of."""

    values: dict[str, Any]

    def address(self, template: str) -> str:
        return template.format_map(self.values)


def set_scene(console: Console, live: LiveProduct, account: Account) -> Scene:
    """As the account, which has signed in to this console."""
    story, who = MailStory(live), f"axe-{console.locale}"
    ticket = story.told(who, quota=2)
    story.lost(who)
    mail = story.arrived(hostile(), f"<{who}@tax.example>")
    _upload(console)
    values: dict[str, Any] = {
        "ticket": ticket,
        "mail": mail,
        "official": story.official(),
        "texting": story.texting(),
        "unsubscribe": Links(story.ground.settings.secret_key()).token("help@desk.example", f"{who}@x.example"),
    }

    async def look(session: AsyncSession) -> None:
        staff = (await session.exec(select(Staff).where(Staff.login == account.login))).one()
        now = story.ground.clock.now()
        view = SavedView(staff_id=staff.id or 0, name="月末", query="stage=received", shared=False, created_at=now)
        order = BulkJob(
            key=who,
            staff_id=staff.id or 0,
            staff_name=staff.name,
            kind=BulkKind.TAGS,
            params={"add": ["月末"], "remove": []},
            total=1,
            begins_at=now,
            created_at=now,
        )
        item = ImprovementItem(
            title="月末登录",
            source=Source.CATEGORY,
            category="none",
            owner_id=staff.id,
            due_on=now.date() - timedelta(days=2),
            baseline=9,
            created_at=now,
            created_by=staff.name,
        )
        session.add_all([view, order, item])
        await session.flush()
        session.add(BulkItem(bulk_id=order.id, ticket_id=ticket, outcome=Outcome.UNCHANGED))
        shown = await session.get_one(Ticket, ticket)
        lost = select(Delivery.id).where(Delivery.state == DeliveryState.FAILED, Delivery.address == who)
        values.update(
            number=shown.number,
            token=shown.token,
            view=view.id,
            password=await invite(session, now, staff.id or 0),
            account=(await session.exec(select(ChannelAccount.id))).first(),
            delivery=(await session.exec(lost)).first(),
            bulk=order.id,
            improvement=item.id,
            batch=(await session.exec(select(EntryBatch.id).where(EntryBatch.staff_id == staff.id))).first(),
            calendar=(await session.exec(select(BusinessCalendar.key))).first(),
        )

    story._write(look)
    assert None not in values.values(), values
    return Scene(values)


def _upload(console: Console) -> None:
    """A table of records whose last column nobody has named yet."""
    page = console.page
    page.goto(f"{console.url}/console/entry")
    page.locator("input[type=file]").set_input_files(table(console.locale))
    page.get_by_role("button", name=console.text("entry.upload")).press("Enter")
    page.wait_for_url(re.compile(r"/console/entry/\d+$"))
