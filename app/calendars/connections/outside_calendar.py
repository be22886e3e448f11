"""One calendar of a connection: whether it closes time here, and how far it has been read."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, text, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.database import Model, UTCDateTime, db, rows_changed
from app.scheduling.busy_time import BusyTime
from app.sealed import Sealed

if TYPE_CHECKING:
    from app.calendars.connections.connection import CalendarConnection


CHECKED_EVERY = timedelta(days=1)  # in full, whatever the changes said
# Told instead of what Google said when it was so for a day (see gone.py).
LOST = (
    "Google has not shown it to us for more than a day: it was deleted there, or is not shared with you any more. What "
    "is put into it does not block time here."
)


class OutsideCalendar(Model):
    """A calendar elsewhere, as the connected account lists it."""

    __tablename__ = "outside_calendar"
    __table_args__ = (
        UniqueConstraint("connection_id", "external_id"),
        Index("ix_outside_calendar_due", "next_sync_at"),
        Index(
            "uq_outside_calendar_one_written",
            "connection_id",
            unique=True,
            sqlite_where=text("is_written"),
            postgresql_where=text("is_written"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("calendar_connection.id", ondelete="CASCADE"))
    external_id: Mapped[str] = mapped_column(String(1024))  # Google's id; of an address, its hash
    address: Mapped[str | None] = mapped_column(Sealed)  # of an ICS calendar: whoever knows it can read it
    name: Mapped[str] = mapped_column(String(300), default="")
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    is_primary: Mapped[bool] = mapped_column(default=False)
    can_write: Mapped[bool] = mapped_column(default=False)
    is_read: Mapped[bool] = mapped_column(default=False)  # chosen: its busy times close time here
    is_written: Mapped[bool] = mapped_column(default=False)  # our sessions are written into it
    # How far it has been read. The token is written in one transaction with the busy times that it stands for.
    sync_token: Mapped[str | None] = mapped_column(Text)
    # Of an ICS address: for asking whether anything changed. At Google: since when it is gone there, if it is.
    etag: Mapped[str | None] = mapped_column(Text)
    read_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # end of the window that was read in full
    full_sync_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_sync_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # When it is to be read next; None: never (not chosen, or its connection is broken). A notification puts it to now.
    next_sync_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # one worker at a time reads it
    attempts: Mapped[int] = mapped_column(default=0)  # that failed in a row
    error: Mapped[str | None] = mapped_column(Text)  # in words
    # How far our sessions have been written into it: the diary's revision that stands there.
    written_revision: Mapped[int | None]
    # When to write again whatever the diary says: a check of everything, or after a failure.
    next_write_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    write_lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    write_attempts: Mapped[int] = mapped_column(default=0)  # that failed in a row
    write_error: Mapped[str | None] = mapped_column(Text)  # in words
    # Since when not all of them stand there as they should; their therapist was told at `write_told_at`.
    write_failing_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    write_told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    connection: Mapped["CalendarConnection"] = relationship(back_populates="calendars")

    @property
    def is_due(self) -> bool:
        """Return whether the calendar waits to be read or is being read, and has not failed meanwhile."""
        now = clock.now()
        leased = self.lease_until is not None and self.lease_until > now
        return leased or (self.next_sync_at is not None and self.next_sync_at <= now)

    @property
    def gone_since(self) -> datetime | None:
        """Return since when Google says that the calendar does not exist or is not shared with us."""
        is_gone = self.connection.kind == "google" and self.etag is not None
        return datetime.fromisoformat(self.etag) if is_gone and self.etag else None

    def begin_to_read(self) -> None:
        """Let the calendar's busy times block time here, from the next reading on."""
        if not self.is_read:
            self.is_read, self.last_sync_at = True, None
            self._forget_how_far()
            self.fall_due()

    def cease_to_read(self) -> None:
        """Free the time that the calendar blocked; its sync token is forgotten, too."""
        self.is_read = False
        self._forget_how_far()
        if not self.is_written:
            self.next_sync_at, self.error, self.attempts = None, None, 0
        BusyTime.forget(self.connection.therapist_id, self.id)

    def fall_due(self) -> None:
        """Make the calendar due for reading, and for writing if it is written into."""
        self.next_sync_at = clock.now()
        db.session.info["calendars_are_due"] = True
        if self.is_written:
            self.write_again()

    def check(self) -> None:
        """Make a full reading due, and a new list of the account's calendars, as after a day."""
        if self.full_sync_at:
            self.full_sync_at = min(self.full_sync_at, clock.now() - CHECKED_EVERY)

    def write_again(self) -> None:
        """Make writing due at once, whatever failed before."""
        self.next_write_at, self.write_attempts, self.write_error = clock.now(), 0, None
        db.session.info["entries_are_due"] = True

    def _forget_how_far(self) -> None:
        self.sync_token, self.etag, self.full_sync_at, self.read_until = None, None, None, None

    @classmethod
    def ask_for(cls, *which: ColumnElement[bool]) -> bool:
        """Make those of these that are read due at once; the caller commits. Returns whether any was not due yet."""
        now = clock.now()
        asked = update(cls).where(*which, cls.next_sync_at > now).values(next_sync_at=now)
        found = rows_changed(asked.execution_options(synchronize_session=False)) > 0
        if found:
            db.session.info["calendars_are_due"] = True
        return found
