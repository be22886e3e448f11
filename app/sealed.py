"""Secrets at rest: columns that are useless to whoever has the database and not the keys (ENCRYPTION_KEYS).

The first key seals, all of them open; so a new key is put first, `flask rotate-keys` seals everything anew, and then
the old one can go. Where none is set, one that follows from SECRET_KEY does; it still opens when keys are set.

A secret whose key is lost reads as None: pages work on, and whoever it belongs to is asked for it anew.
"""

import base64
import logging
import zlib
from collections.abc import Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import Dialect, Text, TypeDecorator

SEAL = "gAAAAA"  # how every Fernet token begins: a version and the first bytes of the time


log = logging.getLogger(__name__)


class Sealed(TypeDecorator[str]):
    """Text that lies encrypted in the database. It can be neither searched nor compared there.

    What lies there in plain, from before the column was sealed, is read as it is until `rotate-keys` has sealed it.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _keys().encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else unsealed(value)


def unsealed(value: str) -> str | None:
    """Return the plain text of a sealed one; None when the key that sealed it is missing."""
    if not value.startswith(SEAL):
        return value
    try:
        return _keys().decrypt(value.encode()).decode()
    except InvalidToken:
        _tell_operators(current_app.config["ENCRYPTION_KEYS"], current_app.config["SECRET_KEY"])
        return None


def seal(text: str) -> str:
    """For what a person's own browser carries for us, and nobody reads on the way: in an address, a log, a history."""
    return _keys().encrypt(zlib.compress(text.encode())).decode()


def unseal(token: str) -> str | None:
    """Return what `seal` was given; None for what it did not make."""
    try:
        return zlib.decompress(_keys().decrypt(token.encode())).decode()
    except (InvalidToken, ValueError, zlib.error):
        return None


def new_key() -> str:
    """Return a new key as ENCRYPTION_KEYS takes it: 32 bytes in base64url."""
    return Fernet.generate_key().decode()


def keys_in(text: str) -> tuple[str, ...]:
    """Keys separated by commas. Raises ValueError for what is none."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    for key in found:
        Fernet(key)
    return found


def _keys() -> MultiFernet:
    return _fernets(current_app.config["ENCRYPTION_KEYS"], current_app.config["SECRET_KEY"])


@lru_cache(maxsize=8)
def _fernets(keys: Sequence[str], secret_key: str) -> MultiFernet:
    derived = HKDF(hashes.SHA256(), length=32, salt=None, info=b"holdfast sealed columns").derive(secret_key.encode())
    return MultiFernet([*(Fernet(key) for key in keys), Fernet(base64.urlsafe_b64encode(derived))])


@lru_cache(maxsize=8)
def _tell_operators(_keys: Sequence[str], _secret_key: str) -> None:
    """Once for these keys in this process: every page may read many of them."""
    log.error("A secret in the database cannot be read: the key that sealed it is missing in ENCRYPTION_KEYS.")
