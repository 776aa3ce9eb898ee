"""Which of the two languages a request is answered in."""

from typing import Annotated, cast, get_args

from starlette.requests import HTTPConnection
from starlette.responses import Response

from kit.settings import Locale
from kit.web.deps import ground_of, held

COOKIE = "yp_lang"
COOKIE_SECONDS = 365 * 24 * 3600
PARAMETER = "lang"


def as_locale(text: str | None) -> Locale | None:
    """The locale of this name; None for any other text."""
    return cast("Locale", text) if text in get_args(Locale) else None


def chosen_locale(connection: HTTPConnection) -> Locale | None:
    """What the person picked, by address or earlier by cookie; None when they never did."""
    asked = as_locale(connection.query_params.get(PARAMETER))
    return asked or as_locale(connection.cookies.get(COOKIE))


def locale_of(connection: HTTPConnection) -> Locale:
    """Address, then cookie, then the browser's preference, then the organisation's default."""
    preferred = _accepted(connection.headers.get("accept-language", ""))
    return chosen_locale(connection) or preferred or ground_of(connection).settings.default_locale


def _accepted(header: str) -> Locale | None:
    ranked: list[tuple[float, Locale]] = []
    for part in header.split(","):
        name, _, weight = part.partition(";")
        if locale := as_locale(name.strip().lower().split("-")[0]):
            ranked.append((_weight(weight), locale))
    wanted = [entry for entry in ranked if entry[0] > 0]
    return max(wanted, key=lambda entry: entry[0])[1] if wanted else None


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def remember_locale(response: Response, locale: Locale, *, secure: bool) -> None:
    """Keep the choice in a cookie for a year."""
    response.set_cookie(COOKIE, locale, max_age=COOKIE_SECONDS, secure=secure, httponly=True, samesite="lax")


LocaleDep = Annotated[Locale, held(locale_of)]
