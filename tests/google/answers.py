"""What came, what is answered, and Google's way of saying no."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Request:
    verb: str
    target: str
    headers: dict[str, str]  # names in small letters
    body: bytes = b""

    def __post_init__(self) -> None:
        parts = urlsplit(self.target)
        self.path = parts.path
        self.query = parse_qs(parts.query, keep_blank_values=True)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}

    def asked(self, name: str, otherwise: str = "") -> str:
        """A parameter of the address."""
        return self.query.get(name, [otherwise])[0]


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=UTF-8"
    lost: bool = False  # the connection closes instead


class Refused(Exception):
    """Google says no."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body.decode())
        self.answer = answer


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, json.dumps(value).encode(), headers)


def page(html: str, status: int = 200) -> Answer:
    return Answer(status, html.encode(), content_type="text/html; charset=UTF-8")


def redirect(address: str) -> Answer:
    return Answer(302, b"", {"Location": address})


def refusal(status: int, reason: str, message: str, domain: str = "global", **headers: str) -> Answer:
    """In the shape of all Google APIs."""
    error = {"domain": domain, "reason": reason, "message": message}
    return as_json({"error": {"errors": [error], "code": status, "message": message}}, status, **headers)


def refuse(status: int, reason: str, message: str, domain: str = "global") -> Refused:
    return Refused(refusal(status, reason, message, domain))


def bad_request(message: str, reason: str = "invalid") -> Refused:
    return refuse(400, reason, message)


def not_found() -> Refused:
    return refuse(404, "notFound", "Not Found")
