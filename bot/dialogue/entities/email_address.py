import re
from collections.abc import Iterator

from bot.dialogue.entities.model import Entity, EntityKind, Problem, ProblemKind

_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._%+-")
_DOMAIN = re.compile(r"[a-z0-9][a-z0-9\-]{0,62}(?:,(?:com|cn|net|org)(?![a-z0-9\-])|\.{1,2}[a-z0-9\-]{1,63}){0,5}")
_DOTS = re.compile(r"\.{2,64}")
_PARTING = re.compile(r"[.,]{1,2}")
_LOCAL_MAX = 64
_DOMAIN_MAX = 255
_TOP_SLIPS = {
    "con": "com",
    "cmo": "com",
    "ocm": "com",
    "comm": "com",
    "vom": "com",
    "xom": "com",
    "cm": "com",
}
_DOMAIN_SLIPS = {
    "gmial.com": "gmail.com",
    "gmai.com": "gmail.com",
    "gamil.com": "gmail.com",
    "gnail.com": "gmail.com",
    "hotmial.com": "hotmail.com",
    "hotmai.com": "hotmail.com",
    "outlok.com": "outlook.com",
    "outloo.com": "outlook.com",
    "foxmial.com": "foxmail.com",
    "qqq.com": "qq.com",
    "qq.co": "qq.com",
    "qq.cn": "qq.com",
    "163.co": "163.com",
    "163.cn": "163.com",
    "126.cn": "126.com",
}


def find_emails(folded: str) -> Iterator[Entity]:
    """Find addresses around each @ in folded text; only their writing is judged, not whether mail arrives."""
    at = folded.find("@")
    while at >= 0:
        before = _last_word(folded[max(0, at - _LOCAL_MAX) : at])
        after = _DOMAIN.match(folded, at + 1, at + 1 + _DOMAIN_MAX)
        if before and after:
            domain = after.group().rstrip("-")
            span = (at - len(before), at + 1 + len(domain))
            yield _judge(before, domain, span)
        at = folded.find("@", at + 1)


def _last_word(stretch: str) -> str:
    size = 0
    while size < len(stretch) and stretch[-size - 1] in _LOCAL:
        size += 1
    return stretch[len(stretch) - size :].lstrip(".")


def _judge(local: str, domain: str, span: tuple[int, int]) -> Entity:
    value = f"{local}@{domain}"
    likely = _likely_domain(domain)
    if "." not in likely:
        return Entity(EntityKind.EMAIL, value, span, Problem(ProblemKind.EMAIL_INCOMPLETE, found=domain))
    fixed = _DOTS.sub(".", local).rstrip(".")
    if likely != domain or fixed != local:
        suggestion = f"{fixed}@{likely}"
        return Entity(EntityKind.EMAIL, value, span, Problem(ProblemKind.EMAIL_SLIP, suggestion=suggestion))
    return Entity(EntityKind.EMAIL, value, span)


def _likely_domain(domain: str) -> str:
    dotted = _PARTING.sub(".", domain)
    head, _, top = dotted.rpartition(".")
    dotted = f"{head}.{_TOP_SLIPS.get(top, top)}" if head else dotted
    return _DOMAIN_SLIPS.get(dotted, dotted)
