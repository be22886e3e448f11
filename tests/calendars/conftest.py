"""A Google that runs here, and a therapist with a calendar in it."""

from collections.abc import Callable

import pytest
from flask import Flask

from app import clock
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.deciding import live_check
from app.database import db
from app.jobs import calendars
from app.practice.therapist import Therapist
from tests.calendars.connected import PUBLIC_URL, connect, is_due
from tests.engines.fixtures import commit_what_the_test_did
from tests.google import Account, Google
from tests.google.fixtures import google
from tests.visitor import Visitor

__all__ = ["google"]


@pytest.fixture
def maras(google: Google) -> Account:
    """Mara's account at Google."""
    return google.account("mara@gmail.example")


@pytest.fixture
def knows_google(app: Flask, google: Google) -> Flask:
    """The program, told where Google is."""
    app.config |= google.settings(PUBLIC_URL)
    return app


@pytest.fixture
def connection(knows_google: Flask, google: Google, maras: Account, mara: Therapist) -> CalendarConnection:
    """Mara has connected her account and chosen her own calendar."""
    return connect(google, maras, mara)


@pytest.fixture
def calendar(connection: CalendarConnection) -> OutsideCalendar:
    """Mara's own, read a moment ago."""
    (calendar,) = connection.calendars
    calendar.last_sync_at = clock.now()
    db.session.commit()
    return calendar


@pytest.fixture
def google_gets_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who answers at all is waited for, however slow the machine; how long Google gets is tried by itself."""
    assert live_check.SECONDS == 2.0
    monkeypatch.setattr(live_check, "SECONDS", 20.0)


@pytest.fixture
def sync() -> Callable[..., None]:
    """Read all that is due now, and before that what is told: `sync()`, `sync(connection)`."""

    def read(*connections: CalendarConnection) -> None:
        for one in connections:
            is_due(one)
        commit_what_the_test_did()
        calendars.start()
        calendars.wait()

    return read


@pytest.fixture
def desk(mara: Therapist, knows_google: Flask, maras: Account, visitor: Callable[..., Visitor]) -> Visitor:
    """Mara's browser, with Google Calendar on offer."""
    return visitor("mara@example.com")
