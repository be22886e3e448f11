"""What a calendar outside says of taken time: gathered from all its pages, and then kept in one transaction.

Nothing is asked while a transaction is open, and nothing is kept before the last page has come: who died between two
pages begins with the first again, with the sync token of before. What cannot be read stays as it was.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from app import clock
from app.calendars.connections.outside_calendar import CHECKED_EVERY
from app.calendars.reading.blocking import Unreadable, blocking_span, is_cancelled, known_as, nobodys
from app.calendars.writing.recognising import Own
from app.integrations.errors import GatewayError
from app.integrations.google_calendar import GoogleCalendar, Page
from app.integrations.google_calendar.errors import SyncTokenGone
from app.scheduling.spans import Span

BEFORE = timedelta(days=1)  # a session of yesterday is still looked at
BEYOND = timedelta(weeks=4)  # the horizon: it moves on each day, also while nothing can be read
A_SESSION = timedelta(days=1)  # of the last day that can be booked; none is longer


class Known(NamedTuple):
    """How far a calendar has been read."""

    external_id: str
    zone: str
    horizon_days: int
    sync_token: str | None
    read_until: datetime | None
    full_sync_at: datetime | None

    @property
    def closes_what_is_unread(self) -> bool:
        """Return whether it was read, and less far than can be booked."""
        bookable = timedelta(days=self.horizon_days) + A_SESSION
        return self.read_until is not None and self.read_until < clock.now() + bookable

    @property
    def must_be_read_in_full(self) -> bool:
        return (
            not self.sync_token
            or self.full_sync_at is None
            or self.is_to_be_checked
            or self.read_until is None
            or self.read_until < clock.now() + timedelta(days=self.horizon_days)
        )

    @property
    def is_to_be_checked(self) -> bool:
        """Whether all of it is looked at again, whatever the changes said: each day, and when its therapist asks."""
        return self.full_sync_at is not None and self.full_sync_at <= clock.now() - CHECKED_EVERY


@dataclass
class Reading:
    """What was said: of each entry, by its id there, the time that it takes. Neither words nor people are kept."""

    window: Span
    complete: bool  # what is not told of is not there any more
    own: Own | None = None  # whose diary holds the time of what is theirs
    zone: str = "UTC"
    taken: dict[str, Span] = field(default_factory=dict)
    free: set[str] = field(default_factory=set)  # told of, and taking no time in the window
    ended: set[str] = field(default_factory=set)  # those of them that may have been a series: all its days are free
    unreadable: set[str] = field(default_factory=set)  # they keep what is known of them
    told: str | None = None  # what must be told of a calendar of which not all can be read, in words
    ours: dict[str, dict[str, Any]] = field(default_factory=dict)  # what we wrote there, as it is now
    sync_token: str | None = None

    def note(self, entry: dict[str, Any], zone: ZoneInfo) -> None:
        external_id = known_as(entry)
        for told in (self.taken, self.ours):  # an entry that is told of twice is as it was told last
            told.pop(external_id, None)
        for names in (self.free, self.ended, self.unreadable):
            names.discard(external_id)
        if self.own and self.own.wrote(entry):
            self.ours[external_id] = entry
        if is_cancelled(entry) and not entry.get("recurringEventId"):
            self.ended.add(external_id)
        try:
            span = blocking_span(entry, zone, self.own.is_own if self.own else nobodys)
        except Unreadable:
            self.unreadable.add(external_id)
            return
        if span and span[0] < self.window[1] and span[1] > self.window[0]:
            self.taken[external_id] = span
        else:
            self.free.add(external_id)


Still = Callable[[], None]  # called before each page: prolongs the right to go on, or raises


def gather(google: GoogleCalendar, known: Known, still: Still, own: Own | None = None) -> Reading:
    """Ask for what has changed, or for everything where that is due or changes cannot be told. Raises GatewayError."""
    if not known.must_be_read_in_full:
        try:
            changes = _gather(google, known, still, own, complete=False)
        except SyncTokenGone:
            pass
        else:
            if changes.zone == known.zone:  # otherwise each whole day lies elsewhere now
                return changes
    return _gather(google, known, still, own, complete=True)


def window_of(horizon_days: int) -> Span:
    """Return the window to read: from yesterday until some weeks after the last day that can be booked."""
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    return now - BEFORE, now + timedelta(days=horizon_days) + BEYOND


def _gather(google: GoogleCalendar, known: Known, still: Still, own: Own | None, *, complete: bool) -> Reading:
    until = None if complete else known.read_until
    window = window_of(known.horizon_days)
    reading = Reading((window[0], until or window[1]), complete, own)
    next_page: str | None = None
    while True:
        still()
        page = _page(google, known, reading, next_page)
        reading.zone = page.zone
        _note_all(reading, page.entries, _zone(page.zone, known.zone))
        reading.sync_token = page.next_sync_token or reading.sync_token
        next_page = page.next_page
        if not next_page:
            return reading


def _page(google: GoogleCalendar, known: Known, reading: Reading, next_page: str | None) -> Page:
    if reading.complete:
        return google.page(known.external_id, window=reading.window, page=next_page)
    return google.page(known.external_id, since=known.sync_token, page=next_page)


def _note_all(reading: Reading, entries: Iterable[dict[str, Any]], zone: ZoneInfo) -> None:
    try:
        for entry in entries:
            reading.note(entry, zone)
    except Unreadable:  # without an id nobody knows of which entry the rest is true
        raise GatewayError("Google told of an entry without saying which.", retry=True) from None


def _zone(*names: str) -> ZoneInfo:
    """The first that is known here."""
    for name in names:
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")
