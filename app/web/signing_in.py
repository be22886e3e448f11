"""How the web process knows who is there, and which transactions of a request may write."""

from flask import Flask, has_request_context, request
from flask_login import current_user
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.database import db, set_writing
from app.extensions import login
from app.practice.user import SignIn, User

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def init_app(app: Flask) -> None:
    login.user_loader(_user)
    app.jinja_env.globals["current_user"] = current_user
    # Must run before anything reads the database, so before the access check of every other blueprint.
    app.before_request_funcs.setdefault(None, []).insert(0, _take_turn)
    if not event.contains(db.session, "after_commit", _end_turn):
        event.listen(db.session, "after_commit", _end_turn)


def _take_turn() -> None:
    set_writing(request.method not in SAFE_METHODS)


def _end_turn(session: Session) -> None:
    """The answer is drawn from transactions that only read: on SQLite nobody waits for it. A view that goes on writing
    says so with `begin_to_write`."""
    if has_request_context() and not session.in_nested_transaction():
        set_writing(False)


def _user(token: str) -> User | None:
    return SignIn.user_of(token)
