"""How much a client may ask for."""

import pytest

from app.booking.refusals import TimeTaken, TooManyRequests
from app.booking.requesting import Asker, request_session
from app.database import db
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
    with pytest.raises(TooManyRequests, match="No more requests"):
        world.INES.asks(mara, world.in_days(3, "13:00"))
    db.session.rollback()
    first.confirm()
    db.session.commit()
    assert world.INES.asks(mara, world.in_days(3, "13:00"))


def test_five_unanswered_requests_overall_are_enough(app):
    therapists = [world.add_therapist(name) for name in ("Ann A", "Ben B", "Cat C", "Dan D", "Eve E", "Fay F")]
    for therapist in therapists[:5]:
        world.INES.asks(therapist, world.in_days(3))
    with pytest.raises(TooManyRequests, match="No more requests"):
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
    with pytest.raises(TooManyRequests, match="No more requests"):
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
