"""How reading a calendar elsewhere is going: kept with its connection, and told in words."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Text, exists, func, or_, select, type_coerce, update

from app import clock
from app.calendars.connections import channels
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.database import db, rows_changed
from app.integrations.errors import GatewayError
from app.messages.about_calendars import tell_of_broken, tell_of_unwritten
from app.scheduling import changes

State = Literal["working", "first", "failing", "broken", "idle"]

BROKEN = "It is no longer connected. Connect it again, so that its busy times block times here."
MAILED_AFTER = timedelta(days=1)  # that not all sessions could be written
FOR_LONG = timedelta(hours=1)  # shorter troubles come and go
LATE = timedelta(minutes=30)  # after it was due: then nobody is at it


class Health(NamedTuple):
    """The health of one connection, for pages. `words` says what is wrong to the calendar's owner; None: nothing."""

    state: State
    last_sync_at: datetime | None
    next_sync_at: datetime | None
    words: str | None
    tried_at: datetime | None = None  # when what failed is tried again, unless that is just now


def health_of(connection: CalendarConnection) -> Health:
    """Return the health of a connection by what is stored; makes no request."""
    read = [calendar for calendar in connection.calendars if calendar.is_read]
    if connection.state == "broken":
        return Health("broken", connection.read_at, None, BROKEN)
    if not read:
        return Health("idle", None, None, None)
    failing = [one for one in read if one.error]
    state: State = "failing" if failing else "working" if connection.read_at else "first"
    ahead = (one.next_sync_at for one in failing if one.next_sync_at and one.next_sync_at > clock.now())
    return Health(state, connection.read_at, connection.next_at, _words(failing), min(ahead, default=None))


def why_not_told(config: Mapping[str, Any]) -> str | None:
    """Return why Google sends no notifications, for an operator; None when it does."""
    if channels.are_possible(config):
        return None
    minutes = config.get("CALENDAR_POLL_MINUTES", 10)
    return f"PUBLIC_URL does not begin with https, so Google tells of no changes: they show within {minutes:g} minutes."


def note_success(connection_id: int) -> None:
    """One of its calendars was read. The connection is well when none of them fails. Where Google's consent was
    lost meanwhile nothing heals but a new one: with what is left of an access token, reading goes well for an hour.
    """
    failing = exists().where(
        OutsideCalendar.connection_id == connection_id, OutsideCalendar.is_read.is_(True), OutsideCalendar.attempts > 0
    )
    may_heal = or_(CalendarConnection.state == "working", CalendarConnection.kind == "address")
    ailing = or_(CalendarConnection.failing_since.is_not(None), CalendarConnection.state == "broken")
    well = {"state": "working", "error": None, "failing_since": None, "attempts": 0, "told_at": None}
    _write(CalendarConnection.id == connection_id, may_heal, ailing, ~failing, values=well)


def note_failure(connection_id: int, error: GatewayError) -> None:
    """Store a failure after which reading is tried again; known busy times stay."""
    since = func.coalesce(CalendarConnection.failing_since, clock.now(), type_=CalendarConnection.failing_since.type)
    values = {"error": str(error), "failing_since": since, "attempts": CalendarConnection.attempts + 1}
    _write(CalendarConnection.id == connection_id, values=values)


def note_broken(connection_id: int, consent: str | None, error: GatewayError) -> None:
    """The consent is over, unless another was given meanwhile: nothing more is read, and its therapist is told once.

    `consent` is the refresh token as it lay sealed when it was used.
    """
    note_failure(connection_id, error)
    same = type_coerce(CalendarConnection.refresh_token, Text).is_not_distinct_from(consent)
    if not _write(CalendarConnection.id == connection_id, same, values={"state": "broken"}):
        return
    calendars = update(OutsideCalendar).where(OutsideCalendar.connection_id == connection_id)
    db.session.execute(calendars.values(next_sync_at=None).execution_options(synchronize_session=False))
    connection = db.session.get_one(CalendarConnection, connection_id, populate_existing=True)
    changes.note(db.session(), diaries=[connection.therapist_id])  # unread time is open from now on: see unread.py
    untold = CalendarConnection.told_at.is_(None)
    if _write(CalendarConnection.id == connection_id, untold, values={"told_at": clock.now()}):
        tell_of_broken(connection)


def tell_if_unwritten(calendar_id: int) -> None:
    """Writing sessions into it has just failed again: when it has for long, their therapist is told, once until it
    goes well."""
    overdue = (
        OutsideCalendar.id == calendar_id,
        OutsideCalendar.is_written,
        OutsideCalendar.write_failing_since <= clock.now() - MAILED_AFTER,
        OutsideCalendar.write_told_at.is_(None),
    )
    told = update(OutsideCalendar).where(*overdue).values(write_told_at=clock.now())
    if rows_changed(told.execution_options(synchronize_session=False)):
        tell_of_unwritten(db.session.get_one(OutsideCalendar, calendar_id, populate_existing=True))


class Behind(NamedTuple):
    """For operators: how many calendars are overdue, and since when the first of them."""

    calendars: int
    since: datetime | None


def behind() -> Behind:
    """Count the calendars that are due and that no worker reads; failing ones wait for their retry and do not count."""
    late = (or_(OutsideCalendar.is_read, OutsideCalendar.is_written), OutsideCalendar.next_sync_at < clock.now() - LATE)
    number, since = db.session.execute(select(func.count(), func.min(OutsideCalendar.next_sync_at)).where(*late)).one()
    return Behind(number, since)


def for_operator(config: Mapping[str, Any]) -> list[str]:
    """Return sentences on how reading goes for all therapists, without names; none where nobody has a calendar."""
    read = select(func.count()).select_from(OutsideCalendar).where(OutsideCalendar.is_read)
    number, failing = (db.session.scalar(one) or 0 for one in (read, read.where(OutsideCalendar.attempts > 0)))
    broken = db.session.scalar(select(func.count()).select_from(CalendarConnection).filter_by(state="broken")) or 0
    if not number + broken:
        return []
    told = [f"Calendars that are read: {number}. Failed at the last try: {failing}. To be connected again: {broken}."]
    long_ago = OutsideCalendar.write_failing_since <= clock.now() - FOR_LONG
    unwritten = db.session.scalar(select(func.count()).where(OutsideCalendar.is_written, long_ago)) or 0
    if unwritten:
        told.append(f"Calendars into which not all sessions could be written for over an hour: {unwritten}.")
    late, reason = behind(), why_not_told(config)
    if late.since:
        told.append(f"Behind: {late.calendars}, the first since {late.since:%Y-%m-%d %H:%M} UTC. Does a worker run?")
    return [*told, reason] if reason else told


def _words(failing: list[OutsideCalendar]) -> str | None:
    """Return what is wrong with the first calendar, and how many more have a problem."""
    if not failing:
        return None
    words = f"{failing[0].name}: {failing[0].error}" if failing[0].name else str(failing[0].error)
    more = len(failing) - 1
    return f"{words} {more} more cannot be read either." if more else words


def _write(*which: ColumnElement[bool], values: Mapping[str, Any]) -> bool:
    plainly = update(CalendarConnection).where(*which).values(**values)
    return rows_changed(plainly.execution_options(synchronize_session=False)) > 0
