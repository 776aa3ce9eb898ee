"""Mail addresses in the text of a report."""

import re
from collections.abc import Iterator

#: One label may do for a domain: local systems report what they were handed.
ADDRESS = r"(?:\"[^\"\s]{1,64}\"|[\w.!#$%&'*+/=?^`{|}~-]{1,80})@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}"
_ADDRESS = re.compile(ADDRESS)
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_MACHINE = re.compile(
    r"(mailer[-_.]?daemon|post[-_.]?master|mail[-_. ]?deliver\w{0,3}[-_. ]?(sub)?system|mail[-_.]?daemon|mdaemon|daemon"
    r"|mail[-_. ]?system|bounces?|microsoftexchange[0-9a-f]{0,40}|sys(tem)?[-_. ]?admin(istrator)?|antispam|mailadmin"
    r"|mail delivery (service|agent)|interscan\w{0,20}|internet mail delivery)([-+=_ ].*)?",
    re.IGNORECASE,
)


def addresses_in(text: str) -> Iterator[str]:
    return (tidy(match[0]) for match in _ADDRESS.finditer(text[:2_000]))


def tidy(address: str) -> str:
    """Without the marks of the text around it."""
    return address.strip(" \t<>'`,;:.")


def of_field(value: str) -> str:
    """The address in a report's field ``type; address``; nothing where the field names something else."""
    kind, parted, rest = value.partition(";")
    found = next(addresses_in(rest if parted else value), "")
    return _XTEXT.sub(_character, found) if kind.strip().lower() == "rfc822" and not _real_plus(found) else found


def is_machine(address: str) -> bool:
    """Whether nobody reads what is sent there, as with the addresses of mail systems."""
    return _MACHINE.fullmatch(address[:500].partition("@")[0]) is not None


def _real_plus(address: str) -> bool:
    """A plus is written ``+2B`` in these fields, but many systems leave it as it is."""
    return "+" in address and not all(_printable(code) for code in _XTEXT.findall(address))


def _printable(code: str) -> bool:
    return code in {"2B", "3D", "40"}


def _character(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if _printable(match[1]) else match[0]
