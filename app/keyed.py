"""Names and tokens that follow from a text and the secret key: nobody without the key can make or guess one.

The purpose keeps them apart: what was made for one use is worth nothing in another.
"""

import base64
import hashlib
import hmac

from flask import current_app


def keyed(purpose: str, text: str, key: bytes | None = None) -> str:
    """Return 64 hexadecimal characters: equal for equal texts, useless for finding out the text.

    `key` takes the place of SECRET_KEY, for what must outlive a change of it.
    """
    return _hmac(purpose, text, key).hex()


def derived_token(purpose: str, seed: str) -> str:
    """Return a token of 43 characters that can be shown again as long as the seed is stored.

    Only its hash is kept, so the database alone opens nothing.
    """
    return base64.urlsafe_b64encode(_hmac(purpose, seed, None)).decode().rstrip("=")


def _hmac(purpose: str, text: str, key: bytes | None) -> bytes:
    secret = current_app.config["SECRET_KEY"].encode() if key is None else key
    # A name that somebody else gave may hold half a surrogate pair.
    return hmac.new(secret, f"{purpose}:{text}".encode(errors="replace"), hashlib.sha256).digest()
