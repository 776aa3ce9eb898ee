"""Templates: one environment over the folders the composition root names, bound to the request's language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from kit.clock import check_aware
from kit.i18n import html_lang, show_duration, show_moment, translate
from kit.settings import Locale, Settings
from kit.web.assets import Assets
from kit.web.deps import held
from kit.web.locale import PARAMETER, as_locale, locale_of, remember_locale


@dataclass(frozen=True, kw_only=True)
class NavigationItem:
    """A link of the console's sidebar: a catalogue key, an address, a Tabler icon, perhaps a shortcut.

    Without ``roles`` everybody signed in sees it.
    """

    text: str
    href: str
    icon: str
    keys: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)


class Pages:
    """Renders templates; a name like ``tickets/queue.html`` is looked up in every folder, in order."""

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        settings: Settings,
        assets: Assets,
        navigation: Sequence[NavigationItem] = (),
    ) -> None:
        self._settings = settings
        self._environment = Environment(
            loader=FileSystemLoader(folders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(asset=assets.url, icon=assets.icon, navigation=tuple(navigation))

    def render(
        self,
        request: HTTPConnection,
        name: str,
        *,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """The page as an answer; a language asked for in the address is remembered."""
        response = HTMLResponse(self.text(request, name, **context), status_code=status_code, headers=headers)
        response.headers["vary"] = "Cookie, Accept-Language, HX-Request"
        if asked := as_locale(request.query_params.get(PARAMETER)):
            remember_locale(response, asked, secure=self._settings.secure_cookies)
        return response

    def text(self, request: HTTPConnection, name: str, **context: Any) -> str:
        """The template filled in for this request: a fragment for a stream, or a page to wrap oneself."""
        return self._environment.get_template(name).render(**self._bound(request), **context)

    def text_for(self, locale: Locale, name: str, **context: Any) -> str:
        """The template filled in without a request, as nobody in particular sees it."""
        nobody = {"staff": None, "csrf_token": "", "other_locale_url": "?lang=" + _other(locale), "path": ""}
        return self._environment.get_template(name).render(**self._spoken(locale), **nobody, **context)

    def _bound(self, request: HTTPConnection) -> dict[str, Any]:
        locale = locale_of(request)
        staff = getattr(request.state, "staff", None)
        address = request.url.include_query_params(**{PARAMETER: _other(locale)})
        return {
            **self._spoken(locale),
            "staff": staff,
            "csrf_token": staff.csrf if staff else "",
            "other_locale_url": f"{address.path}?{address.query}",
            "path": request.url.path,
        }

    def _spoken(self, locale: Locale) -> dict[str, Any]:
        settings = self._settings
        return {
            "t": _translator(locale),
            "locale": locale,
            "html_lang": html_lang(locale),
            "moment": lambda moment, **options: _time_element(moment, locale, settings.time_zone, **options),
            "duration": lambda seconds: show_duration(seconds, locale),
            "organisation": settings.organisation if locale == "zh" else settings.organisation_en,
        }


def _other(locale: Locale) -> Locale:
    return "en" if locale == "zh" else "zh"


def _translator(locale: Locale) -> Callable[..., str]:
    # Positional-only, so that a text may itself need a value called "key".
    def bound(key: str, /, **values: object) -> str:
        return translate(key, locale, **values)

    return bound


def _time_element(moment: datetime, locale: Locale, zone: str, *, relative: bool = False) -> Markup:
    """A ``<time>`` in the organisation's zone; with ``relative`` the browser says "5 minutes ago" instead."""
    exact = show_moment(moment, locale, zone)
    stamp = check_aware(moment).isoformat(timespec="seconds")
    element = Markup('<time datetime="{}" title="{}"{}>{}</time>')
    return element.format(stamp, f"{exact} ({zone})", Markup(" data-relative") if relative else "", exact)


def pages_of(connection: HTTPConnection) -> Pages:
    return cast("Pages", connection.app.state.pages)


PagesDep = Annotated[Pages, held(pages_of)]
