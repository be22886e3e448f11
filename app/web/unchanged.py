"""Answers *nothing has changed* before Flask is asked: a thousand open pages ask it all day, and nearly always hear it.

Only a shortcut to the 304 of live.py, which also answers it: whatever is not plainly unchanged goes on to Flask.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from flask import Flask
from itsdangerous import BadData
from sqlalchemy import Select, bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import SecurityError
from werkzeug.http import parse_cookie
from werkzeug.wsgi import get_host

from app import clock
from app.booking.booking import Booking
from app.booking.personal_link import PersonalLink
from app.database import db, read_one
from app.practice.therapist import Therapist
from app.practice.user import SignIn, digest
from app.web.security import HEADERS

PURPOSES = {"s": "session", "o": "offer"}  # of a personal link, by the beginning of its address
ANSWER = [
    *HEADERS.items(),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
]


class Unchanged:
    def __init__(self, app: Flask) -> None:
        self._app, self._next = app, app.wsgi_app
        with app.app_context():
            self._engine = db.engine
        self._cookies = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        self._cookie_age = int(app.permanent_session_lifetime.total_seconds())

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").endswith("/live") and self._is_unchanged(environ):
            start_response("304 NOT MODIFIED", ANSWER)
            return ()
        return self._next(environ, start_response)

    def _is_unchanged(self, environ: dict[str, Any]) -> bool:
        seen = environ.get("HTTP_IF_NONE_MATCH", "").strip('"').partition(".")[0]
        if environ["REQUEST_METHOD"] != "GET" or not seen:
            return False
        try:
            get_host(environ, self._app.config["TRUSTED_HOSTS"])
            number = self._number(environ)
            return number is not None and str(number) == seen
        except (SecurityError, SQLAlchemyError, BadData):
            return False  # Flask says what is the matter

    def _number(self, environ: dict[str, Any]) -> int | None:
        """What is asked for has changed so often; None for whoever may not know."""
        kind, _, token = environ["PATH_INFO"].removesuffix("/live").lstrip("/").partition("/")
        if kind in PURPOSES:
            parameters = {"purpose": PURPOSES[kind], "token_hash": digest(token)}
            return read_one(self._engine, _of_link(), parameters)
        if kind or token:
            return None
        cookie = parse_cookie(environ).get(self._app.config["SESSION_COOKIE_NAME"], "")
        token = self._cookies.loads(cookie, max_age=self._cookie_age).get("_user_id") or ""
        return read_one(self._engine, _of_desk(), {"token_hash": digest(token), "now": clock.now()})


@cache
def _of_desk() -> Select[int]:
    signed_in = select(Therapist.diary_revision).join(SignIn, SignIn.user_id == Therapist.user_id)
    return signed_in.where(SignIn.token_hash == bindparam("token_hash"), SignIn.is_live(bindparam("now")))


@cache
def _of_link() -> Select[int]:
    linked = select(Booking.revision).join(PersonalLink, PersonalLink.booking_id == Booking.id)
    return linked.where(
        PersonalLink.purpose == bindparam("purpose"), PersonalLink.is_opened_by(bindparam("token_hash"))
    )
