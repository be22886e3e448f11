"""Where a therapist's other calendar reads their sessions here."""

import secrets
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Model, UTCDateTime, db
from app.keyed import derived_token
from app.made_once import MadeOnce
from app.practice.therapist import Therapist
from app.practice.user import digest
from app.scheduling import changes


class Reader(NamedTuple):
    """Whose feed it is. `diary_revision` rises with everything that it shows."""

    therapist_id: int
    zone: str
    diary_revision: int


class FeedAddress(MadeOnce, Model):
    """A private address, at most one for each therapist: whoever knows it sees when their sessions are.

    The token follows from a stored seed and the secret key, so that it can be shown again.
    """

    __tablename__ = "feed_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"), unique=True)
    seed: Mapped[str] = mapped_column(String(32))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    @classmethod
    def of_therapist(cls, therapist_id: int) -> "FeedAddress | None":
        return db.session.scalar(select(cls).filter_by(therapist_id=therapist_id))

    @classmethod
    def make(cls, therapist_id: int, key: str | None = None) -> "FeedAddress":
        """A new address, once for a form's key; the one before leads nowhere from now on. Call it in the therapist's
        turn."""
        if made_before := cls.made_by(key):
            return made_before
        cls.end(therapist_id)
        address = cls(therapist_id=therapist_id, seed=secrets.token_hex(16), made_once=key)
        address.token_hash = digest(address._derived)
        db.session.add(address)
        db.session.flush()
        return address

    @classmethod
    def end(cls, therapist_id: int) -> None:
        """Nobody reads it any more."""
        db.session.execute(delete(cls).where(cls.therapist_id == therapist_id))
        changes.note_seen(therapist_id)

    @classmethod
    def reader(cls, token: str) -> Reader | None:
        """Whom the token is of: all that is asked while nothing has changed."""
        whose = select(Therapist.id, Therapist.zone, Therapist.diary_revision)
        mine = whose.join(cls, cls.therapist_id == Therapist.id).where(cls.token_hash == digest(token))
        found = db.session.execute(mine).one_or_none()
        return Reader._make(found) if found else None

    @property
    def token(self) -> str | None:
        """Return the address's token; None when the secret key has changed since, and only a new one can be shown."""
        return self._derived if digest(self._derived) == self.token_hash else None

    @property
    def _derived(self) -> str:
        return derived_token("calendar feed", self.seed)
