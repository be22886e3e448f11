"""What time causes: nudges, reminders and the list of the day, each once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.booking.rearrangement import offer_location
from app.database import db
from app.jobs.remind import remind
from app.messages import reminders
from app.messages.message import Message
from tests import world

MONDAY = world.at("2026-11-23T09:00")
HOUR = timedelta(hours=1)


@pytest.fixture
def clocks():
    """Mara's week begins; the test moves the time on."""
    with time_machine.travel(MONDAY, tick=False) as travelling:
        yield travelling


@pytest.fixture
def mara(clocks, app):
    return world.add_therapist("Mara Lindt")


@pytest.fixture
def session(mara):
    """Ines' confirmed session on Thursday at 10:00."""
    booking = world.INES.asks(mara, world.in_days(3))
    booking.confirm()
    db.session.commit()
    return booking


def written(*names):
    db.session.rollback()
    return list(db.session.scalars(select(Message).where(Message.name.in_(names)).order_by(Message.id)))


def test_a_session_is_reminded_a_day_and_an_hour_before(clocks, session):
    starts = session.starts_at
    counts = []
    for before in (25 * HOUR, 24 * HOUR, 23 * HOUR, 2 * HOUR, HOUR, HOUR / 2, -HOUR):
        clocks.move_to(starts - before)
        remind()
        remind()
        counts.append(len(written("reminder")))
    assert counts == [0, 1, 1, 1, 2, 2, 2]
    for reminder in written("reminder"):
        assert (reminder.recipient, reminder.address) == ("client", "ines@example.net")
        assert reminder.useful_until == starts


def test_who_was_confirmed_within_the_day_is_reminded_only_an_hour_before(clocks, mara):
    booking = world.INES.asks(mara, world.in_days(3))
    clocks.move_to(booking.starts_at - 20 * HOUR)
    booking.confirm()
    db.session.commit()
    remind()
    assert written("reminder") == []
    clocks.move_to(booking.starts_at - HOUR)
    remind()
    assert len(written("reminder")) == 1


def test_a_moved_session_is_reminded_anew_at_its_new_time(clocks, session):
    clocks.move_to(session.starts_at - 24 * HOUR)
    remind()
    session.move(session.starts_at + 48 * HOUR, session.location)
    db.session.commit()
    starts = session.starts_at
    remind()
    assert [one.status for one in written("reminder")] == ["called_off"]
    clocks.move_to(starts - 24 * HOUR)
    remind()
    last = written("reminder")[-1]
    assert (len(written("reminder")), last.facts["booking"]["starts_at"]) == (2, starts.isoformat())


def test_a_session_that_moves_before_its_reminder_is_written_is_not_reminded_at_its_old_time(clocks, session):
    clocks.move_to(session.starts_at - 24 * HOUR)
    due = reminders.due()
    session.move(session.starts_at + 48 * HOUR, session.location)
    db.session.commit()
    for message in due:
        message.write()
    db.session.commit()
    assert written("reminder") == []


def test_a_cancelled_session_is_not_reminded(clocks, session):
    starts = session.starts_at
    session.cancel(by="client")
    db.session.commit()
    clocks.move_to(starts - HOUR)
    remind()
    assert written("reminder") == []


def test_two_workers_write_one_reminder(clocks, session):
    clocks.move_to(session.starts_at - HOUR)
    first, second = reminders.due(), reminders.due()
    for message in [*first, *second]:
        message.write()
    db.session.commit()
    assert len(written("reminder")) == 1


def test_two_workers_at_the_same_moment_write_one_of_each(clocks, app, session):
    otto = world.add_therapist("Otto Brandt")
    for days in (4, 5):
        world.offer_times(world.INES.asks(otto, world.in_days(days)), world.in_days(days + 2))
    clocks.move_to(MONDAY + 12 * HOUR)
    remind()
    assert len(written("offer_nudge")) == 2
    clocks.move_to(session.starts_at - HOUR)
    db.session.rollback()
    together = Barrier(4)

    def work(_number):
        with app.app_context():
            together.wait(10)
            remind()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))
    assert [len(written(name)) for name in ("reminder", "day_list")] == [1, 1]


def test_an_open_offer_is_nudged_at_half_time_and_an_hour_before_its_end(clocks, session):
    offer = world.offer_times(session, world.in_days(4), world.in_days(5))
    made, ends = offer.made_at, offer.expires_at
    counts = []
    for at in (made + 11 * HOUR, made + 12 * HOUR, ends - 2 * HOUR, ends - HOUR, ends - HOUR / 2, ends):
        clocks.move_to(at)
        remind()
        remind()
        counts.append(len(written("offer_nudge")))
    assert counts == [0, 1, 1, 2, 2, 2]
    assert {one.useful_until for one in written("offer_nudge")} == {ends}


def test_after_a_long_silence_only_the_last_nudge_is_sent(clocks, session):
    offer = world.offer_times(session, world.in_days(4))
    clocks.move_to(offer.expires_at - HOUR / 2)
    remind()
    assert len(written("offer_nudge")) == 1


def test_an_answered_offer_is_not_nudged_and_its_waiting_nudge_is_called_off(clocks, session):
    offer = world.offer_times(session, world.in_days(4))
    clocks.move_to(offer.made_at + 12 * HOUR)
    remind()
    offer.accept(offer.alternatives[0])
    db.session.commit()
    clocks.move_to(offer.made_at + 23.5 * HOUR)
    remind()
    assert [one.status for one in written("offer_nudge")] == ["called_off"]


@pytest.mark.parametrize(
    ("lifetime", "left", "stage"),
    [
        (24 * HOUR, 13 * HOUR, None),
        (24 * HOUR, 12 * HOUR, "half"),
        (24 * HOUR, HOUR, "last"),
        (1.5 * HOUR, HOUR, None),
        (1.5 * HOUR, 0.7 * HOUR, "half"),
        (HOUR / 12, HOUR / 60, None),
    ],
)
def test_short_offers_are_nudged_once_or_not_at_all(lifetime, left, stage):
    assert reminders._nudge_stage(MONDAY, MONDAY + lifetime, MONDAY + lifetime - left) == stage


def test_a_nudge_lists_only_the_times_that_can_still_be_accepted(clocks, session):
    world.offer_times(session, world.in_days(0, "20:30"), world.in_days(4))
    clocks.move_to(world.in_days(0, "21:00"))
    remind()
    (nudge,) = written("offer_nudge")
    told = [alternative["starts_at"] for alternative in nudge.facts["offer"]["alternatives"]]
    assert told == [world.in_days(4).isoformat()]


def test_a_changed_location_is_nudged_too(clocks, mara, session):
    offer_location(session, "own", mara.locations[2])
    db.session.commit()
    clocks.move_to(clock.now() + 12 * HOUR)
    remind()
    assert [one.facts["offer"]["kind"] for one in written("offer_nudge")] == ["location"]


def test_the_list_of_the_day_comes_at_seven_in_the_therapists_zone(clocks, app):
    yuki = world.add_therapist("Yuki Mori", zone="Asia/Tokyo")
    for person, clock_time in ((world.INES, "10:00"), (world.JONAS, "09:00")):
        person.asks(yuki, world.in_days(3, clock_time, "Asia/Tokyo")).confirm()
    db.session.commit()
    world.ADA.asks(yuki, world.in_days(3, "12:00", "Asia/Tokyo"))
    counts = []
    for clock_time in ("06:59", "07:00", "07:01", "09:30"):
        clocks.move_to(MONDAY)
        clocks.move_to(world.in_days(3, clock_time, "Asia/Tokyo"))
        remind()
        counts.append(len(written("day_list")))
    assert counts == [0, 1, 1, 1]
    (day,) = written("day_list")
    assert (day.recipient, day.address, day.booking_id) == ("therapist", "yuki@example.com", None)
    assert [one["client"]["name"] for one in day.facts["sessions"]] == ["Jonas Peters", "Ines Keller"]


def test_an_empty_day_has_no_list(clocks, session):
    clocks.move_to(session.starts_at - 26 * HOUR)
    remind()
    assert written("day_list") == []


def test_a_session_agreed_during_the_day_brings_no_list_of_it(clocks, mara):
    booking = world.INES.asks(mara, world.in_days(3, "16:00"))
    clocks.move_to(booking.starts_at - 8 * HOUR)
    booking.confirm()
    db.session.commit()
    remind()
    assert written("day_list") == []


@pytest.mark.parametrize(("zone", "day"), [("Africa/Cairo", "2026-04-24"), ("America/Santiago", "2026-09-06")])
@pytest.mark.parametrize("before", [0, 1])
def test_a_day_that_begins_without_midnight_has_its_list_too(clocks, app, zone, day, before):
    clocks.move_to(world.at(f"{day}T12:00") - timedelta(days=7 + before))
    yuki = world.add_therapist("Yuki Mori", zone=zone)
    world.INES.asks(yuki, world.in_days(7, "10:00", zone)).confirm()
    db.session.commit()
    clocks.move_to(world.in_days(7, "07:00", zone))
    remind()
    assert [len(one.facts["sessions"]) for one in written("day_list")] == [1]
