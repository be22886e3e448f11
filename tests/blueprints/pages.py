"""What a page is made of, as a browser reads it; and a therapist at a browser without scripts."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.test import TestResponse

from tests.engines.fixtures import Http
from tests.world import PASSWORD

VOID = {"input", "meta", "link", "br", "hr", "img", "path", "circle", "rect"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    inside: list["Element"]  # ancestors, outermost first
    text: str = ""

    def __str__(self) -> str:
        return f"<{self.tag} {self.attributes}>"


@dataclass
class Document:
    elements: list[Element] = field(default_factory=list)

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def by_id(self, name: str) -> Element | None:
        return next((element for element in self.elements if element.attributes.get("id") == name), None)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.document = Document()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attributes}, list(self._open))
        self.document.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data


def read(html: str) -> Document:
    reader = _Reader()
    reader.feed(html)
    return reader.document


def nonce_of(answer: TestResponse) -> str:
    found = re.search(r"script-src 'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"])
    assert found
    return found[1]


def form_token(http: Http, path: str = "/sign-in") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', http.get(path).text)
    assert found, f"{path} carries no form token"
    return found[1]


def sign_in(http: Http, email: str = "mara@example.com") -> None:
    typed = {"email": email, "password": PASSWORD, "csrf_token": form_token(http)}
    assert http.post("/sign-in", data=typed).status_code == 303
