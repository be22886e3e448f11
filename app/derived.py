"""Tokens that follow from a stored seed and the secret key: they can be shown again, though only their hash is kept."""

import base64
import hashlib
import hmac

from flask import current_app


def derived_token(what: str, seed: str) -> str:
    """43 characters, unguessable without the secret key, and another one for everything that it could be used for."""
    key = current_app.config["SECRET_KEY"].encode()
    return (
        base64.urlsafe_b64encode(hmac.new(key, f"{what}:{seed}".encode(), hashlib.sha256).digest()).decode().rstrip("=")
    )
