"""How much a client may ask for."""

import pytest

from app.booking.requesting import Asker, request_session
from app.database import db
from app.practice.session_type import SessionType
from app.refusals import TimeTaken, TooManyRequests
from tests import world


def test_a_start_off_the_grid_or_outside_working_time_cannot_be_requested(mara):
    for clock_time in ("10:07", "06:00", "19:30"):
        with pytest.raises(TimeTaken):
            world.INES.asks(mara, world.in_days(3, clock_time))
        db.session.rollback()


def test_minimum_notice_and_horizon_are_kept(mara):
    for day in (0, 61):
        with pytest.raises(TimeTaken):
            world.INES.asks(mara, world.in_days(day, "19:00"))
        db.session.rollback()


def test_two_unanswered_requests_with_one_therapist_are_enough(mara):
    first = world.INES.asks(mara, world.in_days(3, "09:00"))
    world.INES.asks(mara, world.in_days(3, "11:00"))
    with pytest.raises(TooManyRequests, match="You already have requests waiting"):
        world.INES.asks(mara, world.in_days(3, "13:00"))
    db.session.rollback()
    first.confirm()
    db.session.commit()
    assert world.INES.asks(mara, world.in_days(3, "13:00"))


def test_five_unanswered_requests_overall_are_enough(app):
    therapists = [world.add_therapist(name) for name in ("Ann A", "Ben B", "Cat C", "Dan D", "Eve E", "Fay F")]
    for therapist in therapists[:5]:
        world.INES.asks(therapist, world.in_days(3))
    with pytest.raises(TooManyRequests, match="You already have requests waiting"):
        world.INES.asks(therapists[5], world.in_days(3))


def test_one_network_can_request_only_so_much_in_an_hour(app, mara):
    app.config["REQUESTS_PER_HOUR"] = 1
    world.INES.asks(mara, world.in_days(3, "09:00"))
    with pytest.raises(TooManyRequests, match="try again in 60 minutes") as refused:
        world.INES.asks(mara, world.in_days(3, "11:00"))
    assert refused.value.retry_at is not None


def test_a_blocked_sender_learns_no_reason(mara, request_of_ines):
    request_of_ines.block_sender()
    request_of_ines.cancel(by="therapist")
    db.session.commit()
    with pytest.raises(TooManyRequests, match="You already have requests waiting"):
        world.INES.asks(mara, world.in_days(5))


def test_another_name_on_a_known_address_changes_nobody(mara, request_of_ines):
    other = world.Person("Somebody Else", world.INES.email).asks(mara, world.in_days(5))
    assert request_of_ines.client.name == "Ines Keller"
    assert other.client.name == "Somebody Else"


def test_the_same_form_sent_twice_is_one_request(mara):
    person = world.INES
    asker = Asker(person.name, person.email, "", person.zone, address="", once="a number of the form's own")
    what = (mara, mara.session_types[0], mara.locations[0], world.in_days(3), asker)
    first = request_session(*what)
    db.session.commit()
    assert request_session(*what) is first


OTHERWISE = {
    "another name": lambda mara: {"name": "Somebody Else"},
    "another address": lambda mara: {"email": "somebody@example.net"},
    "another phone": lambda mara: {"phone": "+44 7700 900123"},
    "other words": lambda mara: {"words": "Mornings are best."},
    "another kind of session": lambda mara: {"session_type": mara.session_types[1]},
    "another location": lambda mara: {"location": mara.locations[2]},
}


@pytest.mark.parametrize("otherwise", OTHERWISE.values(), ids=OTHERWISE)
def test_a_form_number_with_other_contents_leads_to_nobody_elses_session(mara, otherwise):
    """The time is held by the first: the second is told so, and is not led to the session of the first."""
    add_kind(mara)
    first = ask(mara)
    with pytest.raises(TimeTaken):
        ask(mara, **otherwise(mara))
    db.session.rollback()
    assert ask(mara) is first


def test_a_form_number_counts_only_while_its_booking_lives(mara):
    first = ask(mara)
    first.cancel(by="client")
    db.session.commit()
    again = ask(mara)
    assert (again.id != first.id, again.status) == (True, "requested")
    assert ask(mara) is again


def test_the_number_of_a_form_for_a_client_counts_only_with_what_was_typed(mara):
    first = world.INES.is_booked(mara, world.in_days(3), once="the number of one form")
    assert world.INES.is_booked(mara, world.in_days(3), once="the number of one form") is first
    with pytest.raises(TimeTaken):
        world.JONAS.is_booked(mara, world.in_days(3), once="the number of one form")
    db.session.rollback()
    first.cancel(by="therapist")
    db.session.commit()
    assert world.JONAS.is_booked(mara, world.in_days(3), once="the number of one form").client.name == "Jonas Peters"


def add_kind(mara):
    mara.session_types.append(SessionType(name="First session", minutes=50, grid_minutes=30))
    db.session.commit()


def ask(mara, session_type=None, location=None, words="", **other):
    """A form with one number, sent with these contents; committed."""
    typed = {"name": world.INES.name, "email": world.INES.email, "phone": "", "zone": world.INES.zone} | other
    asker = Asker(**typed, address="", once="a number of the form's own")
    wanted = (session_type or mara.session_types[0], location or mara.locations[0], world.in_days(3))
    booking = request_session(mara, *wanted, asker, words)
    db.session.commit()
    return booking
