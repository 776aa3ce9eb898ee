"""Mails as they came: the log of them, one with everything in it, its HTML in a frame that may do nothing."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Path, Query
from starlette.responses import HTMLResponse, Response

from channels.console.endpoints.counter import CounterDep, RowId
from channels.console.queries.mail import MailSelection, Shown, get_mail, mails_page
from channels.console.views.mail import PICTURES, mail_row, mail_view, people_of, pictures_of
from channels.email.html import SafeHtml, page_of, policy_of, sanitise
from channels.email.mime.model import Mail
from channels.email.mime.parsing import parse
from channels.email.models import MailRecord
from kit.access.deps import staff_router
from kit.access.identity import Role
from kit.errors import NotFoundError
from kit.files import FileStore, kind_of
from kit.i18n import Locale, html_lang
from kit.log import log
from kit.web.deps import ReadSession

MAIL = "/console/mail"
router = staff_router(prefix=MAIL, role=Role.AGENT)
supervisors = staff_router(prefix=MAIL, role=Role.SUPERVISOR)
_PRIVATE = {"Cache-Control": "private, no-store"}
_SEALED = {**_PRIVATE, "Content-Security-Policy": "default-src 'none'; sandbox"}
_CURSOR = 1000
PartNumber = Annotated[int, Path(ge=0, le=9999)]


def _selection(
    shown: Annotated[str, Query(max_length=20)] = "", after: Annotated[str, Query(max_length=_CURSOR)] = ""
) -> MailSelection:
    # A filter nobody knows is no filter: an old bookmark still shows the list.
    return MailSelection(shown=Shown(shown) if shown in set(Shown) else Shown.ALL, after=after)


MailSelectionDep = Annotated[MailSelection, Depends(_selection)]


@router.get("")
async def show_mails(desk: CounterDep, session: ReadSession, selection: MailSelectionDep) -> Response:
    mails, following = await mails_page(session, selection)
    return desk.page(
        "channels/mails.html",
        headers=_PRIVATE,
        rows=[mail_row(one, desk.locale) for one in mails],
        selection=selection,
        choices=list(Shown),
        following=selection.query(after=following) if following else None,
    )


@router.get("/{mail_id}")
async def show_mail(desk: CounterDep, session: ReadSession, mail_id: RowId, *, images: bool = False) -> Response:
    record = await get_mail(session, mail_id)
    mail = await _opened(desk.ground.files, record)
    view = await asyncio.to_thread(mail_view, record, mail, desk.locale)
    safe = await _safe(mail.html or "", {}, desk.locale, remote=False) if mail else None
    remote = safe.remote if safe else 0
    return desk.page(
        "channels/mail.html",
        headers=_PRIVATE,
        view=view,
        remote=remote,
        images=images,
        scans=desk.ground.files.scanner is not None,
    )


@router.get("/{mail_id}/body")
async def show_body(desk: CounterDep, session: ReadSession, mail_id: RowId, *, images: bool = False) -> Response:
    """The HTML for the frame; ``images`` fetches pictures from elsewhere, which tells their owner that it was read."""
    record = await get_mail(session, mail_id)
    mail = await _opened(desk.ground.files, record)
    if mail is None or not mail.html:
        raise NotFoundError
    safe = await _safe(mail.html, pictures_of(mail.parts), desk.locale, remote=images)
    page = page_of(safe, title=record.subject, lang=html_lang(desk.locale))
    headers = {**_PRIVATE, "Content-Security-Policy": policy_of(remote=images), "Referrer-Policy": "no-referrer"}
    return HTMLResponse(page, headers=headers)


@router.get("/{mail_id}/files/{number}")
async def read_part(desk: CounterDep, session: ReadSession, mail_id: RowId, number: PartNumber) -> Response:
    """Pictures are shown, everything else is saved."""
    mail = await _opened(desk.ground.files, await get_mail(session, mail_id))
    if mail is None or number >= len(mail.parts):
        raise NotFoundError
    part = mail.parts[number]
    await desk.ground.files.examine(_whole(part.content), name=part.name)
    kind = kind_of(part.content)
    shown = "inline" if kind in PICTURES else "attachment"
    headers = {**_SEALED, "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(part.name, safe='')}"}
    media_type = kind if kind in PICTURES else "application/octet-stream"
    return Response(part.content, media_type=media_type, headers=headers)


@supervisors.get("/{mail_id}/original")
async def save_original(desk: CounterDep, session: ReadSession, mail_id: RowId) -> Response:
    """Every byte as it came."""
    record = await get_mail(session, mail_id)
    raw = await asyncio.to_thread(_raw, desk.ground.files, record)
    if raw is None:
        raise NotFoundError
    # All addresses stand in it, as in what is revealed.
    log.info("original of a mail saved", mail=record.id, staff=desk.staff.login)
    headers = {**_SEALED, "Content-Disposition": f'attachment; filename="mail-{record.id}.eml"'}
    return Response(raw, media_type="application/octet-stream", headers=headers)


@supervisors.post("/{mail_id}/reveal")
async def reveal(desk: CounterDep, session: ReadSession, mail_id: RowId) -> Response:
    """The addresses in full, which is written down."""
    record = await get_mail(session, mail_id)
    mail = await _opened(desk.ground.files, record)
    log.info("addresses of a mail revealed", mail=record.id, staff=desk.staff.login)
    people = people_of(record, mail, revealed=True)
    return desk.page("channels/mail_people.html", headers=_PRIVATE, people=people, mail_id=record.id, revealed=True)


async def _opened(files: FileStore, record: MailRecord) -> Mail | None:
    """Read anew: of what was made of a mail only the words are kept."""

    def read() -> Mail | None:
        raw = _raw(files, record)
        return None if raw is None else parse(raw)

    return await asyncio.to_thread(read)


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _raw(files: FileStore, record: MailRecord) -> bytes | None:
    path = files.path(record.original) if record.original else None
    return path.read_bytes() if path is not None and path.is_file() else None


async def _safe(html: str, pictures: Mapping[str, str], locale: Locale, *, remote: bool) -> SafeHtml:
    return await asyncio.to_thread(sanitise, html, pictures=pictures, remote=remote, locale=locale)
