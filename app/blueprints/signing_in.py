"""How the web process knows who is there, and which transactions of a request may write."""

from flask import Flask, request

from app.database import set_writing
from app.extensions import login
from app.practice.user import SignIn, User

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def init_app(app: Flask) -> None:
    login.user_loader(_user)
    # Must run before anything reads the database, so before the access check of every other blueprint.
    app.before_request_funcs.setdefault(None, []).insert(0, _take_turn)


def _take_turn() -> None:
    set_writing(request.method not in SAFE_METHODS)


def _user(token: str) -> User | None:
    return SignIn.user_of(token)
