"""Who sent a mail, as our own mail server found it (RFC 8601): the only word in a mail that is believed."""

import re
from dataclasses import dataclass

from channels.email.mime.addresses import read_addresses
from channels.email.mime.model import Mail

_HEADER = "authentication-results"
_RESULT = re.compile(r"\s*([A-Za-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([A-Za-z]+)(?![^\s;])")
_PROPERTY = re.compile(r"(?<![A-Za-z0-9-])([A-Za-z0-9-]+)\s*\.\s*([A-Za-z0-9_-]+)\s*=\s*([^\s;]+)")
#: No server writes more.
_LONGEST, _MOST = 20_000, 100
_PASS, _NONE = "pass", "none"
_COUNTRY = re.compile(r"[a-z]{2}")
#: Below these names of countries, names are given to anybody.
_SECOND_LEVEL = frozenset("ac co com edu gov net org gob go ne or mil".split())


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What our server says of the sender, in its words; empty where it says nothing. ``proven``: From is not forged."""

    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    proven: bool = False


@dataclass(frozen=True)
class _Result:
    method: str
    value: str
    properties: tuple[tuple[str, str], ...]

    def domains(self, *names: str) -> list[str]:
        return [_domain(value) for name, value in self.properties if name in names]


def verdict(mail: Mail, authserv_id: str) -> Verdict:
    """Read the first header of the server of this name; everything else may have been written by the sender."""
    results = _own_results(mail, authserv_id)
    found = Verdict(spf=_best(results, "spf"), dkim=_best(results, "dkim"), dmarc=_best(results, "dmarc"))
    domain = _author_domain(mail)
    proven = bool(domain) and _proves(results, found.dmarc, domain)
    return Verdict(spf=found.spf, dkim=found.dkim, dmarc=found.dmarc, proven=proven)


def _proves(results: list[_Result], dmarc: str, domain: str) -> bool:
    if dmarc not in {"", _NONE}:
        authors = [author for result in results for author in result.domains("header.from") if result.method == "dmarc"]
        return dmarc == _PASS and all(author == domain for author in authors)
    signed = [result.domains("header.d", "header.i") for result in results if _is(result, "dkim")]
    enveloped = [result.domains("smtp.mailfrom") for result in results if _is(result, "spf")]
    return any(aligned(other, domain) for domains in signed + enveloped for other in domains)


def _is(result: _Result, method: str) -> bool:
    return result.method == method and result.value == _PASS


def _best(results: list[_Result], method: str) -> str:
    """One signature that holds is enough; else what is said first."""
    values = [result.value for result in results if result.method == method]
    return _PASS if _PASS in values and method == "dkim" else next(iter(values), "")


def _own_results(mail: Mail, authserv_id: str) -> list[_Result]:
    wanted = authserv_id.strip().lower()
    for value in mail.headers.get(_HEADER, ()) if wanted else ():
        server, _, rest = _without_comments(value[:_LONGEST]).partition(";")
        if server.strip().split(" ", 1)[0].strip('"').lower() == wanted:
            return [result for piece in rest.split(";")[:_MOST] if (result := _result(piece)) is not None]
    return []


def _result(piece: str) -> _Result | None:
    found = _RESULT.match(piece)
    if found is None:
        return None
    properties = tuple(
        (f"{kind}.{name}".lower(), value.strip('"')) for kind, name, value in _PROPERTY.findall(piece[found.end() :])
    )
    return _Result(found.group(1).lower(), found.group(2).lower(), properties)


def _without_comments(value: str) -> str:
    """The value with comments as blanks and what separates inside quotes as an underscore, so that neither is read."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for letter in value:
        if escaped:
            escaped = False
            kept.append("" if depth else "_")
        elif letter == "\\" and (depth or quoted):
            escaped = True
        elif letter == '"' and not depth:
            quoted = not quoted
        elif quoted:
            kept.append("_" if letter in "; \t" else letter)
        elif letter == "(":
            depth += 1
            kept.append(" ")
        elif letter == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(letter)
    return "".join(kept)


def _author_domain(mail: Mail) -> str:
    """The domain of the one author; a mail that names several, or none, proves nobody."""
    authors = {person.address.lower() for value in mail.headers.get("from", ()) for person in read_addresses(value)}
    if len(mail.headers.get("from", ())) != 1 or authors != {mail.sender.address.lower()}:
        return ""
    return _domain(mail.sender.address)


def _domain(value: str) -> str:
    return value.rpartition("@")[2].strip().strip(".").lower()


def aligned(other: str, domain: str) -> bool:
    """Whether one is the other or stands below it. Two that share a parent only may belong to two owners."""
    shorter, longer = sorted((other, domain), key=len)
    return shorter == longer != "" or (longer.endswith(f".{shorter}") and not _shared(shorter))


def _shared(domain: str) -> bool:
    """Whether anybody gets names below it: ``cn``, ``com.cn``, ``co.uk``."""
    first, dot, rest = domain.partition(".")
    return not dot or (first in _SECOND_LEVEL and _COUNTRY.fullmatch(rest) is not None)
