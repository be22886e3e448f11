"""The day of a session as the therapist's Google calendars tell it now, asked before a decision that binds.

Asked outside any transaction, all calendars at once and for two seconds altogether: whatever has not been answered by
then is judged by what was read before, and the therapist is told so. Calendars by their address are not asked, for that
takes too long; where one was last read long ago, that is told. A token renewed here is not kept; reading keeps one, and
rarely leaves an old one here.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select

from app import clock
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.reading.blocking import blocking_span
from app.calendars.writing.own_entries import own_of
from app.calendars.writing.recognising import Own
from app.database import db
from app.integrations.errors import GatewayError
from app.integrations.google_calendar import open_calendar
from app.practice.therapist import Therapist
from app.scheduling.busy_time import BusyTime
from app.scheduling.local_days import day_span
from app.scheduling.local_time import SkippedTime
from app.scheduling.spans import Span
from app.wording import clock_time, short_day

log = logging.getLogger(__name__)

SECONDS = 2.0
OLD = timedelta(minutes=75)  # longer ago than a calendar is read by its address that can be read
Known = frozenset[tuple[int, Span]]  # busy times by their calendar


class Old(NamedTuple):
    """A calendar that blocks time, cannot be asked live, and was read long ago."""

    name: str
    read_at: datetime | None


class Look(NamedTuple):
    """The outcome of a live look."""

    answers: Mapping[int, frozenset[Span]] = {}  # by calendar: all that takes time on that day
    known: Known = frozenset()  # what we knew of those that answered, before they were asked
    unasked: bool = False  # not all answered
    known_at: datetime | None = None  # when those that did not were read last; None: never
    zone: str = "UTC"  # of who is told
    old: tuple[Old, ...] = ()

    @property
    def news(self) -> list[int]:
        """Return the ids of calendars whose answer differs from what is stored."""
        return [one for one, spans in self.answers.items() if spans != {span for of, span in self.known if of == one}]

    def is_gone(self, calendar_id: int | None, span: Span) -> bool:
        """Return whether a busy time that was stored before the look has gone there."""
        answer = self.answers.get(calendar_id or 0)
        return answer is not None and (calendar_id, span) in self.known and span not in answer

    @property
    def sentence(self) -> str | None:
        """Return a sentence on calendars that could not be asked, and how old the rest is."""
        told = [self._of_google()] if self.unasked else []
        return " ".join([*told, *map(self._of_old, self.old)]) or None

    def _of_google(self) -> str:
        if self.known_at is None:
            return "Google could not be asked just now, and has not been read before: please look at your calendar."
        return f"Google could not be asked just now; this is what we knew at {self._when(self.known_at)}."

    def _of_old(self, calendar: Old) -> str:
        if calendar.read_at is None:
            return f"Your calendar {calendar.name} has not been read yet: please look at it."
        return f"Your calendar {calendar.name} was last read at {self._when(calendar.read_at)}: please look at it."

    def _when(self, moment: datetime) -> str:
        at, day = clock_time(moment, self.zone), short_day(moment, self.zone)
        return at if day == short_day(clock.now(), self.zone) else f"{at} on {day}"


NOTHING = Look()  # where no Google calendar closes time


class Calendar(NamedTuple):
    """A calendar to ask, as plain values: threads use no database."""

    id: int
    external_id: str
    connection_id: int
    is_working: bool
    read_at: datetime | None


def look(therapist: Therapist, span: Span) -> Look:
    """Ask the therapist's calendars for the days of the span. Ends the open transaction; changes nothing."""
    calendars, accesses, old = _to_ask(therapist.id)
    if not calendars:
        return NOTHING._replace(zone=therapist.zone, old=old) if old else NOTHING
    zone, day = therapist.zone, _days_of(span, therapist.tz)
    known = {(one.calendar_id, one.span) for one in BusyTime.between(therapist.id, day) if one.calendar_id}
    own = own_of(therapist.id)
    db.session.rollback()  # nobody waits for us while Google takes its time
    answers = _answers(calendars, accesses, own, day)
    silent = [one.read_at for one in calendars if one.id not in answers]
    return Look(
        answers,
        frozenset(each for each in known if each[0] in answers),
        unasked=bool(silent),
        known_at=None if None in silent else min((at for at in silent if at), default=None),
        zone=zone,
        old=old,
    )


class Access:
    """The access token of a connection, renewed once for all of its calendars."""

    def __init__(self, config: Mapping[str, Any], refresh_token: str | None, access_token: str | None) -> None:
        self.config, self._refresh_token, self._token = config, refresh_token, access_token
        self._lock = threading.Lock()

    def token(self) -> str:
        return self._token or self.renewed(None)

    def renewed(self, old: str | None) -> str:
        """Return a new access token in place of the old one. Raises GatewayError."""
        from app.integrations.google_calendar import consent  # takes a moment to load: only where it is asked

        with self._lock:
            if self._token == old or self._token is None:
                self._token = consent.refreshed(self.config, self._refresh_token or "").access
            return self._token


def _to_ask(therapist_id: int) -> tuple[list[Calendar], dict[int, Access], tuple[Old, ...]]:
    query = select(OutsideCalendar, CalendarConnection).join(OutsideCalendar.connection)
    mine = query.where(CalendarConnection.therapist_id == therapist_id, OutsideCalendar.is_read)
    config, until = dict(current_app.config), clock.now() + timedelta(seconds=30)
    calendars, accesses, old = [], {}, []
    for one, connection in db.session.execute(mine.order_by(OutsideCalendar.id)):
        if connection.kind == "address":
            old += [Old(one.name, one.last_sync_at)] if _is_old(one.last_sync_at) else []
            continue
        # A token whose key is lost opens nothing: the calendar is silent then.
        is_working = connection.state == "working" and connection.refresh_token is not None
        calendars.append(Calendar(one.id, one.external_id, connection.id, is_working, one.last_sync_at))
        accesses[connection.id] = Access(config, connection.refresh_token, connection.access_token_until(until))
    return calendars, accesses, tuple(old)


def _is_old(read_at: datetime | None) -> bool:
    return read_at is None or read_at < clock.now() - OLD


def _days_of(span: Span, zone: ZoneInfo) -> Span:
    """All of the therapist's days that the span touches: what is asked for does not depend on the session's length."""
    try:
        first, last = (day_span(moment.astimezone(zone).date(), zone) for moment in span)
    except SkippedTime:
        return span
    return first[0], last[1]


def _answers(
    calendars: list[Calendar], accesses: Mapping[int, Access], own: Own, day: Span
) -> dict[int, frozenset[Span]]:
    """Return the answers that come in time."""
    ends = time.monotonic() + SECONDS
    answers: dict[int, frozenset[Span]] = {}
    asking = [
        threading.Thread(
            target=_note, args=(answers, one.id, partial(_ask, one, accesses[one.connection_id], own, day, ends))
        )
        for one in calendars
        if one.is_working
    ]
    for thread in asking:
        thread.daemon = True  # who is too late is left to its own limits
        thread.start()
    for thread in asking:
        thread.join(max(0.0, ends - time.monotonic()))
    return dict(answers)


def _note(answers: dict[int, frozenset[Span]], calendar_id: int, ask: Callable[[], frozenset[Span]]) -> None:
    try:
        answers[calendar_id] = ask()
    except GatewayError as error:
        log.info("calendar %s could not be asked: %s", calendar_id, error)
    except Exception as error:  # unreadable, or of ours: never taken for free, and nobody else would hear of it
        log.warning("calendar %s could not be asked: %s", calendar_id, type(error).__name__)


def _ask(calendar: Calendar, access: Access, own: Own, day: Span, ends: float) -> frozenset[Span]:
    token = access.token()
    with open_calendar(access.config, token, partial(access.renewed, token)) as google:
        page = google.entries_between(calendar.external_id, day, seconds=ends - time.monotonic())
    spans = (blocking_span(entry, ZoneInfo(page.zone), own.is_own) for entry in page.entries)
    return frozenset(span for span in spans if span)
