"""Files as links: the platform's customer service messages know no documents, so people get an address to open.

The address carries everything sealed; whoever holds it may read this one file until it ends.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from channels.port import Attachment, Link
from kit.clock import Clock
from kit.errors import ConflictError
from kit.secretbox import SecretBox

#: As long as the conversation may need it; the file itself stays with us.
GOOD_FOR = timedelta(days=30)
PATH = "/files/wechat/{token}"
_KB, _MB = 1024, 1024 * 1024


class FileLinkError(Exception):
    """Forged, or over."""


@dataclass(frozen=True, kw_only=True)
class LinkedFile:
    """What an address leads to."""

    file_id: str
    name: str
    mime: str


class FileLinks:
    """Makes addresses, and reads them."""

    def __init__(self, box: SecretBox, clock: Clock, base_url: str) -> None:
        self._box = box
        self._clock = clock
        self._base_url = base_url.rstrip("/")

    def link_to(self, file: Attachment) -> Link:
        """A link that names the file and its size."""
        until = str(int((self._clock.now() + GOOD_FOR).timestamp()))
        token = self._box.seal({"wechat_file": file.id, "name": file.name, "mime": file.mime, "until": until})
        return Link(label=f"📎 {file.name} ({_shown(file.size)})", url=self._base_url + PATH.format(token=token))

    def read(self, token: str) -> LinkedFile:
        """What the address leads to; raises FileLinkError."""
        try:
            values = self._box.open(token)
            file = LinkedFile(file_id=values["wechat_file"], name=values["name"], mime=values["mime"])
            until = datetime.fromtimestamp(int(values["until"]), UTC)
        except (ConflictError, KeyError, ValueError) as error:
            raise FileLinkError from error
        if until <= self._clock.now():
            raise FileLinkError
        return file


def _shown(size: int) -> str:
    return f"{size / _MB:.1f} MB" if size >= _MB else f"{max(1, round(size / _KB))} KB"
