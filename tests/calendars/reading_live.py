"""A therapist whose Google calendar is read here, as the consent and the reading leave it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask import Flask

from app import clock
from app.calendars.connection import CalendarConnection
from app.calendars.outside_calendar import OutsideCalendar
from app.database import db
from app.practice.therapist import Therapist
from app.scheduling.busy_time import BusyTime
from tests.google import Account, Calendar, Google

ALLOWED = "https://www.googleapis.com/auth/calendar.events.readonly"


def connect(
    app: Flask, google: Google, account: Account, therapist: Therapist, calendars: Iterable[Calendar] = ()
) -> list[OutsideCalendar]:
    """Committed. Read a minute ago, as if nothing had been in them."""
    app.config.update(google.settings("http://localhost"))
    granted, now = google.grant(account), clock.now()
    connection = CalendarConnection(
        therapist_id=therapist.id,
        kind="google",
        label=account.email,
        refresh_token=granted.refresh,
        access_token=granted.access,
        access_until=granted.expires_at,
        scopes=ALLOWED,
    )
    connection.calendars = [
        OutsideCalendar(
            external_id=one.id,
            name=one.id,
            zone="Europe/London",
            is_read=True,
            last_sync_at=now - timedelta(minutes=1),
            next_sync_at=now + timedelta(minutes=9),
        )
        for one in calendars or [account.primary]
    ]
    db.session.add(connection)
    db.session.commit()
    return connection.calendars


def known_busy(
    therapist: Therapist, starts_at: datetime, ends_at: datetime, calendar: OutsideCalendar | None = None, by: str = "x"
) -> BusyTime:
    """As reading stored it, or by hand; committed."""
    from_there = {"calendar_id": calendar.id, "external_id": by} if calendar else {}
    busy = BusyTime(therapist_id=therapist.id, starts_at=starts_at, ends_at=ends_at, **from_there)
    db.session.add(busy)
    db.session.commit()
    return busy
