"""Enter an account, or change one: nothing that was typed is lost because of one wrong field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Query
from starlette.responses import Response

from channels.accounts.models import ChannelAccount
from channels.accounts.service import AccountExistsError, add_account, change_account, get_account
from channels.console.endpoints.counter import HOME, Counter, CounterDep, RowId, channels_router
from channels.console.forms import SECRETS, SETTINGS, FormField, Problem, Reading, as_typed, fields_of, read_form
from channels.console.views.forms import problem_text, shown_field
from channels.console.words import platform_title, word
from channels.platform import Platform
from kit.access.identity import Role
from kit.i18n import translate
from kit.text import clean_text
from kit.web.deps import ReadSession

router = channels_router(Role.ADMIN)
LABEL_MAX = 80
NAME_MAX = 100
#: Not even the browser keeps a page with secrets somebody has just typed.
_UNKEPT = {"cache-control": "no-store"}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The form of one account: of a new one, or of the one that is being changed."""

    platform: Platform
    account: ChannelAccount | None = None
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> list[FormField]:
        return fields_of(self.platform.settings_form, SETTINGS, self.platform.name)

    @property
    def secrets(self) -> list[FormField]:
        return fields_of(self.platform.secrets_form, SECRETS, self.platform.name)

    @property
    def asks_name(self) -> bool:
        return self.account is None and self.platform.name_of is None

    def stored(self) -> dict[str, str]:
        """What the form shows before anybody typed."""
        account = self.account
        shown = as_typed(self.settings, account.settings if account else {})
        return {**shown, "label": account.label if account else ""}


@dataclass(frozen=True, kw_only=True)
class Entered:
    """What a form says, read and checked."""

    settings: Reading
    secrets: Reading
    label: str
    name: str
    dropped: frozenset[str]
    problems: dict[str, Problem]


@router.get("/new")
async def show_new(desk: CounterDep, platform: str = Query("", max_length=40)) -> Response:
    if not platform:
        choices = [(one.name, platform_title(one.name, desk.locale)) for one in desk.site.enterable]
        return desk.page("channels/choose.html", choices=choices)
    entry = Entry(platform=desk.site.platform(platform))
    return _form(desk, entry, entry.stored(), {})


@router.post("/new")
async def enter_account(desk: CounterDep, platform: str = Query(max_length=40)) -> Response:
    entry = Entry(platform=desk.site.platform(platform))
    typed = await _typed(desk)
    entered = _read(entry, typed)
    if entered.problems:
        return _form(desk, entry, typed, entered.problems)
    try:
        async with desk.ground.db.transaction() as session:
            account = await add_account(
                session,
                desk.now,
                desk.site.context.box,
                channel=platform,
                name=entered.name,
                label=entered.label or entered.name,
                settings=entered.settings.values,
                secrets=entered.secrets.values,
            )
    except AccountExistsError as twice:
        where = "name" if entry.asks_name else (entry.secrets or entry.settings)[0].input
        return _form(desk, entry, typed, {where: Problem(f"error.{twice.code}", twice.values)})
    desk.site.context.accounts.forget()
    return desk.go(f"{HOME}/{account.id}")


@router.get("/{account_id}/edit")
async def show_edit(desk: CounterDep, session: ReadSession, account_id: RowId) -> Response:
    entry = _entry_of(desk, await get_account(session, account_id))
    return _form(desk, entry, entry.stored(), {})


@router.post("/{account_id}/edit")
async def edit_account(desk: CounterDep, account_id: RowId) -> Response:
    typed = await _typed(desk)
    async with desk.ground.db.transaction() as session:
        account = await get_account(session, account_id)
        entry = _entry_of(desk, account)
        entered = _read(entry, typed)
        if entered.problems:
            return _form(desk, entry, typed, entered.problems)
        await change_account(
            session,
            desk.now,
            desk.site.context.box,
            account,
            label=entered.label or account.name,
            settings=entered.settings.values,
            secrets=entered.secrets.values,
            dropped=entered.dropped,
        )
        await desk.reopen(session, account)
    desk.site.context.accounts.forget()
    return desk.go(f"{HOME}/{account_id}")


def _entry_of(desk: Counter, account: ChannelAccount) -> Entry:
    kept = desk.site.context.box.open(account.secrets)
    return Entry(platform=desk.site.platform(account.channel), account=account, kept=kept)


async def _typed(desk: Counter) -> dict[str, str]:
    form = await desk.request.form()
    return {name: clean_text(value) for name, value in form.items() if isinstance(value, str)}


def _read(entry: Entry, typed: Mapping[str, str]) -> Entered:
    dropped = frozenset(one.name for one in entry.secrets if not one.required and typed.get(f"drop.{one.name}"))
    kept = {name: value for name, value in entry.kept.items() if name not in dropped}
    settings = read_form(entry.platform.settings_form, entry.settings, typed, {})
    secrets = read_form(entry.platform.secrets_form, entry.secrets, typed, kept)
    problems = {**settings.problems, **secrets.problems}
    name = _name(entry, typed, settings, secrets, problems)
    return Entered(
        settings=settings,
        secrets=secrets,
        label=typed.get("label", "")[:LABEL_MAX],
        name=name,
        dropped=dropped,
        problems=problems,
    )


def _name(
    entry: Entry, typed: Mapping[str, str], settings: Reading, secrets: Reading, problems: dict[str, Problem]
) -> str:
    """The platform's own name of the account; a changed account stays the one it was."""
    if entry.platform.name_of is None:
        name = entry.account.name if entry.account else typed.get("name", "")
        if not name or len(name) > NAME_MAX or ":" in name:
            problems["name"] = Problem("channels.form.name" if name else "channels.form.missing")
        return name
    if problems:
        return ""
    name = entry.platform.name_of(settings.values, secrets.values)
    if not name:
        problems[(entry.secrets or entry.settings)[0].input] = Problem("channels.form.missing")
    elif entry.account is not None and name != entry.account.name:
        problems[(entry.secrets or entry.settings)[0].input] = Problem("channels.form.other", {"name": name})
    return name


def _form(desk: Counter, entry: Entry, typed: Mapping[str, str], problems: Mapping[str, Problem]) -> Response:
    locale, name = desk.locale, entry.platform.name

    def shown(fields: list[FormField]) -> list[Any]:
        return [shown_field(one, typed, problems, stored=one.name in entry.kept, locale=locale) for one in fields]

    return desk.pages.render(
        desk.request,
        "channels/form.html",
        status_code=422 if problems else 200,
        headers=_UNKEPT,
        platform=name,
        channel=platform_title(name, locale),
        account=entry.account,
        asks_name=entry.asks_name,
        name_label=word(f"channels.{name}.name", locale, translate("channels.form.name_label", locale)),
        name_help=word(f"channels.{name}.name.help", locale),
        typed=typed,
        name_problem=problem_text(problems.get("name"), locale),
        settings=shown(entry.settings),
        secrets=shown(entry.secrets),
        wrong=len(problems),
    )
