"""A browser without scripts for the program inside the test: the same words as tests/browser.py."""

from urllib.request import Request

from flask import session
from flask_login import login_user
from werkzeug.test import TestResponse

from app.database import db
from app.practice.user import SignIn, User
from tests.browser import Browser, Page
from tests.engines.fixtures import Http

MOST_REDIRECTS = 5


class Visitor(Browser):
    """`answer` is the last answer as it came, with its headers; redirects are followed."""

    answer: TestResponse

    def __init__(self, http: Http) -> None:
        super().__init__("http://localhost")
        self.http = http

    def form_token(self, path: str = "/sign-in") -> str:
        """The token that a form on this page carries."""
        return next(text for form in self.open(path).forms for name, text in form.fields if name == "csrf_token")

    def is_signed_in(self, user: User) -> None:
        """As if by the form, which is tried where signing in is tried: this browser has the cookie. Commits."""
        SignIn.start(user)
        db.session.commit()
        browser = {"User-Agent": self.http.environ_base["HTTP_USER_AGENT"]}
        with self.http.application.test_request_context(headers=browser):
            session.permanent = True
            login_user(user)
            told = dict(session)
        with self.http.session_transaction() as cookie:
            cookie.update(told)

    def _send(self, request: Request) -> Page:
        self.answer = self.http.open(
            request.selector,
            method=request.get_method(),
            data=request.data,
            content_type="application/x-www-form-urlencoded" if request.data else None,
        )
        for _ in range(MOST_REDIRECTS):
            if self.answer.status_code not in (301, 302, 303):
                break
            self.answer = self.http.get(self.answer.location)
        return Page(self.answer.status_code, self.answer.request.url, self.answer.data.decode(errors="replace"))
