"""A browser without scripts for the program inside the test: the same words as tests/browser.py."""

from urllib.request import Request

from werkzeug.test import TestResponse

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
        return Page(self.answer.status_code, self.answer.request.url, self.answer.text)
