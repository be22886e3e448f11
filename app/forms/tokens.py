"""Form tokens that look different in every answer, so that their length when compressed tells nothing of them."""

import base64
import secrets
from binascii import Error

from flask import Flask, g
from flask_wtf.csrf import CSRFProtect, generate_csrf


class MaskedFormTokens(CSRFProtect):
    """Flask-WTF's tokens under a mask of this answer: `csrf_token()` in templates writes them."""

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = masked_token
        app.context_processor(lambda: {"csrf_token": masked_token})

    def _get_csrf_token(self) -> str | None:
        sent: str | None = super()._get_csrf_token()
        if sent and "." in sent:
            return sent  # of a page that was open since before they were masked; to go with the next release
        return unmasked(sent) if sent else None


def masked_token() -> str:
    """The form token of this answer; the same for each of its forms."""
    if "masked_token" not in g:
        token = generate_csrf().encode()
        mask = secrets.token_bytes(len(token))
        g.masked_token = base64.urlsafe_b64encode(mask + _either(mask, token)).decode()
    return str(g.masked_token)


def unmasked(sent: str) -> str | None:
    """Return the token of a form as Flask-WTF wrote it; None when it was never one of ours."""
    try:
        raw = base64.urlsafe_b64decode(sent)
        half = len(raw) // 2
        return _either(raw[:half], raw[half:]).decode("ascii")
    except (Error, ValueError):
        return None


def _either(first: bytes, second: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(first, second, strict=True))
