"""The therapist books a session for a client who called."""

import pytest
from sqlalchemy import select

from app.database import db
from app.messages.activity import Activity
from app.messages.history import sentence
from app.messages.message import Message
from app.refusals import NotPossible, TimeTaken
from tests import world
from tests.booking.holds import check_everything


def test_it_is_confirmed_at_once_and_held(mara):
    booking = world.JONAS.is_booked(mara, world.in_days(3))
    assert (booking.status, booking.client.name) == ("confirmed", "Jonas Peters")
    check_everything()
    with pytest.raises(TimeTaken):
        world.INES.asks(mara, world.in_days(3))


def test_the_client_is_mailed_with_a_calendar_entry_and_nobody_else(mara):
    booking = world.JONAS.is_booked(mara, world.in_days(3), words="As we said on the phone.")
    (message,) = db.session.scalars(select(Message).filter_by(booking_id=booking.id))
    assert (message.name, message.recipient, message.address) == ("confirmed", "client", "jonas@example.net")
    assert message.facts["calendar"] == {"method": "REQUEST", "sequence": 0}
    assert message.facts["why"] == "As we said on the phone."


def test_the_history_says_who_booked(mara):
    booking = world.JONAS.is_booked(mara, world.in_days(3))
    (line,) = db.session.scalars(select(Activity).filter_by(booking_id=booking.id))
    assert line.actor == "therapist"
    assert sentence(line).startswith("You booked ")
    assert sentence(line).endswith(" (Room 1) for Jonas P.")


def test_it_may_lie_outside_working_time_and_nearer_than_the_notice(mara):
    assert world.JONAS.is_booked(mara, world.in_days(1, "21:00")).status == "confirmed"
    assert world.JONAS.is_booked(mara, world.in_days(90, "10:07")).status == "confirmed"


def test_a_time_that_is_over_cannot_be_booked(mara):
    with pytest.raises(NotPossible, match="This time has passed"):
        world.JONAS.is_booked(mara, world.in_days(-1))


def test_a_clash_names_who_is_there(mara, request_of_ines):
    with pytest.raises(TimeTaken, match="is held for Ines K"):
        world.JONAS.is_booked(mara, world.in_days(3, "10:30"))


def test_a_clash_with_an_offered_time_is_told_too(mara, offer_to_ines):
    with pytest.raises(TimeTaken, match="is offered to Ines K"):
        world.JONAS.is_booked(mara, world.in_days(4, "12:20"))


def test_no_limit_on_requests_counts_for_the_therapist(mara):
    for day in range(3, 10):
        world.JONAS.is_booked(mara, world.in_days(day))


def test_the_same_form_sent_twice_books_once(mara):
    first = world.JONAS.is_booked(mara, world.in_days(3), once="a number of the form's own")
    assert world.JONAS.is_booked(mara, world.in_days(3), once="a number of the form's own") is first


def test_a_known_client_stays_one_person(mara, request_of_ines):
    assert world.INES.is_booked(mara, world.in_days(5)).client_id == request_of_ines.client_id
