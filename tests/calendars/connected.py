"""A therapist's calendars at the Google that runs here, connected and chosen, without the pages for it."""

from datetime import datetime

from sqlalchemy import select

from app import clock
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.database import db
from app.practice.therapist import Therapist
from app.scheduling.busy_time import BusyTime
from app.scheduling.spans import Span
from tests.google import READING, Account, Calendar, Google

PUBLIC_URL = "http://localhost"


def connect(
    google: Google, account: Account, therapist: Therapist, *calendars: Calendar, scopes: frozenset[str] = READING
) -> CalendarConnection:
    """As if they had consented and chosen these (without any: their own one); due at once; committed."""
    granted = google.grant(account, scopes)
    connection = CalendarConnection(
        therapist_id=therapist.id,
        kind="google",
        label=account.email,
        refresh_token=granted.refresh,
        access_token=granted.access,
        access_until=granted.expires_at,
        scopes=" ".join(sorted(scopes)),
    )
    connection.calendars = [chosen(one, account) for one in calendars or [account.primary]]
    db.session.add(connection)
    db.session.commit()
    return connection


def chosen(calendar: Calendar, account: Account) -> OutsideCalendar:
    return OutsideCalendar(
        external_id=calendar.id,
        name=calendar.name,
        zone=calendar.zone,
        is_primary=calendar is account.primary,
        can_write=calendar.roles[account.email] == "owner",
        is_read=True,
        next_sync_at=clock.now(),
    )


def busy_spans(therapist: Therapist, calendar: OutsideCalendar | None = None, moved_there: bool = True) -> list[Span]:
    """What closes time here, earliest first, as the database has it now; `moved_there`: also our own entries that a
    person moved and did not decide about."""
    db.session.commit()
    query = select(BusyTime.starts_at, BusyTime.ends_at).where(BusyTime.therapist_id == therapist.id)
    if not moved_there:
        query = query.where(BusyTime.entry_id.is_(None))
    if calendar is not None:
        query = query.where(BusyTime.calendar_id == calendar.id)
    return [(starts, ends) for starts, ends in db.session.execute(query.order_by(BusyTime.starts_at, BusyTime.id))]


def is_due(connection: CalendarConnection, at: datetime | None = None) -> None:
    """Its calendars are to be read at once (or then), whatever was before; committed."""
    for calendar in connection.calendars:
        calendar.next_sync_at = at or clock.now()
    db.session.commit()


def known_busy(
    therapist: Therapist, starts_at: datetime, ends_at: datetime, calendar: OutsideCalendar | None = None, by: str = "x"
) -> BusyTime:
    """As reading stored it, or entered by hand; committed."""
    from_there = {"calendar_id": calendar.id, "external_id": by} if calendar else {}
    busy = BusyTime(therapist_id=therapist.id, starts_at=starts_at, ends_at=ends_at, **from_there)
    db.session.add(busy)
    db.session.commit()
    return busy
