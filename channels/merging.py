"""Where a platform counts messages, several that wait for one person travel as one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, bindparam, literal_column, select, update

from channels.compose import can_merge, merged
from channels.delivery import STILL_WAITING, delivery_table
from channels.models import Delivery, DeliveryState
from channels.port import Capabilities, Outbound
from kit.db import AsyncSession
from kit.outbox import Priority

#: More than this never travels together.
MOST = 8


async def carry_along(
    session: AsyncSession,
    now: datetime,
    head: Delivery,
    part: Outbound,
    capabilities: Capabilities,
    *,
    again: bool = False,
) -> tuple[tuple[str, ...], Outbound]:
    """Take what waits right behind ``head``, as far as it fits; return its keys and the whole message.

    Those behind have jobs of their own in the same lane: they find themselves sent, and end. A try made ``again``,
    because nobody knows what became of the last, takes exactly what that one took.
    """
    if again:
        taken_before = (await session.execute(_TAKEN, {"head": head.key})).all()
        words = [Outbound.model_validate(row.body) for row in taken_before]
        return tuple(row.key for row in taken_before), merged([part, *words])
    behind = {"of_thread": head.thread, "after": head.id, "most": MOST}
    keys, messages = [], [part]
    for row in (await session.execute(_BEHIND, behind)).all():
        message = Outbound.model_validate(row.body)
        whole = merged(messages)
        if row.expires_at is not None and row.expires_at <= now:
            break
        if row.priority > Priority.BOT or row.parts_sent or not can_merge(whole, message, capabilities):
            break
        keys.append(row.key)
        messages.append(message)
    if keys:
        taken = {"carried": keys, "head": head.key, "state": DeliveryState.SENDING.value}
        await session.execute(_TAKE, taken)
    return tuple(keys), merged(messages)


async def settle_carried(
    session: AsyncSession, head: str, carried: Sequence[str], values: dict[str, Any]
) -> tuple[str, ...]:
    """The outcome of the head is the outcome of all it carried; returns their keys.

    A head whose worker died does not know whom it carried: the rows do.
    """
    keys = tuple(carried) or tuple((await session.execute(_CARRIED, {"head": head})).scalars().all())
    if keys:
        kept = {name: value for name, value in values.items() if name != "parts_sent"}
        still = head if values["state"] in {DeliveryState.SENT, DeliveryState.SENDING} else None
        await session.execute(_SETTLE, {"carried": keys, "carried_by": still, **kept})
    return keys


# Built once: to build a statement costs more than to run it.
_BEHIND = (
    select(delivery_table)
    .where(delivery_table.c.thread == bindparam("of_thread"), STILL_WAITING)
    .where(delivery_table.c.state == literal_column("'queued'"))
    .where(delivery_table.c.id > bindparam("after"))
    .order_by(delivery_table.c.id)
    .limit(bindparam("most", type_=Integer))
)
_KEYS = delivery_table.c.key.in_(bindparam("carried", expanding=True))
_TAKE = update(delivery_table).where(_KEYS).values(carried_by=bindparam("head"), state=bindparam("state"))
_SETTLE = update(delivery_table).where(_KEYS)
_TAKEN = select(delivery_table).where(delivery_table.c.carried_by == bindparam("head")).order_by(delivery_table.c.id)
_CARRIED = select(delivery_table.c.key).where(delivery_table.c.carried_by == bindparam("head"))
