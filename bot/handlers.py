"""Which event makes what happen: the whole reaction map in one place."""

from collections.abc import Mapping

from bot.afterwards import Afterwards
from bot.calling import call_ended
from bot.dialogue.turn import Dialogue
from bot.news import News
from channels.delivery import DELIVERY_DUE
from channels.failing import DELIVERY_CONFIRMED, DELIVERY_FAILED
from channels.inbox import MESSAGE_RECEIVED
from channels.moving import ADDRESS_MOVED
from channels.phone.calls import CALL_ENDED
from channels.revisions import MESSAGE_REVISED
from channels.sending import Sender
from channels.wecom.colleagues import SERVICER_SAID
from kit.outbox.runner import Independent, Transactional
from tickets.bulk.jobs import BulkWork
from tickets.bulk.service import BULK_DUE, BULK_ROW, BULK_UNDO
from tickets.events import DeskEvent
from tickets.sending.holding import HELD_DUE


def transactional(
    dialogue: Dialogue, news: News, afterwards: Afterwards, bulk: BulkWork
) -> Mapping[str, Transactional]:
    """Reactions whose whole effect is in the database: exactly once, with the job's own end."""
    return {
        MESSAGE_RECEIVED: dialogue.handle,
        MESSAGE_REVISED: afterwards.revised,
        ADDRESS_MOVED: afterwards.moved,
        DELIVERY_FAILED: afterwards.failed,
        DELIVERY_CONFIRMED: afterwards.confirmed,
        SERVICER_SAID: afterwards.said_elsewhere,
        DeskEvent.REPLIED: news.handle,
        DeskEvent.STAGE_CHANGED: news.handle,
        DeskEvent.PROMISED: news.handle,
        DeskEvent.RESOLVED: news.handle,
        DeskEvent.LOGGED: news.handle,
        CALL_ENDED: call_ended,
        DeskEvent.FOLLOW_UP_DUE: news.handle,
        DeskEvent.MERGED: news.handle,
        DeskEvent.UNMERGED: news.handle,
        DeskEvent.SPLIT: news.handle,
        HELD_DUE: news.let_go,
        BULK_DUE: bulk.handle_due,
        BULK_ROW: bulk.handle_row,
        BULK_UNDO: bulk.handle_undo,
    }


def independent(sender: Sender) -> Mapping[str, Independent]:
    """Reactions that talk to a platform, with no transaction open meanwhile."""
    return {DELIVERY_DUE: sender.handle}
