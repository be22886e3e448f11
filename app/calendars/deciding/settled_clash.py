"""What a therapist has decided: a session stands although they are busy elsewhere then."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, delete, exists, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Model, UTCDateTime, db
from app.scheduling.busy_time import BusyTime
from app.scheduling.spans import Span


class SettledClash(Model):
    """Busy time elsewhere of which the therapist was told for one session, and went on. Exactly this span: when it is
    moved there, or becomes longer, that is news."""

    __tablename__ = "settled_clash"
    __table_args__ = (UniqueConstraint("booking_id", "starts_at", "ends_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)  # of the busy time
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    @classmethod
    def of(cls, booking_id: int) -> set[Span]:
        """Return the busy spans that are settled for a session."""
        settled = select(cls.starts_at, cls.ends_at).where(cls.booking_id == booking_id)
        return {(starts, ends) for starts, ends in db.session.execute(settled)}

    @classmethod
    def forget(cls, therapist_id: int) -> None:
        """After busy times of a calendar were forgotten: when they were is not to be read here either. What another
        calendar says as well stays settled."""
        from app.booking.booking import Booking

        db.session.flush()
        mine = select(Booking.id).where(Booking.therapist_id == therapist_id)
        same = (BusyTime.starts_at == cls.starts_at, BusyTime.ends_at == cls.ends_at)
        still_known = exists().where(BusyTime.therapist_id == therapist_id, *same)
        forgotten = delete(cls).where(cls.booking_id.in_(mine), ~still_known)
        db.session.execute(forgotten.execution_options(synchronize_session=False))


def settle(booking_id: int, busy: Iterable[Span]) -> None:
    """Settle these busy times for the session: they are no clash any more. Call it in the therapist's turn."""
    spans = set(busy)
    for starts, ends in sorted(spans - SettledClash.of(booking_id) if spans else ()):
        db.session.add(SettledClash(booking_id=booking_id, starts_at=starts, ends_at=ends))
    db.session.flush()


def settle_known(booking_id: int, therapist_id: int, spans: Iterable[Span]) -> None:
    """Settle all known busy times in these spans: the therapist chose the spans after a warning."""
    for span in spans:
        settle(booking_id, [busy.span for busy in BusyTime.between(therapist_id, span)])
