"""What a mail reports about one of ours, if it does at all. Pure, and never raises on any bytes."""

from channels.email.bounces import status_fields
from channels.email.bounces.addresses import addresses_in
from channels.email.bounces.evidence import Evidence
from channels.email.bounces.notices import Named, about, named
from channels.email.bounces.notifications import read_notification
from channels.email.bounces.report import Failed, Report, ReportKind
from channels.email.bounces.verdicts import Verdict, judge
from channels.email.mime.model import Mail

_MOST_SAID = 1_000


def read_report(raw: bytes, mail: Mail) -> Report | None:
    """None for every mail that a person wrote, or a program about something else than a mail of ours.

    Anybody can send a mail that looks like a report: what it says counts only where ``original_ids`` name a mail that
    was really sent to that recipient.
    """
    evidence = Evidence(raw, mail)
    if evidence.is_complaint:
        return _report(evidence, ReportKind.COMPLAINT)
    if evidence.parts.dispositions:
        return _report(evidence, ReportKind.RECEIPT)
    if notification := read_notification(evidence.parts.words):
        return notification
    if evidence.is_absence:
        return _report(evidence, ReportKind.AUTO_REPLY)
    if evidence.fields and evidence.is_by_machine:
        return _of_fields(evidence)
    if evidence.is_by_machine and evidence.tells_of_failure:
        return _of_words(evidence)
    return None


def _of_fields(evidence: Evidence) -> Report:
    missed = [recipient for recipient in evidence.fields if not recipient.reached]
    if not missed:
        return _report(evidence, ReportKind.DELIVERED)
    given_up = [recipient for recipient in missed if not recipient.delayed]
    kind = ReportKind.BOUNCE if given_up else ReportKind.DELAY
    return _report(evidence, kind, *_failed_of(evidence, given_up or missed, kind))


def _failed_of(evidence: Evidence, missed: list[status_fields.Recipient], kind: ReportKind) -> list[Failed]:
    alone = len(evidence.fields) == 1
    blocks = {one.address.lower(): one.words for one in named(evidence.notice.said, evidence.own)}
    failed = []
    for recipient in missed:
        address = recipient.address or (_only_address(evidence) if alone else "")
        around = evidence.notice.said
        if not alone:
            around = "\n".join((blocks.get(address.lower(), ""), about(address, around)))
        verdict = judge(recipient.diagnostic, around=around, status=recipient.status, comment=recipient.comment)
        failed.append(_failed(address, verdict, recipient.diagnostic or around, kind))
    return failed


def _of_words(evidence: Evidence) -> Report:
    if evidence.tells_of_success:
        return _report(evidence, ReportKind.DELIVERED)
    kind = ReportKind.DELAY if evidence.tells_of_delay else ReportKind.BOUNCE
    people = _named(evidence)
    failed = (_failed(one.address, _verdict(evidence, one, alone=len(people) == 1), one.words, kind) for one in people)
    return _report(evidence, kind, *failed)


def _verdict(evidence: Evidence, recipient: Named, *, alone: bool) -> Verdict:
    """Of the words about a recipient; where those say little, of whatever else may be about the same."""
    verdict = judge("", around=recipient.words)
    if not verdict.reason.vague:
        return verdict
    said = evidence.notice.said
    return judge("", around=said if alone else about(recipient.address, said))


def _named(evidence: Evidence) -> tuple[Named, ...]:
    """Who was not reached: as the notice says, or the header, or else the one that the original was sent to."""
    said = evidence.notice.said
    found = named(said, evidence.own)
    known = {one.address.lower() for one in found}
    missing = [address for address in evidence.failed_header if address.lower() not in known]
    more = tuple(Named(address, about(address, said)) for address in missing)
    if more and len(missing) == len(evidence.failed_header):
        return more
    if not found and (address := _only_address(evidence)):
        return (Named(address, said),)
    if not found and not more and not evidence.original:
        return named(evidence.notice.quoted, evidence.own)
    return (*found, *more)


def _only_address(evidence: Evidence) -> str:
    """Whom the original was sent to, where that is one; of several nobody knows who it was."""
    to = tuple(dict.fromkeys(addresses_in(evidence.original.get("to", ""))))
    others = [address for address in to if address.lower() not in evidence.own] or to
    candidates = evidence.failed_header or others
    return candidates[0] if len(candidates) == 1 else ""


def _failed(address: str, verdict: Verdict, said: str, kind: ReportKind) -> Failed:
    return Failed(
        address=address,
        status=verdict.status,
        hard=verdict.reason.hard and kind is ReportKind.BOUNCE,
        reason=verdict.reason,
        said=" ".join(said.split())[:_MOST_SAID],
    )


def _report(evidence: Evidence, kind: ReportKind, *failed: Failed) -> Report:
    return Report(
        kind=kind,
        recipients=_once(failed),
        original_ids=evidence.original_ids,
        original_headers=evidence.original,
    )


def _once(failed: tuple[Failed, ...]) -> tuple[Failed, ...]:
    """Each address once, hard before soft: some systems report the same recipient again and again."""
    kept: dict[str, Failed] = {}
    for one in failed:
        key = one.address.lower()
        if key not in kept or (one.hard and not kept[key].hard):
            kept[key] = one
    return tuple(kept.values())
