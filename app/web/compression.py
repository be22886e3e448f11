"""Pages are sent compressed where that tells nobody what is in them.

Who sees how long compressed answers are, and can have a part of them say what they like, learns the rest of them
letter by letter. So an answer for one person is compressed only when its request said nothing that a stranger could
choose; its form token is masked (see app/forms/tokens.py), and its length is blurred by a file name of random length,
which browsers skip.
"""

import gzip
import secrets

from flask import Flask, Response, request

from app.web.security import is_for_one_person

KINDS = {"text/html", "text/plain", "text/calendar", "application/json", "application/manifest+json"}
SMALLEST = 600  # bytes; what is shorter fits into one packet anyway
LEVEL = 6  # a tenth of a millisecond for a page; higher levels save nothing
BLUR = 64  # at most so many bytes


def init_app(app: Flask) -> None:
    app.after_request(compress)


def compress(response: Response) -> Response:
    if not _may_be_compressed(response):
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip"):
        blur = secrets.randbelow(BLUR) if is_for_one_person(response) else 0
        response.set_data(_gzip(response.get_data(), b"x" * blur))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _may_be_compressed(response: Response) -> bool:
    return (
        request.method == "GET"
        and response.status_code == 200
        and response.mimetype in KINDS
        and "Content-Encoding" not in response.headers
        and not response.is_streamed
        and not response.direct_passthrough
        and len(response.get_data()) >= SMALLEST
        and not (request.query_string and is_for_one_person(response))
    )


def _gzip(content: bytes, name: bytes) -> bytes:
    """As a file in gzip's format, with a file name where there is one: RFC 1952 has it after ten bytes of head."""
    packed = gzip.compress(content, LEVEL, mtime=0)
    return packed[:3] + b"\x08" + packed[4:10] + name + b"\0" + packed[10:] if name else packed
