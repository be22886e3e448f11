"""Writing sessions into a calendar that fails for long is told: on the pages after an hour, by one mail after a day."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.calendars.connections.health import for_operator
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.database import db
from app.messages.message import Message
from tests.calendars.written import session, tried_again, write, written
from tests.google import BACKEND_ERROR, FORBIDDEN
from tests.google.faults import Fault, refusal

__all__ = ["session", "write", "written"]

TOLD = "not all of your sessions could be written into your Google calendar"
ODD = Fault("odd", refusal(400, "invalid", "Bad Request"))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def desk(visitor):
    return visitor("mara@example.com")


def the_calendar() -> OutsideCalendar:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(OutsideCalendar).filter_by(is_written=True)).one()


def mails() -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(select(Message).filter_by(name="calendar_unwritten")))


def began(before: timedelta) -> None:
    the_calendar().write_failing_since = clock.now() - before
    db.session.commit()


@pytest.mark.parametrize("fault", [BACKEND_ERROR, FORBIDDEN, ODD], ids=lambda one: one.name)
def test_after_an_hour_the_pages_say_so(app, google, session, written, write, desk, fault):
    google.faults.always(fault, "events.insert")
    write()
    began(HOUR - MINUTE)
    assert TOLD not in desk.open("/dashboard").text
    began(HOUR)
    assert TOLD in desk.open("/dashboard").text
    assert TOLD in desk.open("/calendar").text
    assert "could be written for over an hour: 1." in " ".join(for_operator(app.config))


@pytest.mark.parametrize("fault", [BACKEND_ERROR, ODD], ids=lambda one: one.name)
def test_after_a_day_one_mail_is_sent(google, mara, session, written, write, fault):
    google.faults.always(fault, "events.insert")
    write()
    began(DAY - HOUR)
    tried_again()
    write()
    assert mails() == []
    began(DAY)
    for _ in range(3):
        tried_again()
        write()
    (mail,) = mails()
    assert mail.address == mara.user.email


def test_trying_again_does_not_begin_the_time_anew(google, session, written, write):
    google.faults.always(BACKEND_ERROR, "events.insert")
    write()
    began(HOUR)
    since = the_calendar().write_failing_since
    written.sync_now()
    tried_again()
    write()
    assert the_calendar().write_failing_since == since


def test_success_ends_it_and_the_next_time_is_told_anew(google, session, written, write, desk):
    google.faults.always(BACKEND_ERROR, "events.*")
    write()
    began(DAY)
    tried_again()
    write()
    google.faults.clear()
    tried_again()
    write()
    assert (the_calendar().write_failing_since, the_calendar().write_told_at) == (None, None)
    assert TOLD not in desk.open("/dashboard").text
    google.faults.always(BACKEND_ERROR, "events.*")
    session.cancel(by="client")
    write()
    began(DAY)
    tried_again()
    write()
    assert len(mails()) == 2


def test_where_writing_was_stopped_nothing_is_told(google, session, written, write, desk):
    write()
    google.faults.always(BACKEND_ERROR, "events.delete")
    written.write_into(None)
    write()
    db.session.execute(db.update(OutsideCalendar).values(write_failing_since=clock.now() - DAY))
    tried_again()
    write()
    assert mails() == []
    assert TOLD not in desk.open("/dashboard").text
