"""One network and invented addresses: from the third unproven request on, time is held for half an hour only."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.booking.booking import Booking
from app.booking.proof import HELD_UNPROVEN, is_proven
from app.booking.requesting import Asker, book_for_client, request_session
from app.database import db
from app.jobs.expire import lapse_requests, release_unproven
from app.messages.message import Message
from app.messages.news import number_to_answer
from app.refusals import BookingChanged, TimeTaken
from app.scheduling.hold import Hold
from tests import world
from tests.booking.holds import check_everything

NETWORK = "203.0.113.7"
LATER = HELD_UNPROVEN + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def limit(app):
    app.config["UNPROVEN_PER_NETWORK"] = 2


def ask(therapist, number, email="", network=NETWORK, starts_at=None) -> Booking:
    """The request of one network with this number, each of another address and day; committed."""
    asker = Asker(f"Client {number}", email or f"c{number}@example.net", "", "Europe/London", address=network)
    wanted = (therapist, therapist.session_types[0], therapist.locations[0], starts_at or world.in_days(3 + number))
    booking = request_session(*wanted, asker)
    db.session.commit()
    return booking


def mails(booking) -> list[tuple[str, str]]:
    of_booking = select(Message).filter_by(booking_id=booking.id).order_by(Message.id)
    return [(message.recipient, message.name) for message in db.session.scalars(of_booking)]


USUAL = [("client", "request_received"), ("therapist", "new_request")]


@pytest.fixture
def third(mara) -> Booking:
    ask(mara, 1)
    ask(mara, 2)
    return ask(mara, 3)


def test_the_first_two_requests_of_a_network_are_held_and_told_as_usual(mara):
    for number in (1, 2):
        booking = ask(mara, number)
        assert (booking.prove_by, mails(booking)) == (None, USUAL)


def test_the_third_is_held_for_half_an_hour_and_told_to_the_client_alone(mara, third):
    left = third.prove_by - clock.now()
    assert timedelta(minutes=29) < left <= HELD_UNPROVEN
    assert mails(third) == [("client", "confirm_address")]
    assert number_to_answer(mara.id) == 2
    with pytest.raises(TimeTaken):
        ask(mara, 3, "other@example.net", network="198.51.100.1")
    db.session.rollback()
    check_everything()


@pytest.mark.parametrize("other", ["another therapist", "another network", "a day later", "a proven address"])
def test_what_counts_for_itself_is_held_as_usual(mara, otto, other):
    first = [ask(mara, 1), ask(mara, 2)]
    if other == "another therapist":
        assert ask(otto, 3).prove_by is None
    elif other == "another network":
        assert ask(mara, 3, network="198.51.100.1").prove_by is None
    elif other == "a day later":
        with time_machine.travel(clock.now() + timedelta(hours=25)):
            assert ask(mara, 4).prove_by is None
    else:
        first[0].note_press()
        db.session.commit()
        assert ask(mara, 3).prove_by is None


def test_who_has_proven_their_address_here_is_held_as_usual_whatever_others_do(mara):
    known = ask(mara, 1, "ines@example.net")
    known.note_press()
    db.session.commit()
    for number in (2, 3):
        ask(mara, number)
    assert ask(mara, 4, "ines@example.net").prove_by is None
    assert ask(mara, 5, "somebody@example.net").prove_by is not None


def test_another_network_is_not_told_that_an_address_is_proven(mara):
    """Who types somebody's address must not learn whether they are a client here."""
    ask(mara, 1, "ines@example.net", network="198.51.100.1").note_press()
    db.session.commit()
    for number in (2, 3):
        ask(mara, number)
    assert ask(mara, 4, "ines@example.net").prove_by is not None


def test_a_line_with_many_addresses_of_version_six_is_one_network(mara):
    for number in (1, 2):
        ask(mara, number, network=f"2001:db8:1:2::{number}")
    assert ask(mara, 3, network="2001:db8:1:2:ffff::9").prove_by is not None
    assert ask(mara, 4, network="2001:db8:1:3::9").prove_by is None


def test_cancelled_requests_count_too(mara):
    for number in (1, 2):
        ask(mara, number).cancel(by="client")
        db.session.commit()
    assert ask(mara, 3).prove_by is not None


def test_pressed_in_time_the_request_goes_on_as_usual(mara, third):
    with time_machine.travel(clock.now() + timedelta(minutes=20)):
        third.confirm_address()
        db.session.commit()
        assert mails(third) == [
            ("client", "confirm_address"),
            ("client", "request_received"),
            ("therapist", "new_request"),
        ]
        assert (third.status, third.prove_by, is_proven(third)) == ("requested", None, True)
        assert number_to_answer(mara.id) == 3
        assert third.answer_by > clock.now() + timedelta(hours=71)  # the therapist has heard of it only now
        third.confirm_address()
        assert len(mails(third)) == 3
    with time_machine.travel(clock.now() + LATER):
        release_unproven()
        assert third.status == "requested"
    check_everything()


def test_half_an_hour_later_the_time_is_free_and_nobody_is_mailed(mara, third):
    with time_machine.travel(clock.now() + LATER):
        lapse_requests()
        assert third.status == "requested"
        release_unproven()
        release_unproven()
        assert (third.status, third.cancelled_because) == ("cancelled", "not proven")
        assert mails(third) == [("client", "confirm_address")]
        assert db.session.scalar(select(Hold.id).filter_by(booking_id=third.id)) is None
        with pytest.raises(BookingChanged):
            third.confirm_address()
        db.session.rollback()
    check_everything()


def test_too_late_nothing_is_confirmed_although_no_sweep_came(third):
    with time_machine.travel(clock.now() + LATER):
        with pytest.raises(BookingChanged):
            third.confirm_address()
        db.session.rollback()
        assert third.status == "requested"


def test_another_client_takes_the_time_without_waiting_for_the_sweep(mara, third):
    with time_machine.travel(clock.now() + LATER):
        taken = ask(mara, 3, "other@example.net", "198.51.100.1", third.starts_at)
        assert (taken.status, third.status) == ("requested", "cancelled")
    check_everything()


def test_the_therapist_takes_the_time_without_waiting_for_the_sweep(mara, third):
    other, taken = ask(mara, 9, network="198.51.100.1"), third.starts_at
    with time_machine.travel(clock.now() + LATER):
        client = Asker("Jonas", "jonas@example.net", "", "Europe/London", address="")
        terms = (mara, mara.session_types[0], mara.locations[0], taken)
        booked = book_for_client(*terms, client)
        db.session.commit()
        booked.cancel(by="therapist")
        db.session.commit()
        other.move(taken, mara.locations[0])
        db.session.commit()
    assert (booked.status, third.status, other.starts_at) == ("cancelled", "cancelled", taken)
    check_everything()


def test_a_therapist_may_answer_it_without_waiting_for_a_proof(third):
    third.confirm()
    db.session.commit()
    with time_machine.travel(clock.now() + LATER):
        release_unproven()
        assert (third.status, third.prove_by) == ("confirmed", None)


def test_once_the_half_hour_is_over_nobody_answers_it(mara, third):
    with time_machine.travel(clock.now() + LATER):
        assert not third.is_live
        for answer in (third.confirm, lambda: third.cancel(by="therapist"), lambda: third.relocate(mara.locations[1])):
            with pytest.raises(BookingChanged):
                answer()
            db.session.rollback()


def test_an_offer_that_is_withdrawn_leaves_the_request_to_the_therapist(third):
    world.offer_times(third, world.in_days(20)).withdraw()
    db.session.commit()
    with time_machine.travel(clock.now() + LATER):
        release_unproven()
        assert third.status == "requested"
