"""A line for each request: its id, the rule of its route, the status and the time it took.

The rule, never the address: an address can hold the token of a personal link. What is answered before Flask is asked
(`unchanged.py`) and static files have no line.
"""

import json
import logging
import secrets
import sys
import time
from typing import Any

from flask import Flask, Response, g, request

log = logging.getLogger("holdfast.requests")


class Lines(logging.StreamHandler[Any]):
    """Writes each line as it is."""


def init_app(app: Flask) -> None:
    """Log requests where REQUEST_LOG says so; where it says nothing, in production."""
    wanted = app.config["REQUEST_LOG"]
    if not (app.config["HOLDFAST_CONFIG"] == "production" if wanted is None else wanted):
        return
    log.setLevel(logging.INFO)
    log.propagate = False
    if not any(isinstance(handler, Lines) for handler in log.handlers):
        log.addHandler(Lines(sys.stderr))
    app.before_request(_begin)
    app.after_request(_note)


def _begin() -> None:
    g.request_id, g.request_began = secrets.token_hex(8), time.perf_counter()


def _note(response: Response) -> Response:
    """Write the line, and give the id to whoever asked: with it a person's report leads to the line."""
    if "request_id" not in g:  # refused before anything began, as a host that is not served
        _begin()
    response.headers["X-Request-Id"] = g.request_id
    rule = request.url_rule.rule if request.url_rule else None
    line = {
        "id": g.request_id,
        "method": request.method,
        "route": rule,
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.request_began) * 1000, 1),
    }
    log.info(json.dumps(line))
    return response
