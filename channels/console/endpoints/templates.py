"""The approved texts of a signature: entered as a form, looked at filled in, tried on one number."""

import secrets as chance
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Form, Query
from pydantic import ValidationError
from starlette.responses import Response

from channels.accounts.models import ChannelAccount
from channels.accounts.service import change_account, get_account
from channels.console.endpoints.counter import HOME, Counter, CounterDep, RowId, channels_router
from channels.console.forms import Problem
from channels.console.template_form import Example, TemplateForm, example, example_notice, which
from channels.console.views.forms import problem_text
from channels.console.words import counted
from channels.delivery import Recipient, queue
from channels.errors import DeliveryRefusedError, UnknownAccountError
from channels.port import Outbound
from channels.sms.composing import compose
from channels.sms.pricing import yuan
from channels.sms.settings import CHANNEL, SmsSettings
from channels.sms.templates import KINDS, VALUES, Template
from kit.access.identity import Role
from kit.audit import Author, Change, record
from kit.db import AsyncSession
from kit.errors import ConflictError, InvalidError, NotFoundError
from kit.i18n import translate
from kit.outbox import Priority
from kit.phones import e164, takes_texts
from kit.text import clean_text
from kit.web.deps import ReadSession, WriteSession

router = channels_router(Role.ADMIN)
KIND = "sms_template"
MOST = 60
_WHICH_MAX = 120


class TemplateGoneError(NotFoundError):
    """A colleague has removed or changed it meanwhile."""

    code = "sms_template_gone"


class NumberUnfitError(InvalidError):
    """No number of a mobile phone."""

    code = "sms_number_unfit"


class TemplateUnusedError(ConflictError):
    """Another template comes first, or a value does not fit; ``reason`` says which."""

    code = "sms_template_unused"


@dataclass(frozen=True)
class Signature:
    """The account with what is entered for it."""

    account: ChannelAccount
    settings: SmsSettings

    def template(self, wanted: str) -> Template:
        """Raises TemplateGoneError."""
        found = next((one for one in self.settings.templates if which(one) == wanted), None)
        if found is None:
            raise TemplateGoneError
        return found

    def without(self, wanted: str) -> list[Template]:
        return [one for one in self.settings.templates if which(one) != wanted]


@router.get("/{account_id}/templates")
async def show_templates(
    desk: CounterDep, session: ReadSession, account_id: RowId, edit: Annotated[str, Query(max_length=_WHICH_MAX)] = ""
) -> Response:
    ours = await _signature(session, account_id)
    form = TemplateForm.of(ours.template(edit)) if edit else TemplateForm()
    return _page(desk, ours, form, edit)


@router.post("/{account_id}/templates")
async def save_template(desk: CounterDep, account_id: RowId) -> Response:
    """A new one goes to the end; a changed one keeps its place, for the first that fits is taken."""
    typed = await _typed(desk)
    form, old = TemplateForm.typed(typed), typed.get("old", "")
    async with desk.ground.db.transaction() as session:
        ours = await _signature(session, account_id)
        before = ours.template(old) if old else None
        if problem := form.problem(ours.settings.provider, ours.without(old) if old else ours.settings.templates):
            return _page(desk, ours, form, old, problem)
        if before is None and len(ours.settings.templates) >= MOST:
            return _page(desk, ours, form, old, ("code", Problem("channels.templates.most", {"most": MOST})))
        after = form.template(ours.settings.provider)
        changed = [after if which(one) == old else one for one in ours.settings.templates]
        await _store(desk, session, ours, changed if before else [*changed, after])
        await _note(desk, session, ours, before, after)
    return desk.go(f"{HOME}/{account_id}/templates")


@router.post("/{account_id}/templates/remove")
async def remove_template(
    desk: CounterDep, account_id: RowId, old: Annotated[str, Form(max_length=_WHICH_MAX)]
) -> Response:
    async with desk.ground.db.transaction() as session:
        ours = await _signature(session, account_id)
        gone = ours.template(old)
        await _store(desk, session, ours, ours.without(old))
        await _note(desk, session, ours, gone, None)
    return desk.go(f"{HOME}/{account_id}/templates")


@router.post("/{account_id}/templates/preview")
async def preview_template(desk: CounterDep, session: ReadSession, account_id: RowId) -> Response:
    """The variables found, and the text filled in, while somebody types."""
    ours = await _signature(session, account_id)
    form = TemplateForm.typed(await _typed(desk))
    return desk.page("channels/template_filled.html", **_filled(desk, ours, form), problem=None)


@router.post("/{account_id}/templates/test")
async def send_test(
    desk: CounterDep,
    session: WriteSession,
    account_id: RowId,
    old: Annotated[str, Form(max_length=_WHICH_MAX)],
    to: Annotated[str, Form(max_length=40)],
) -> Response:
    """To one number, through the same queue and limits as everything else."""
    ours = await _signature(session, account_id)
    template, number = ours.template(old), e164(clean_text(to).strip())
    if number is None or not takes_texts(number):
        raise NumberUnfitError
    notice = example_notice(template.kind, desk.ground.settings.base_url)
    said = translate("channels.test.text", desk.locale)
    message = Outbound(text=said, author="staff", author_name=desk.staff.name, locale=template.locale, notice=notice)
    try:
        code = compose(ours.settings, message, said_in=desk.locale).filled.code
    except DeliveryRefusedError as refused:
        raise TemplateUnusedError(reason=refused.text) from refused
    if code != template.code:
        raise TemplateUnusedError(reason=translate("channels.templates.first", desk.locale, code=code))
    recipient = Recipient(channel=CHANNEL, account=ours.account.name, address=number)
    await queue(
        session, desk.now, key=f"test:{chance.token_hex(8)}", to=recipient, message=message, priority=Priority.PERSON
    )
    state = "channels.test.paused" if ours.account.paused else "channels.test.queued"
    return desk.flash(translate(state, desk.locale))


def _page(
    desk: Counter, ours: Signature, form: TemplateForm, old: str, problem: tuple[str, Problem] | None = None
) -> Response:
    return desk.page(
        "channels/templates.html",
        account=ours.account,
        rows=[(which(one), one, _example(desk, ours, one)) for one in ours.settings.templates],
        form=form,
        old=old,
        kinds=KINDS,
        problem=(problem[0], _words(desk, form, problem[1])) if problem else None,
        **_filled(desk, ours, form),
    )


def _words(desk: Counter, form: TemplateForm, problem: Problem) -> str:
    kind = translate(f"channels.sms.kind.{form.kind}", desk.locale)
    return problem_text(Problem(problem.key, {**problem.values, "kind": kind}), desk.locale)


def _filled(desk: Counter, ours: Signature, form: TemplateForm) -> dict[str, Any]:
    """What the part of the page shows that follows the typing."""
    shown = _example(desk, ours, form.template(ours.settings.provider)) if form.text else ""
    return {
        "fillings": form.fillings(ours.settings.provider),
        "values": VALUES,
        "shown": shown,
    }


def _example(desk: Counter, ours: Signature, template: Template) -> str:
    found = example(template, ours.settings, desk.ground.settings.base_url)
    if not isinstance(found, Example):
        return problem_text(found, desk.locale)
    values = {"text": found.text, "yuan": yuan(found.cents)}
    return counted("channels.sms.preview", found.segments, desk.locale, values)


async def _signature(session: AsyncSession, account_id: int) -> Signature:
    """Only accounts of short messages have templates; raises UnknownAccountError."""
    account = await get_account(session, account_id)
    if account.channel != CHANNEL:
        raise UnknownAccountError(name=account.label)
    try:
        return Signature(account, SmsSettings.model_validate(account.settings))
    except ValidationError as unfit:
        # No form of ours has let that in; the form of the account says what is wrong.
        raise UnknownAccountError(name=account.label) from unfit


async def _store(desk: Counter, session: AsyncSession, ours: Signature, templates: list[Template]) -> None:
    kept = [one.model_dump(mode="json", exclude_unset=True) for one in templates]
    settings = {**ours.account.settings, "templates": kept}
    box, label = desk.site.context.box, ours.account.label
    await change_account(session, desk.now, box, ours.account, label=label, settings=settings, secrets={})
    desk.site.context.accounts.forget()


async def _note(
    desk: Counter, session: AsyncSession, ours: Signature, before: Template | None, after: Template | None
) -> None:
    change = Change(
        action="change" if after else "remove",
        kind=KIND,
        key=ours.account.name,
        before=before.model_dump(mode="json") if before else None,
        after=after.model_dump(mode="json") if after else None,
    )
    await record(session, desk.now, Author(desk.staff.name, desk.staff.id), change)


async def _typed(desk: Counter) -> dict[str, str]:
    form = await desk.request.form()
    return {name: clean_text(value) for name, value in form.items() if isinstance(value, str)}
