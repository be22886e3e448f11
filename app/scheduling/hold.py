"""Time that no one else can book."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ForeignKey, bindparam, delete, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Model, db, rows_changed
from app.refusals import TimeTaken
from app.scheduling import changes
from app.scheduling.booked import Booked
from app.scheduling.dated import DatedSpan
from app.scheduling.spans import Span, union

OVERLAP = "hold_no_overlap"  # name of the constraint (PostgreSQL) and of the triggers' error (SQLite)


class Hold(DatedSpan, Model):
    """A booking's own time, or time of an open offer's alternatives. The database refuses two that overlap."""

    __tablename__ = "hold"

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"), index=True)

    booking: Mapped[Any] = relationship("Booking", viewonly=True)  # of the package above

    @classmethod
    def in_the_way(cls, therapist_id: int, span: Span, besides: int | None = None) -> Sequence["Hold"]:
        """Return the holds that overlap the span, earliest first; touching is not overlapping.

        `besides` is the id of a booking whose own holds do not count.
        """
        query = select(cls).where(*cls.meets(therapist_id, span))
        if besides is not None:
            query = query.where(cls.booking_id != besides)
        return db.session.scalars(query.order_by(cls.starts_at)).all()

    @classmethod
    def replace(cls, booking: Booked, own: Span | None, offer_id: int | None, offered: Iterable[Span]) -> None:
        """Swap all holds of a booking for its own time and, less that, the union of the offered ones.

        Raises TimeTaken when the database finds an overlap; the transaction is then to be rolled back.
        """
        rows_changed(_ALL_OF_A_BOOKING, {"booking": booking.id})
        changes.note(db.session(), diaries=[booking.therapist_id])
        common = {"therapist_id": booking.therapist_id, "booking_id": booking.id}
        holds = [cls(**common, starts_at=own[0], ends_at=own[1])] if own else []
        holds += [
            cls(**common, offer_id=offer_id, starts_at=starts, ends_at=ends)
            for starts, ends in union(offered, less=own)
        ]
        cls._take(holds)

    @classmethod
    def take_first(cls, booking: Booked) -> None:
        """Hold the time of a booking that was made just now, and so holds nothing yet. Raises TimeTaken likewise."""
        starts_at, ends_at = booking.span
        common = {"therapist_id": booking.therapist_id, "booking_id": booking.id}
        cls._take([cls(**common, starts_at=starts_at, ends_at=ends_at)])

    @classmethod
    def _take(cls, holds: list["Hold"]) -> None:
        db.session.add_all(holds)
        try:
            db.session.flush()
        except (IntegrityError, OperationalError) as error:
            if OVERLAP in str(error.orig):
                raise TimeTaken() from error
            raise


_ALL_OF_A_BOOKING = delete(Hold).where(Hold.booking_id == bindparam("booking"))
