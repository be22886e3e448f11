"""Whether each visitor's own address reaches us past the reverse proxies: all limits by network count on that."""

import logging
import mmap

from flask import Flask, current_app, request

log = logging.getLogger(__name__)

FORWARDED = ("X-Forwarded-For", "Forwarded")
SENTENCE = (
    "TRUSTED_PROXIES is 0, yet requests arrive through a proxy: all visitors count as one network, so wrong passwords"
    " and requests of a few stop everybody. Set TRUSTED_PROXIES to the number of proxies before Holdfast."
)


def init_app(app: Flask) -> None:
    if app.config["TRUSTED_PROXIES"] == 0:
        # One byte that the forks of a web process share, so that whichever is asked knows what any of them has seen.
        app.extensions["forwarded_unasked"] = mmap.mmap(-1, 1)
        app.before_request(_notice)


def warn(app: Flask) -> None:
    """Say at the start what a production without TLS of its own most likely lacks."""
    if app.config["HOLDFAST_CONFIG"] == "production" and app.config["TRUSTED_PROXIES"] == 0:
        log.warning(
            "TRUSTED_PROXIES is 0: if a proxy is in front of Holdfast, all visitors count as one network. "
            "Set it to the number of proxies."
        )


def trouble() -> str | None:
    """Return what is wrong as a sentence; None where nothing has been seen since the start."""
    seen = current_app.extensions.get("forwarded_unasked")
    return SENTENCE if seen and seen[0] else None


def _notice() -> None:
    seen = current_app.extensions["forwarded_unasked"]
    if not seen[0] and any(name in request.headers for name in FORWARDED):
        seen[0] = 1
        log.warning(SENTENCE)
