"""Files of mails, where a virus scanner looks at them."""

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.email.arrivals import mail, open_mailbox
from tests.support.scanning import VIRUS, SuspiciousScanner


async def test_what_is_infected_is_only_named_and_the_rest_is_known_to_be_clean(
    ground: Ground, clock: FrozenClock
) -> None:
    ground.files.scanner = SuspiciousScanner()
    async with open_mailbox(ground, clock) as box:
        await box.take(mail(files=[("账单.txt", b"x" + VIRUS), ("说明.txt", "说明".encode())]))
        [heard] = await box.heard()
    found = [(one["name"], bool(one["id"]), one["scan"]) for one in heard.attachments]
    assert found == [("账单.txt", False, "infected"), ("说明.txt", True, "clean")]
