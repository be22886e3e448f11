"""How we talk to Google over HTTP: with a time limit, no redirects, and no more read than fits."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from app.integrations.errors import GatewayError

CONNECT_SECONDS, ANSWER_SECONDS = 4.0, 10.0
WHOLE_ANSWER_SECONDS = 30.0  # from the question to the last byte of its answer
LARGEST = 12_000_000  # bytes; a page of entries has one or two million
PIECE = 64 * 1024

Limit = Callable[[], float]  # seconds that are left


class LimitedAdapter(HTTPAdapter):
    """Reads the whole answer itself, so that one which is too long or too slow ends."""

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        ends = time.monotonic() + WHOLE_ANSWER_SECONDS
        response = super().send(request, *args, **options | {"stream": True})
        pieces, size = [], 0
        with response:
            for piece in response.iter_content(PIECE):
                size += len(piece)
                if size > LARGEST or time.monotonic() > ends:
                    raise requests.ConnectionError("too much or too slow")
                pieces.append(piece)
        response._content = b"".join(pieces)
        return response


class Bearer(AuthBase):
    """Our access token; also keeps the machine's own password file (.netrc) from replacing it."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def limited(session: requests.Session) -> None:
    for kind in ("https://", "http://"):
        session.mount(kind, LimitedAdapter())
    session.headers["User-Agent"] = "Holdfast (gzip)"  # by this Google knows that it may compress


@contextmanager
def reaching_google() -> Iterator[None]:
    """What keeps us from Google is a GatewayError. Its own words may repeat an address, so they are not told."""
    try:
        yield
    except (requests.RequestException, OSError) as error:
        raise GatewayError(f"Google cannot be reached: {type(error).__name__}.", retry=True, away=True) from None
