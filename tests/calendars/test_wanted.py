"""What of a therapist's diary should stand in their calendar elsewhere."""

import pytest
import time_machine

from app import clock
from app.booking.dispute import dispute
from app.booking.rearrangement import offer_location
from app.calendars.writing.wanted import wanted
from app.database import db
from tests import world


def standing(therapist, besides=()):
    """Initials, status and start of each, in order; of alternatives with a question mark."""
    found = wanted(therapist.id, clock.now(), besides).values()
    told = [(one.standing.starts_at, one.standing.status, one.alternative_id is not None) for one in found]
    return [(starts, status + "?" * offered) for starts, status, offered in sorted(told)]


@pytest.fixture
def session(request_of_ines):
    request_of_ines.confirm()
    db.session.commit()
    return request_of_ines


def test_a_request_stands_nowhere(mara, request_of_ines):
    assert standing(mara) == []


def test_a_confirmed_session_stands_with_initials(mara, session):
    assert standing(mara) == [(world.in_days(3), "confirmed")]
    (one,) = wanted(mara.id, clock.now()).values()
    assert (one.standing.initials, one.uid, one.key) == ("I. K.", session.uid, (session.id, None))
    assert one.standing.span == session.span


def test_what_is_offered_for_a_session_stands_as_tentative_and_so_does_its_own_time(mara, session):
    world.offer_times(session, world.in_days(4, "09:00"), world.in_days(5, "12:00"))
    assert standing(mara) == [
        (world.in_days(3), "tentative"),
        (world.in_days(4, "09:00"), "tentative?"),
        (world.in_days(5, "12:00"), "tentative?"),
    ]


def test_of_a_request_only_what_is_offered_stands(mara, offer_to_ines):
    assert standing(mara) == [(world.in_days(4, clock), "tentative?") for clock in ("09:00", "12:00", "15:00")]


def test_a_location_that_is_offered_for_a_request_stands_at_its_time(mara, request_of_ines):
    offer_location(request_of_ines, "own", mara.locations[1])
    assert standing(mara) == [(world.in_days(3), "tentative")]


def test_a_disputed_change_stands_at_its_time_once(mara, session):
    session.move(world.in_days(4), session.location)
    world.JONAS.asks(mara, world.in_days(3))
    dispute(session)
    assert standing(mara) == [(world.in_days(4), "tentative")]


def test_a_disputed_change_stands_beside_what_was_agreed_before(mara, session):
    session.move(world.in_days(4), session.location)
    dispute(session)
    assert standing(mara) == [(world.in_days(3), "tentative"), (world.in_days(4), "tentative?")]


def test_what_was_chosen_stands_and_the_rest_does_not(mara, offer_to_ines):
    offer_to_ines.accept(offer_to_ines.alternatives[1])
    assert standing(mara) == [(world.in_days(4, "12:00"), "confirmed")]


@pytest.mark.parametrize("end", ["declined", "withdrawn", "cancelled"])
def test_what_ended_stands_nowhere(mara, offer_to_ines, end):
    booking = offer_to_ines.booking
    {"declined": offer_to_ines.decline, "withdrawn": offer_to_ines.withdraw}.get(
        end, lambda: booking.cancel(by="client")
    )()
    assert standing(mara) == []


def test_a_session_that_took_place_stands_where_it_is_asked_for(mara, session):
    with time_machine.travel(world.in_days(4)):
        session.record_attendance("attended")
        assert standing(mara) == []
        assert standing(mara, besides=[session.id]) == [(session.starts_at, "confirmed")]


def test_nobody_elses_sessions(mara, otto, session):
    assert standing(otto) == []
