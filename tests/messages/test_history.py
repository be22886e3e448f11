"""A session's history in sentences."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.booking.dispute import dispute
from app.booking.rearrangement import offer_location
from app.database import db
from app.messages.activity import Activity
from app.messages.announcements import ANNOUNCED
from app.messages.history import MAILS, SENTENCES, agreed_before, message_line, sentence
from app.messages.message import Message
from app.wording import clock_time, short_day
from tests import world
from tests.messages.samples import CASES

ZONE = "Europe/London"


def told(booking) -> list[str]:
    db.session.commit()
    lines = select(Activity).filter_by(booking_id=booking.id).order_by(Activity.id)
    return [sentence(line) for line in db.session.scalars(lines)]


def at(moment) -> str:
    return f"{short_day(moment, ZONE)}, {clock_time(moment, ZONE)}"


def test_every_verb_has_its_sentence():
    assert SENTENCES.keys() == ANNOUNCED.keys()


def test_every_mail_has_its_word():
    assert MAILS.keys() == {case.name for case in CASES}


def test_from_the_request_to_the_accepted_alternative(session):
    asked, thursday = session.starts_at, world.in_days(5, "12:00")
    offer = world.offer_times(session, world.in_days(4), thursday, world.in_days(6), words="A clinic day.")
    offer.accept(offer.alternatives[1])
    assert told(session) == [
        f"Ines K. asked for {at(asked)} (Room 1)",
        f"You confirmed {at(asked)} (Room 1)",
        "You offered three other times",
        f"Ines K. accepted {at(thursday)} (Room 1) instead of {at(asked)} (Room 1)",
    ]


def test_a_move_tells_before_and_after(session):
    before, after = session.starts_at, world.in_days(5, "12:00")
    session.move(after, session.therapist.locations[2])
    expected = f"You moved the session, as Ines K. asked: {at(before)} (Room 1) became {at(after)} (Video call)"
    assert told(session)[-1] == expected


def test_a_disputed_change_that_is_agreed_to_after_all(session):
    session.move(world.in_days(5), session.location)
    offer = dispute(session)
    offer.accept(offer.alternatives[0])
    assert told(session)[-2:] == [
        f"Ines K. did not ask for the change to {at(session.starts_at)} (Room 1) and is asked which to keep",
        f"Ines K. agreed to the change to {at(session.starts_at)} (Room 1)",
    ]


@pytest.mark.parametrize("end", ["decline", "expire", "keep"])
def test_a_disputed_change_that_is_not_agreed_to(session, end):
    agreed, changed = at(session.starts_at), at(world.in_days(5))
    session.move(world.in_days(5), session.location)
    offer = dispute(session)
    with time_machine.travel(offer.expires_at if end == "expire" else clock.now()):
        getattr(offer, end)()
    stands = f"it was: {agreed} (Room 1), not {changed} (Room 1)"
    assert (
        told(session)[-1]
        == {
            "decline": f"Ines K. did not agree to the change to {changed} (Room 1); the session was cancelled",
            "expire": f"Ines K. did not answer in time; the session stays as {stands}",
            "keep": f"Ines K. kept the session as {stands}",
        }[end]
    )


def test_a_choice_made_by_phone(session):
    offer = offer_location(session, "own", session.therapist.locations[3])
    offer.accept(offer.alternatives[0], by="therapist")
    assert told(session)[-2:] == [
        "You asked Ines K. to agree to another location: Phone call instead of Room 1",
        "You recorded that Ines K. agreed to another location: Phone call instead of Room 1",
    ]


def test_what_was_before_a_change_noted_as_the_clients_wish(session):
    assert agreed_before(session) is None
    asked = session.starts_at
    session.move(world.in_days(5), session.therapist.locations[1])
    change = agreed_before(session)
    assert (change.starts_at, change.location, change.by_phone) == (asked, "Room 1", False)


def test_a_location_agreed_to_by_phone_was_another_before(session):
    offer = offer_location(session, "own", session.therapist.locations[3])
    offer.accept(offer.alternatives[0], by="therapist")
    change = agreed_before(session)
    assert (change.starts_at, change.location, change.by_phone) == (session.starts_at, "Room 1", True)


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ({}, "Receipt of the request to Ines K.: waiting"),
        ({"status": "sending"}, "Receipt of the request to Ines K.: waiting"),
        (
            {"status": "called_off"},
            "Receipt of the request to Ines K.: not sent, because the session changed meanwhile",
        ),
        (
            {"status": "given_up", "last_error": "The address was refused: 550 5.1.1 unknown"},
            "Receipt of the request to Ines K.: could not be delivered: the mail server does not know this address",
        ),
        (
            {"last_error": "The mail server cannot be reached: timed out"},
            "Receipt of the request to Ines K.: waiting, to be tried again: the mail server cannot be reached",
        ),
        (
            {"status": "given_up", "last_error": "This mail could not be written: KeyError."},
            "Receipt of the request to Ines K.: could not be delivered: something went wrong on our side",
        ),
        ({"recipient": "therapist"}, "Receipt of the request to you: waiting"),
    ],
)
def test_a_mail_and_what_became_of_it(session, state, line):
    message = db.session.scalar(select(Message).filter_by(booking_id=session.id, recipient="client"))
    for name, value in state.items():
        setattr(message, name, value)
    assert message_line(message) == line


def test_a_sent_mail_tells_when(session):
    message = db.session.scalar(select(Message).filter_by(booking_id=session.id, recipient="client"))
    message.status, message.sent_at = "sent", message.created_at
    assert message_line(message) == f"Receipt of the request to Ines K.: sent {clock_time(message.created_at, ZONE)}"
    message.sent_at = message.created_at + timedelta(days=1)
    assert message_line(message) == f"Receipt of the request to Ines K.: sent {at(message.sent_at)}"
