"""A calendar at Google that was deleted there, or is not shared any more: told in true words, by itself, once."""

from datetime import timedelta

import pytest
import time_machine

from app import clock
from app.calendars.connections import health, notices
from app.calendars.connections.notices import FOR_LONG
from app.database import db
from app.messages.message import Message
from tests.calendars.connected import busy_spans, connect
from tests.calendars.test_reading import hour
from tests.calendars.test_unread import offered
from tests.google import BACKEND_ERROR, FORBIDDEN, NOT_FOUND

HOURS = timedelta(hours=1)


@pytest.fixture
def private(maras):
    return maras.calendar("Private")


@pytest.fixture
def both(knows_google, google, maras, mara, private, sync):
    """Mara's own calendar and another one, both read."""
    connection = connect(google, maras, mara, maras.primary, private)
    private.add("Dentist", *hour(2))
    sync()
    return connection


def mails() -> list[dict]:
    db.session.commit()
    return [one.facts for one in db.session.scalars(db.select(Message).filter_by(name="calendar_lost"))]


def told(therapist) -> list[str]:
    db.session.commit()
    db.session.expire_all()
    return [one.words for one in notices.of_therapist(therapist).notices]


def in_hours(hours: float):
    return time_machine.travel(clock.now() + hours * HOURS, tick=True)


@pytest.mark.parametrize("says", [NOT_FOUND, FORBIDDEN], ids=["404", "403"])
def test_a_calendar_that_is_gone_for_a_day_is_told_once_and_the_others_are_read(
    both, google, maras, private, mara, sync, says
):
    known, choir = hour(2), hour(4)
    google.faults.always(says, "events.list", calendar=private)
    sync(both)
    with in_hours(23):
        sync(both)
        assert mails() == []
    with in_hours(25):
        maras.primary.add("Choir", *choir)
        sync(both)
        sync(both)
        assert [facts["lost"] for facts in mails()] == ["Private"]
        assert known in busy_spans(mara), "what it closed stays closed"
        assert choir in busy_spans(mara)
        assert both.state == "working"
        assert "Google has not shown it to us for more than a day" in str(health.health_of(both).words)


def test_whatever_else_goes_wrong_afterwards_it_is_not_told_again(both, google, private, sync):
    google.faults.always(NOT_FOUND, "events.list", calendar=private)
    sync(both)
    with in_hours(25):
        sync(both)
        google.faults.clear()
        google.faults.next(BACKEND_ERROR, "events.list", calendar=private)
        sync(both)
        google.faults.always(NOT_FOUND, "events.list", calendar=private)
        sync(both)
        assert len(mails()) == 1


def test_shared_again_it_is_read_and_a_second_loss_is_told_again(both, google, private, mara, sync):
    google.faults.always(NOT_FOUND, "events.list", calendar=private)
    sync(both)
    with in_hours(25):
        sync(both)
        google.faults.clear()
        sync(both)
        assert (both.state, both.failing_since, told(mara)) == ("working", None, [])
        google.faults.always(NOT_FOUND, "events.list", calendar=private)
        sync(both)
        assert len(mails()) == 1
    with in_hours(51):
        sync(both)
        assert len(mails()) == 2


def test_the_banner_names_the_calendar_and_does_not_say_that_google_is_silent(
    both, google, private, mara, sync, visitor
):
    google.faults.always(NOT_FOUND, "events.list", calendar=private)
    sync(both)
    with in_hours(FOR_LONG / HOURS + 0.1):
        (words,) = told(mara)
        assert words.startswith("Google has not shown us your calendar Private since")
        assert not notices.of_therapist(mara).notices[0].is_broken
    with in_hours(25):
        sync(both)
        page = visitor("mara@example.com").open("/dashboard").text
        assert "Google has not shown us your calendar Private since" in page
        assert "Choose calendars" in page
        assert "has not answered since" not in page


def test_it_empties_nobodys_page(both, google, private, mara, sync):
    google.faults.always(NOT_FOUND, "events.list", calendar=private)
    sync(both)
    with in_hours(25):
        both.calendars[1].read_until = clock.now() + timedelta(days=10)
        db.session.commit()
        assert offered(mara, 20) == []
        sync(both)
        assert offered(mara, 20)


def test_the_banner_ends_when_the_calendar_that_fails_is_not_chosen_any_more(
    both, google, private, mara, sync, visitor
):
    google.faults.always(NOT_FOUND, "events.list", calendar=private)
    sync(both)
    with in_hours(25):
        sync(both)
        desk = visitor("mara@example.com")
        form, fields = desk.open("/settings/calendars").filled("Save choice")
        desk.post(form.action, [pair for pair in fields if pair != ("calendars", str(both.calendars[1].id))])
        assert told(mara) == []
        assert (both.error, both.failing_since, both.attempts) == (None, None, 0)


def test_the_banner_stays_while_another_one_fails(both, google, private, mara, sync):
    google.faults.always(BACKEND_ERROR, "events.list")
    sync(both)
    both.failing_since = clock.now() - 2 * HOURS
    both.choose([one for one in both.calendars if one.name != "Private"])
    db.session.commit()
    assert both.failing_since
