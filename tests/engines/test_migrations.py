"""The way back to the release before, and forth again, with a practice in the database."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text

from app import clock
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.writing import moved_there
from app.calendars.writing.entry import CalendarEntry
from app.database import db
from app.messages.about_calendars import tell_of_unwritten
from app.messages.message import Message
from app.practice.location import Location
from tests import world
from tests.calendars.connected import busy_spans, known_busy
from tests.engines.fixtures import ENGINES, _close, new_app


@pytest.fixture(params=ENGINES)
def app(request, new_db, tmp_path) -> Iterator[Flask]:
    """With a database of its own: what happens to its tables is nobody else's business."""
    database = new_db(request.param)
    database.empty()
    app = new_app(database, tmp_path)
    with app.app_context():
        yield app
        db.session.rollback()
    _close(app)


def test_the_release_before_finds_no_push_that_it_would_mail(app, request_of_ines):
    mails = len(db.session.scalars(select(Message)).all())
    pushed = {"channel": "push", "name": "test", "recipient": "therapist", "address": "push.example", "facts": {}}
    db.session.add_all([Message(**pushed), Message(**pushed, status="sent")])
    migrate(app, "downgrade", "0002_when")
    assert db.session.execute(text("SELECT channel FROM message")).scalars().all() == ["mail"] * mails
    migrate(app, "upgrade", "head")
    world.JONAS.asks(request_of_ines.therapist, world.in_days(4))
    assert request_of_ines.therapist.diary_revision > 0


def test_the_release_before_finds_no_time_that_it_would_never_free(app, mara):
    """Nor a mail that it could not send."""
    connection = CalendarConnection(therapist_id=mara.id, kind="google")
    connection.calendars = [OutsideCalendar(external_id="mara@gmail.example", write_failing_since=clock.now())]
    db.session.add(connection)
    db.session.flush()
    entry = CalendarEntry(calendar=connection.calendars[0], entry_id="abcde", state="edited", ends_at=world.in_days(3))
    db.session.add(entry)
    db.session.flush()
    moved_there.close(entry.id, mara.id, (world.in_days(3), world.in_days(3, "11:00")))
    known_busy(mara, world.in_days(4), world.in_days(4, "11:00"))
    tell_of_unwritten(connection.calendars[0])
    migrate(app, "downgrade", "0004_calendars_outside")
    assert db.session.execute(text("SELECT count(*) FROM busy_time")).scalar() == 1
    assert db.session.execute(text("SELECT count(*) FROM message")).scalar() == 0
    migrate(app, "upgrade", "head")
    assert busy_spans(mara) == [(world.in_days(4), world.in_days(4, "11:00"))]


def test_what_there_was_before_gets_a_rule_and_a_deadline(app, mara):
    """Clients ring the number that they were shown; where there is none, only the therapist can ring."""
    mara.locations.append(Location(kind="phone", name="Phone", zone=mara.zone, position=9))
    near, far = (world.JONAS.asks(mara, world.in_days(day)) for day in (2, 20))
    due = near.answer_by, far.answer_by
    migrate(app, "downgrade", "0010_backlog")
    migrate(app, "upgrade", "head")
    db.session.expire_all()
    assert [one.rings_client for one in mara.locations if one.kind == "phone"] == [False, True]
    found = near.answer_by, far.answer_by
    assert all(abs(one - other).total_seconds() < 0.01 for one, other in zip(found, due, strict=True))


def migrate(app: Flask, *where: str) -> None:
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["db", *where])
    assert result.exit_code == 0, result.output


def test_of_two_calendars_that_were_both_written_into_the_first_stays_and_the_other_is_cleaned(app, mara):
    connection = CalendarConnection(therapist_id=mara.id, kind="google")
    connection.calendars = [OutsideCalendar(external_id=name) for name in ("first", "second", "third")]
    db.session.add(connection)
    db.session.commit()
    migrate(app, "downgrade", "0007_made_once")
    db.session.execute(text("UPDATE outside_calendar SET is_written = true WHERE external_id <> 'third'"))
    db.session.commit()
    migrate(app, "upgrade", "head")
    found = db.session.scalars(select(OutsideCalendar).order_by(OutsideCalendar.id)).all()
    assert [one.is_written for one in found] == [True, False, False]
    assert [one.next_write_at is not None for one in found] == [False, True, False]
