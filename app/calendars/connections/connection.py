"""A therapist's consent to read a calendar elsewhere, and how reading it is going."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, exists, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.connections.watch_channel import WatchChannel
from app.calendars.deciding.settled_clash import SettledClash
from app.calendars.writing import moved_there
from app.calendars.writing.entry import CalendarEntry
from app.cleaning import one_line
from app.database import Model, UTCDateTime, db
from app.integrations.google_calendar import WRITING, Listed, Tokens
from app.made_once import MadeOnce
from app.practice.therapist import Therapist
from app.scheduling import changes
from app.sealed import Sealed


class Left(NamedTuple):
    """The consent and channels that Google must still be told to end after a connection or calendar was deleted."""

    refresh_token: str | None  # to be revoked; None: somebody else here still needs the consent
    access_token: str | None
    channels: list[tuple[str, str]]  # to be ended: their ids, and Google's
    consent_stays: bool = False  # it cannot be revoked from here: its token is lost with the key that sealed it


class CalendarConnection(MadeOnce, Model):
    """One account at Google, or one address of a calendar anywhere (an ICS address)."""

    __tablename__ = "calendar_connection"
    __table_args__ = (
        CheckConstraint("kind in ('google', 'address')", name="kind"),
        CheckConstraint("state in ('working', 'broken')", name="state"),
        Index("ix_calendar_connection_therapist", "therapist_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"))
    kind: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(200), default="")  # by which the therapist knows it
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    # Google's tokens: the first is good until the person takes their consent back, the second for an hour.
    refresh_token: Mapped[str | None] = mapped_column(Sealed)
    access_token: Mapped[str | None] = mapped_column(Sealed)
    access_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    scopes: Mapped[str] = mapped_column(Text, default="")
    # broken: nothing helps but a new consent (or address); the therapist was told at `told_at`.
    state: Mapped[str] = mapped_column(String(10), default="working")
    error: Mapped[str | None] = mapped_column(Text)  # in words, of the last try that failed; None: it went well
    failing_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)  # that failed in a row
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    therapist: Mapped[Therapist] = relationship()
    calendars: Mapped[list[OutsideCalendar]] = relationship(
        back_populates="connection", order_by=OutsideCalendar.id, cascade="all, delete-orphan", passive_deletes=True
    )

    @classmethod
    def of_therapist(cls, therapist_id: int, kind: str | None = None) -> Sequence["CalendarConnection"]:
        """Return the therapist's connections, the oldest first."""
        mine = select(cls).where(cls.therapist_id == therapist_id).order_by(cls.id)
        return db.session.scalars(mine if kind is None else mine.where(cls.kind == kind)).all()

    @classmethod
    def connect_google(cls, therapist: Therapist, tokens: Tokens, listed: Iterable[Listed]) -> "CalendarConnection":
        """The therapist consented. The same account once more renews what is known of it; of a new one, the calendar
        that is its own closes time from now on."""
        listed = list(listed)
        account = next((one for one in listed if one.is_primary), None)
        known = cls._of_account(therapist.id, account.calendar_id) if account else None
        connection = known or cls(
            therapist_id=therapist.id, kind="google", label=one_line(account.name)[:200] if account else ""
        )
        if known is None:
            db.session.add(connection)
        connection.accept(tokens, listed)
        if known is None:
            connection.choose([one for one in connection.calendars if one.is_primary])
        changes.note_seen(therapist.id)
        return connection

    @classmethod
    def is_connected(cls, account: str) -> bool:
        """Return whether anybody here has connected this account."""
        its = (OutsideCalendar.external_id == account, OutsideCalendar.is_primary)
        mine = select(OutsideCalendar.id).join(cls).where(*its, cls.kind == "google")
        return db.session.scalar(mine.limit(1)) is not None

    def accept(self, tokens: Tokens, listed: Iterable[Listed]) -> None:
        """Store the tokens of a consent, be it the first or a renewed one."""
        self.refresh_token = tokens.refresh or self.refresh_token
        self.access_token, self.access_until = tokens.access, tokens.expires_at
        self.scopes = " ".join(sorted(tokens.scopes))
        self.state, self.error, self.failing_since, self.told_at, self.attempts = "working", None, None, None, 0
        self._list(listed)
        if not self.may_write:
            self.write_into(None)
        self._fall_due()

    def choose(self, calendars: Iterable[OutsideCalendar]) -> Left:
        """Let these calendars block time here from now on, and the others no longer."""
        wanted = list(calendars)
        for calendar in wanted:
            calendar.begin_to_read()
        ended = [one for one in self.calendars if one.is_read and one not in wanted]
        for calendar in ended:
            calendar.cease_to_read()
        if ended:
            SettledClash.forget(self.therapist_id)
            changes.note(db.session(), diaries=[self.therapist_id])  # also what nobody had read there is open again
        self._is_well_without_failing()
        changes.note_seen(self.therapist_id)
        unheard = WatchChannel.end(one.id for one in ended if not one.is_written)
        return Left(None, self.access_token_until(clock.now()), unheard)

    def write_into(self, calendar: OutsideCalendar | None) -> None:
        """Our sessions stand in this calendar of the person's own from now on, and in none besides; None: nowhere. Call
        it in the therapist's turn."""
        changes.note_seen(self.therapist_id)
        concerned = [one for one in self.calendars if one.is_written or one is calendar]
        for one in concerned:
            one.is_written = False
        db.session.flush()  # at no moment are two of them written
        for one in concerned:
            one.is_written = one is calendar
            one.write_failing_since = one.write_told_at = None
            moved_there.free(self.therapist_id, select(CalendarEntry.id).where(CalendarEntry.calendar_id == one.id))
            one.write_again()  # where nothing is written any more, what stands there is taken away
            one.fall_due()

    def sync_now(self) -> None:
        """Read everything that closes time, and write what is written, as soon as somebody gets to it: all that is at
        Google, and which calendars there are."""
        for calendar in self.calendars:
            if self.kind == "google":
                calendar.check()
        self._fall_due()

    def disconnect(self) -> Left:
        """Forget the consent, the calendars and what they closed, also where that was decided about."""
        is_shared = self._is_shared()
        left = Left(
            None if is_shared else self.refresh_token,
            self.access_token_until(clock.now()),
            WatchChannel.end(one.id for one in self.calendars),
            consent_stays=self.kind == "google" and not is_shared and self.refresh_token is None,
        )
        diary = self.therapist_id
        db.session.delete(self)  # the database takes along what hangs on it, busy times too
        db.session.flush()
        SettledClash.forget(diary)
        changes.note(db.session(), diaries=[diary])
        return left

    @property
    def account(self) -> str | None:
        """Return the id of the person's own calendar, which names the account at Google."""
        return next((one.external_id for one in self.calendars if one.is_primary), None)

    @property
    def written(self) -> OutsideCalendar | None:
        """Return the calendar that sessions are written into; None if there is none."""
        return next((one for one in self.calendars if one.is_written), None)

    @property
    def is_read(self) -> bool:
        """Return whether any calendar of the connection blocks time."""
        return any(one.is_read for one in self.calendars)

    @property
    def is_being_read(self) -> bool:
        return self.state == "working" and any(one.is_due for one in self.calendars if one.is_read)

    @property
    def read_at(self) -> datetime | None:
        """Return when the calendar that was read longest ago was read; None if one never was."""
        moments = [one.last_sync_at for one in self.calendars if one.is_read]
        return min((moment for moment in moments if moment), default=None) if all(moments) else None

    @property
    def next_at(self) -> datetime | None:
        return min((one.next_sync_at for one in self.calendars if one.is_read and one.next_sync_at), default=None)

    @property
    def may_write(self) -> bool:
        """Return whether the therapist consented to writing."""
        return frozenset(self.scopes.split()) >= WRITING

    def access_token_until(self, moment: datetime) -> str | None:
        """Return the access token if it is still valid at that moment."""
        return self.access_token if self.access_until and self.access_until > moment else None

    def list_again(self, listed: Iterable[Listed]) -> None:
        """What calendars there are, and what they are called, as Google says now. Without the account's own it does
        not say all."""
        listed, before = list(listed), self._as_shown()
        if self.account not in {one.calendar_id for one in listed}:
            return
        self._list(listed)
        if self._as_shown() != before:
            changes.note_seen(self.therapist_id)

    def _as_shown(self) -> list[tuple[str, str, bool]]:
        return [(one.external_id, one.name, one.can_write) for one in self.calendars]

    def _fall_due(self) -> None:
        for calendar in self.calendars:
            if calendar.is_read or calendar.is_written:
                calendar.fall_due()

    def _list(self, listed: Iterable[Listed]) -> None:
        """The account's calendars as they are there now. One that went stays while it closes time here: whether it is
        gone for good is seen when it is read."""
        known = {one.external_id: one for one in self.calendars}
        for one in listed:
            calendar = known.pop(one.calendar_id, None)
            if calendar is None:
                # Later reading keeps it: in which zone its whole days lie is changed together with them.
                calendar = OutsideCalendar(external_id=one.calendar_id, zone=one.zone)
                self.calendars.append(calendar)
            calendar.name = (one_line(one.name) or one.calendar_id)[:300]
            calendar.is_primary, calendar.can_write = one.is_primary, one.can_write
        for gone in known.values():
            if not (gone.is_read or gone.is_written):
                self.calendars.remove(gone)
        db.session.flush()

    def _is_well_without_failing(self) -> None:
        """Clear the failure of a connection whose failing calendar no longer blocks time."""
        if self.state == "working" and not any(one.is_read and one.attempts for one in self.calendars):
            self.error, self.failing_since, self.attempts = None, None, 0

    def _is_shared(self) -> bool:
        """Return whether another therapist connected the same account: revoking a consent revokes it for both."""
        other = exists().where(
            OutsideCalendar.connection_id != self.id,
            OutsideCalendar.external_id == self.account,
            OutsideCalendar.is_primary,
        )
        return bool(self.account and db.session.scalar(select(other)))

    @classmethod
    def _of_account(cls, therapist_id: int, account: str) -> "CalendarConnection | None":
        own = select(OutsideCalendar.connection_id).where(
            OutsideCalendar.external_id == account, OutsideCalendar.is_primary
        )
        mine = (cls.therapist_id == therapist_id, cls.kind == "google", cls.id.in_(own))
        return db.session.scalar(select(cls).where(*mine))
