"""Which language a page is in: the browser's on public pages, the client's own behind their links, else English."""

from functools import cache, lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from babel import negotiate_locale
from flask import Flask, Response, current_app, request, request_started
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from app.language import ENGLISH, NAMES, speak, spoken
from app.web.access import PERSONAL_LINK, PUBLIC, access_of
from app.wording import time_left_patterns

COOKIE = "language"
VARIES = "Accept-Language, Cookie"
A_YEAR = 365 * 24 * 3600
FOR_THERAPISTS = {"sign_in", "mailbox", "health"}  # public too, but no client has to read them


class Choice(NamedTuple):
    """This page in another language, or in the present one."""

    code: str
    name: str
    address: str
    is_current: bool


def init_app(app: Flask) -> None:
    """Call before other hooks that write a page are registered."""
    request_started.connect(_begin, app)
    app.after_request(_tell)
    app.add_template_global(choices, "language_choices")
    app.add_template_global(lambda: _script_words(spoken()), "script_words")


def choices() -> list[Choice]:
    """Empty where there is no choice: on the desk, and where the language is kept with the client."""
    kept_offline = request.blueprint == "offline"  # there no other can be fetched
    if request.method != "GET" or access_of(request.endpoint) != PUBLIC or not _follows_browser() or kept_offline:
        return []
    asked, present = {name: text for name, text in request.args.items() if name != "lang"}, spoken()
    address = f"{request.path}?{urlencode(asked)}&lang=" if asked else f"{request.path}?lang="
    return [Choice(code, name, address + code, code == present) for code, name in NAMES.items()]


@cache
def _script_words(_language: str) -> Markup:
    """Return what scripts say on every page, as attributes of its root, in the language spoken."""
    unreachable = _("We could not reach Holdfast. What you typed is still here: check your connection and try again.")
    unanswered = _(
        "Holdfast did not answer: what you sent may have arrived or not. "
        "What you typed is still here, so try again in a moment."
    )
    stale = _("Not up to date since {time}")
    words = ' data-left="{}" data-unreachable="{}" data-unanswered="{}" data-stale="{}"'
    return Markup(words).format(time_left_patterns(), unreachable, unanswered, stale)


def _begin(_app: Flask, **_more: Any) -> None:
    # A personal link speaks its client's language as soon as it is known whose it is.
    speak(_of_browser() if _follows_browser() else ENGLISH)


def _follows_browser() -> bool:
    return access_of(request.endpoint) in (PUBLIC, PERSONAL_LINK, None) and request.blueprint not in FOR_THERAPISTS


def _of_browser() -> str:
    """Return the language chosen on the page, remembered from then, or asked for by the browser."""
    for chosen in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if chosen in NAMES:
            return chosen
    return _best(request.headers.get("Accept-Language", ""))


@lru_cache(maxsize=1000)
def _best(header: str) -> str:
    wanted = [tag for tag, quality in parse_accept_header(header, LanguageAccept) if quality]
    return negotiate_locale(wanted, NAMES, sep="-") or ENGLISH


def _tell(response: Response) -> Response:
    """Whoever keeps a page knows what it depends on; what was chosen on it is remembered."""
    if response.mimetype != "text/html" or not _follows_browser():
        return response
    depends_on = response.headers.get("Vary")
    response.headers["Vary"] = f"{depends_on}, {VARIES}" if depends_on else VARIES
    response.headers["Content-Language"] = (
        spoken()
    )  # also tells the service worker (pages.js) in what to say that the line is gone
    chosen = request.args.get("lang")
    if chosen in NAMES and chosen != request.cookies.get(COOKIE) and access_of(request.endpoint) == PUBLIC:
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        response.set_cookie(COOKIE, chosen, max_age=A_YEAR, secure=secure, httponly=True, samesite="Lax")
        response.headers["Cache-Control"] = "no-store"
    return response
