"""Every message that the practice can write, written by its real cause and delivered."""

from datetime import timedelta

import pytest
import time_machine
from flask import current_app
from jinja2 import StrictUndefined
from sqlalchemy import select

from app import clock
from app.booking.dispute import dispute
from app.booking.rearrangement import offer_location
from app.calendars.connections import gone
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.health import note_broken, tell_if_unwritten
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.deciding.acceptance import LONGEST
from app.database import db
from app.integrations.google_calendar.errors import Revoked
from app.jobs.acceptances import check_acceptances
from app.jobs.deliver import deliver_waiting
from app.jobs.remind import remind
from app.messages.activity import Activity
from app.messages.announcements import ANNOUNCED
from app.messages.message import Message
from app.scheduling.busy_time import BusyTime
from tests import world
from tests.messages.samples import CASES


def confirmed(mara, days):
    booking = world.INES.asks(mara, world.in_days(days), words="I can also come later.")
    booking.confirm()
    db.session.commit()
    return booking


def relocation(mara, days):
    return offer_location(confirmed(mara, days), "own", mara.locations[2], "The room is painted.")


def addresses_are_to_be_proven(mara, clocks):
    """Of one in time, of another never."""
    current_app.config["UNPROVEN_PER_NETWORK"] = 0
    world.ADA.asks(mara, world.in_days(33)).confirm_address()
    unproven = world.JONAS.asks(mara, world.in_days(34))
    db.session.commit()
    clocks.shift(timedelta(minutes=31))
    unproven.release_unproven()
    db.session.commit()
    current_app.config["UNPROVEN_PER_NETWORK"] = 100


def everything_happens(mara, clocks):
    """Each verb of a booking's life at least once, on a day of its own."""
    world.JONAS.is_booked(mara, world.in_days(28), words="As we said on the phone.")
    confirmed(mara, 3).move(world.in_days(4), mara.locations[1])
    confirmed(mara, 5).relocate(mara.locations[2])
    for days, end in ((6, "accept"), (8, "decline"), (10, "withdraw")):
        offer = world.offer_times(confirmed(mara, days), world.in_days(days + 1), words="A clinic day was moved.")
        deliver_waiting()
        getattr(offer, end)(*([offer.alternatives[0]] if end == "accept" else []))
    for days, end in ((12, "accept"), (13, "decline")):
        offer = relocation(mara, days)
        getattr(offer, end)(*([offer.alternatives[0]] if end == "accept" else []))
    current_app.config["UNDO_GRACE_SECONDS"] = 10.0
    world.offer_times(confirmed(mara, 26), world.in_days(27)).withdraw()  # before it was sent
    current_app.config["UNDO_GRACE_SECONDS"] = 0.0
    by_phone = world.offer_times(confirmed(mara, 14), world.in_days(15))
    by_phone.accept(by_phone.alternatives[0], by="therapist")
    fill_elsewhere(by_phone.booking)
    disputed = confirmed(mara, 16)
    disputed.move(world.in_days(17), disputed.location)
    dispute(disputed).keep()
    requested = world.ADA.asks(mara, world.in_days(36))
    requested.move(world.in_days(37), requested.location)
    dispute(requested).keep()
    confirmed(mara, 18).cancel(by="therapist", words="I am ill.")
    confirmed(mara, 19).cancel(by="client")
    world.INES.asks(mara, world.in_days(20)).cancel(by="therapist")
    addresses_are_to_be_proven(mara, clocks)
    unanswered = world.INES.asks(mara, world.in_days(21))
    expiring = [world.offer_times(confirmed(mara, 22), world.in_days(23)), relocation(mara, 24)]
    db.session.commit()
    clocks.shift(timedelta(hours=23))
    remind()
    clocks.shift(timedelta(hours=1))
    for offer in expiring:
        offer.expire()
    clocks.shift(timedelta(hours=48))
    unanswered.lapse()
    db.session.commit()
    clocks.move_to(world.in_days(1, "09:30"))
    remind()
    for outcome, booking in (("attended", confirmed(mara, 30)), ("no_show", confirmed(mara, 31))):
        with time_machine.travel(booking.starts_at):
            booking.record_attendance(outcome)
    db.session.commit()
    lose_calendar(mara, clocks)
    db.session.commit()


def fill_elsewhere(booking):
    """The therapist, with something else, before what the client accepted is looked up."""
    db.session.add(BusyTime(therapist_id=booking.therapist_id, starts_at=booking.starts_at, ends_at=booking.ends_at))
    db.session.commit()
    check_acceptances()


def lose_calendar(mara, clocks):
    """First it cannot be written for long, then not be asked about what a client accepts, and then it is not theirs."""
    calendar = OutsideCalendar(external_id="mara@gmail.example", is_read=True, is_written=True)
    calendar.write_failing_since = clock.now() - timedelta(days=1)
    connection = CalendarConnection(therapist_id=mara.id, kind="google", label="mara@gmail.example")
    connection.calendars = [calendar, OutsideCalendar(external_id="choir", name="Choir", is_read=True)]
    db.session.add(connection)
    db.session.flush()
    gone.tell(connection.calendars[1].id)
    tell_if_unwritten(calendar.id)
    offer = world.offer_times(confirmed(mara, 34), world.in_days(35))
    offer.accept(offer.alternatives[0])
    db.session.commit()
    clocks.shift(LONGEST)
    check_acceptances()
    note_broken(connection.id, None, Revoked())


@pytest.fixture
def clocks():
    with time_machine.travel(world.at("2026-11-23T09:00"), tick=False) as travelling:
        yield travelling


def test_every_message_is_written_by_its_cause_and_can_be_delivered(clocks, app, mails, monkeypatch):
    monkeypatch.setattr(app.jinja_env, "undefined", StrictUndefined)  # a fact that is missing is an error here
    everything_happens(world.add_therapist("Mara Lindt"), clocks)
    assert set(db.session.scalars(select(Activity.verb))) == set(ANNOUNCED)
    assert set(db.session.scalars(select(Message.name))) == {case.name for case in CASES}
    clocks.move_to(clock.now() + timedelta(seconds=1))
    deliver_waiting()
    outcomes = {(one.name, one.status, one.last_error) for one in db.session.scalars(select(Message))}
    failed = [one for one in outcomes if one[1] not in ("sent", "called_off")]
    assert failed == []
    assert len(mails.sent) > len(ANNOUNCED)
