"""Idempotency keys: a form that makes something carries a number, and sent twice it makes one thing.

The key is the number together with all that was typed, so that the number of an old page counts for nothing else. It
lies on the row that the form made, and goes with it: what was taken back can be made again by the same form.
"""

import json
import secrets
from typing import Self

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from app.database import db
from app.practice.user import digest

LEAST, MOST = 16, 64  # characters of a number


class MadeOnce:
    """The column of a table whose rows are made by forms. Look for a row in the turn in which it would be made."""

    made_once: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)

    @classmethod
    def made_by(cls, key: str | None) -> Self | None:
        """The row that a form with this key made, if it made one that still counts."""
        return db.session.scalar(select(cls).filter_by(made_once=key)) if key else None


def new_number() -> str:
    """The number of a form that is shown now."""
    return secrets.token_urlsafe(16)


def key_of(number: str | None, *contents: object) -> str | None:
    """The key of a form with this number and these contents; None for a form without a number."""
    if not number or not LEAST <= len(number) <= MOST:
        return None
    return digest(json.dumps([number, *contents]))
