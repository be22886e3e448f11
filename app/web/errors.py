"""Our own pages for what goes wrong: each says what to do next."""

from dataclasses import dataclass, replace

from flask import Flask, Response, current_app, request, session
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException

from app.database import db
from app.language import ENGLISH, speak
from app.web.access import PERSONAL_LINK, access_of
from app.web.rendering import page_or_notice, wants_fragment


@dataclass(frozen=True)
class ErrorPage:
    status: int
    title: LazyString
    advice: LazyString
    renews_token: bool = False


FORM_TOKEN_MISSING = ErrorPage(
    400,
    lazy_gettext("This page was open for too long"),
    lazy_gettext("Nothing was changed. Go back, reload the page, check what you typed and send it again."),
)
# A notice comes with a fresh token for the form that is still there.
PRESS_AGAIN = replace(
    FORM_TOKEN_MISSING,
    advice=lazy_gettext("Nothing was changed. Please press the button once more."),
    renews_token=True,
)

PAGES = {
    page.status: page
    for page in (
        ErrorPage(
            400,
            lazy_gettext("We could not read that"),
            lazy_gettext("Nothing was changed. Go back, reload the page and try again."),
        ),
        ErrorPage(
            404,
            lazy_gettext("There is nothing here"),
            lazy_gettext("Check the address. If you came from a mail, open the link again straight from that mail."),
        ),
        ErrorPage(
            405,
            lazy_gettext("That address only answers to a button"),
            lazy_gettext("Nothing was changed. Go back to the page you came from and press its button."),
        ),
        ErrorPage(
            409,
            lazy_gettext("Somebody was a moment faster"),
            lazy_gettext("Nothing was changed by you. Reload the page to see the latest state."),
        ),
        ErrorPage(
            413,
            lazy_gettext("That was too much text at once"),
            lazy_gettext("Nothing was changed. Go back and send a shorter text."),
        ),
        ErrorPage(
            429,
            lazy_gettext("That was a lot at once"),
            lazy_gettext("Nothing was changed. Wait a while, then try again."),
        ),
        ErrorPage(
            500,
            lazy_gettext("Something broke on our side"),
            lazy_gettext(
                "Reload the page to see the latest state, then try once more. If it breaks again, wait a few minutes."
            ),
        ),
        ErrorPage(
            503,
            lazy_gettext("We are busy for a moment"),
            lazy_gettext("Nothing was changed. Wait a few seconds and try again."),
        ),
    )
}


def init_app(app: Flask) -> None:
    app.register_error_handler(CSRFError, _form_token_missing)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_busy)
    app.register_error_handler(NoConnectionFree, _database_busy)
    app.register_error_handler(Exception, _unforeseen)


def error_page(page: ErrorPage, advice: str | None = None) -> Response:
    """The page, or for an htmx request a notice that leaves the form as it is.

    Whoever is signed in keeps the frame of the desk around it, in the desk's language.
    """
    first_page = _first_page_of_desk() if page.status < 500 else None
    if first_page:
        speak(ENGLISH)
    return page_or_notice(
        "errors/show.html",
        "errors/_notice.html",
        page.status,
        error=page,
        advice=advice or page.advice,
        at_desk=first_page is not None,
        first_page=first_page or "/",
    )


def _first_page_of_desk() -> str | None:
    """Where the desk of the person begins who is signed in; None for everybody else, and where that cannot be read."""
    if "_user_id" not in session or access_of(request.endpoint) == PERSONAL_LINK:
        return None
    try:
        db.session.rollback()  # what was not committed before the error never happens
        if current_user.is_authenticated:
            return "/dashboard" if current_user.is_therapist else "/operator"
    except SQLAlchemyError:
        pass
    return None


def _form_token_missing(_error: CSRFError) -> Response:
    return error_page(PRESS_AGAIN if wants_fragment() else FORM_TOKEN_MISSING)


def _http_error(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    page = PAGES.get(status) or PAGES[400 if status < 500 else 500]
    response = error_page(ErrorPage(status, page.title, page.advice), _own_words(error))
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _own_words(error: HTTPException) -> str | None:
    """A sentence given to abort() is ours; the framework's own descriptions are not for people."""
    given = error.description
    if error.code == 404 or not given or given == type(error).description:
        return None
    return given if error.code in {409, 429} else None


def _database_busy(error: Exception) -> Response:
    """A lock that was not let go in time, a deadlock, a lost or missing connection."""
    db.session.rollback()
    _log(error)
    response = error_page(PAGES[503])
    response.headers["Retry-After"] = "5"
    return response


def _unforeseen(error: Exception) -> Response:
    if current_app.testing:
        raise error
    db.session.rollback()
    _log(error)
    return error_page(PAGES[500])


def _log(error: Exception) -> None:
    # The rule, never the address: it may hold somebody's personal link.
    current_app.logger.error("error at %s %s", request.method, request.url_rule, exc_info=error)
