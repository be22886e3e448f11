"""What of ours stands in a therapist's calendar elsewhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Optional

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.writing import moved_there
from app.calendars.writing.standing import Standing, entry_id_of
from app.database import Model, UTCDateTime, db, rows_changed
from app.scheduling import changes
from app.scheduling.spans import Span

if TYPE_CHECKING:
    from app.booking.booking import Booking
    from app.booking.offer import Alternative

STATES = ("writing", "written", "edited", "removing")


class CalendarEntry(Model):
    """One session, or one alternative of an open offer, as we last wrote it there, under an id of our own choosing.

    The row is there before the entry is and goes after it, so nothing of ours ever stands there unknown to us.
    """

    __tablename__ = "calendar_entry"
    __table_args__ = (
        CheckConstraint(f"state in {STATES}", name="state"),
        UniqueConstraint("calendar_id", "entry_id"),
        Index("ix_calendar_entry_booking", "booking_id"),
        Index("ix_calendar_entry_alternative", "alternative_id"),
        Index("ix_calendar_entry_ends", "calendar_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("outside_calendar.id", ondelete="CASCADE"))
    # None: the session was erased here, and what stands there has to go.
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="SET NULL"))
    alternative_id: Mapped[int | None] = mapped_column(ForeignKey("alternative.id", ondelete="SET NULL"))
    entry_id: Mapped[str] = mapped_column(String(64))
    copy: Mapped[int] = mapped_column(default=0)  # Google never takes an id again: each new entry of it has another
    # writing: what became of `sending` is not known yet. edited: a person changed it there; left alone until the
    # therapist decides, or something else is agreed here.
    state: Mapped[str] = mapped_column(String(10), default="writing")
    written: Mapped[str | None] = mapped_column(Text)  # our last word that Google took (see Standing); None: none yet
    sending: Mapped[str | None] = mapped_column(Text)
    etag: Mapped[str | None] = mapped_column(Text)  # of the entry as we know it
    seen_etag: Mapped[str | None] = mapped_column(Text)  # as reading found it last; another: somebody changed it
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)  # of what stands there; what is over is left alone
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # To when a person moved it; None: they deleted it.
    edited_starts_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    edited_ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    calendar: Mapped[OutsideCalendar] = relationship()
    booking: Mapped[Optional["Booking"]] = relationship()
    alternative: Mapped[Optional["Alternative"]] = relationship()

    @classmethod
    def edited_of(cls, booking: "Booking") -> Sequence["CalendarEntry"]:
        """Those of a session that a person changed there, as long as what stands there or here is to come."""
        return db.session.scalars(_edited(), {"booking": booking.id, "now": clock.now()}).all()

    @classmethod
    def left_behind(cls, connection_id: int) -> list[tuple[OutsideCalendar, int]]:
        """Calendars that are written into no longer, and how much that is to come still stands there."""
        ended = (OutsideCalendar.connection_id == connection_id, ~OutsideCalendar.is_written)
        rows = db.session.execute(
            select(OutsideCalendar, func.count(cls.id))
            .join(cls, cls.calendar_id == OutsideCalendar.id)
            .where(*ended, cls.ends_at > clock.now())
            .group_by(OutsideCalendar.id)
        )
        return [(calendar, number) for calendar, number in rows]

    @classmethod
    def follow(cls, booking: "Booking", standing: Mapping[int | None, Span]) -> None:
        """What stands now, by alternative (None: the session's own time): where that is another time than the one that
        a person changed there, it is newer than their change, which waits for no decision any more."""
        for entry in cls.edited_of(booking):
            span, said = standing.get(entry.alternative_id), Standing.read(entry.written)
            if span is None:  # the worker takes it away
                moved_there.free(booking.therapist_id, [entry.id])
            elif said is None or said.span != span:
                entry.put_back()

    @property
    def is_deleted(self) -> bool:
        """A person deleted it there."""
        return self.state == "edited" and self.edited_starts_at is None

    def put_back(self) -> None:
        """The therapist wants it there again as it stands here. Does nothing when that has been settled meanwhile."""
        still = (CalendarEntry.id == self.id, CalendarEntry.state == "edited")
        values = {"edited_at": None, "edited_starts_at": None, "edited_ends_at": None} | self._as_it_is_there()
        if self.booking:
            changes.note_seen(self.booking.therapist_id)  # first: as everybody who changes a diary and then its entries
        if rows_changed(update(CalendarEntry).where(*still).values(**values)):
            if self.booking:
                moved_there.free(self.booking.therapist_id, [self.id])
            note_due()

    def _as_it_is_there(self) -> dict[str, Any]:
        """What we know of what stands there, from where it is brought to what should."""
        if self.edited_starts_at is None or self.edited_ends_at is None:
            uid = self.booking.uid if self.booking else ""
            return {"state": "writing", "written": None, "etag": None} | renamed(uid, self.alternative_id, self.copy)
        said = Standing.read(self.written)
        there = said._replace(starts_at=self.edited_starts_at, ends_at=self.edited_ends_at) if said else None
        return {"state": "written", "written": there.stored() if there else None}


@cache
def _edited() -> Select[CalendarEntry]:
    edited = (CalendarEntry.booking_id == bindparam("booking"), CalendarEntry.state == "edited")
    to_come = CalendarEntry.ends_at > bindparam("now", type_=UTCDateTime())
    return select(CalendarEntry).where(*edited, to_come).order_by(CalendarEntry.alternative_id.nulls_first())


def note_due() -> None:
    """Something is to be written into a calendar: the worker is rung when this transaction is committed."""
    db.session.info["entries_are_due"] = True


def renamed(uid: str, alternative_id: int | None, copy: int) -> dict[str, Any]:
    """The next copy of an entry that was deleted: its id is used up."""
    return {"copy": copy + 1, "entry_id": entry_id_of(uid, alternative_id, copy + 1)}
