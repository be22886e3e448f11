"""*I did not ask for this*: what was agreed before is held again, and silence never confirms the change."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app.booking.booking import Booking
from app.booking.dispute import dispute
from app.booking.offer import Offer
from app.booking.rearrangement import offer_location
from app.database import db
from app.messages.activity import Activity
from app.messages.history import sentence
from app.messages.mail import compose
from app.messages.message import Message
from app.refusals import NotPossible, OfferEnded, TimeTaken
from app.scheduling.time_off import TimeOff
from tests import world
from tests.booking.holds import check_everything, held
from tests.booking.test_booking import history, mails


@pytest.fixture
def session(request_of_ines) -> Booking:
    """Both agreed on 10:00 in three days, in Room 1."""
    request_of_ines.confirm()
    db.session.commit()
    return request_of_ines


@pytest.fixture
def moved(session) -> Booking:
    """Mara noted, as Ines' wish, 16:00 a day later in Room 2."""
    session.move(world.in_days(4, "16:00"), session.therapist.locations[1])
    db.session.commit()
    return session


def disputed(booking: Booking) -> Offer:
    offer = dispute(booking)
    db.session.commit()
    return offer


def terms(booking: Booking):
    return booking.starts_at, booking.location.name


BEFORE, CHANGED = (world.in_days(3), "Room 1"), (world.in_days(4, "16:00"), "Room 2")


def test_a_dispute_holds_what_was_agreed_before_beside_the_change(mara, moved):
    offer = disputed(moved)
    assert (moved.status, terms(moved)) == ("awaiting_client", BEFORE)
    assert (offer.reason, offer.kind, len(offer.alternatives)) == ("disputed", "times", 1)
    assert held(moved) == sorted([moved.span, offer.alternatives[0].span])
    for starts_at, _ in (BEFORE, CHANGED):
        with pytest.raises(TimeTaken):
            world.JONAS.asks(mara, starts_at)
        db.session.rollback()
    check_everything()


def test_a_client_who_keeps_it_as_it_was_has_the_session_that_both_agreed(mara, moved):
    offer = disputed(moved)
    offer.keep()
    db.session.commit()
    assert (moved.status, terms(moved), offer.outcome) == ("confirmed", BEFORE, "declined")
    assert not moved.can_be_disputed
    assert mails(moved)[-2:] == [("client", "kept_as_it_was"), ("therapist", "client_kept")]
    assert history(moved)[-2:] == ["disputed", "kept_as_it_was"]
    assert world.JONAS.asks(mara, CHANGED[0])
    check_everything()


def test_a_client_who_agrees_to_the_change_after_all_has_it_and_nothing_is_closed(mara, moved):
    offer = disputed(moved)
    offer.accept(offer.alternatives[0])
    db.session.commit()
    assert (moved.status, terms(moved)) == ("confirmed", CHANGED)
    assert db.session.scalar(select(TimeOff)) is None
    assert world.JONAS.asks(mara, BEFORE[0])
    check_everything()


def test_a_client_who_cancels_a_disputed_session_reads_what_was_agreed_not_what_was_disputed(moved):
    offer = disputed(moved)
    offer.decline("I can only come then.")
    db.session.commit()
    assert (moved.status, terms(moved), held(moved)) == ("cancelled", BEFORE, [])
    check_everything()


def test_silence_keeps_what_both_had_agreed(moved):
    offer = disputed(moved)
    with time_machine.travel(offer.expires_at, tick=False):
        assert moved.stands_by_silence
        assert not moved.has_expired_offer
        with pytest.raises(OfferEnded):
            offer.accept(offer.alternatives[0])
        db.session.rollback()
        offer.expire()
        db.session.commit()
    assert (moved.status, terms(moved), offer.outcome) == ("confirmed", BEFORE, "expired")
    assert mails(moved)[-2:] == [("client", "kept_as_it_was"), ("therapist", "client_kept")]
    check_everything()


@pytest.mark.parametrize("end", ["decline", "expire", "cancel", "accept"])
def test_where_another_client_has_the_old_time_only_the_change_can_stand(mara, moved, end):
    world.JONAS.asks(mara, BEFORE[0])
    offer = disputed(moved)
    assert (terms(moved), offer.can_be_kept) == (CHANGED, False)
    with pytest.raises(NotPossible, match="not possible any more"):
        offer.keep()
    db.session.rollback()
    verbs = {"accept": lambda: offer.accept(offer.alternatives[0]), "cancel": lambda: moved.cancel(by="therapist")}
    with time_machine.travel(offer.expires_at if end == "expire" else offer.made_at, tick=False):
        verbs.get(end, lambda: getattr(offer, end)())()
        db.session.commit()
    expected = ("confirmed", CHANGED) if end == "accept" else ("cancelled", BEFORE)
    assert (moved.status, terms(moved)) == expected
    check_everything()


def test_what_was_only_requested_is_a_request_again_when_it_is_kept(request_of_ines):
    request_of_ines.move(*(CHANGED[0], request_of_ines.therapist.locations[1]))
    db.session.commit()
    offer = disputed(request_of_ines)
    offer.keep()
    db.session.commit()
    assert (request_of_ines.status, terms(request_of_ines)) == ("requested", BEFORE)
    assert not request_of_ines.has_lapsed
    last = db.session.scalars(select(Message).filter_by(name="kept_as_it_was")).one()
    assert last.facts["calendar"]["method"] == "CANCEL"
    assert mails(request_of_ines)[-1] == ("therapist", "client_kept")
    check_everything()


def test_silence_agrees_to_no_request(request_of_ines):
    request_of_ines.move(*(CHANGED[0], request_of_ines.therapist.locations[1]))
    offer = disputed(request_of_ines)
    with time_machine.travel(offer.expires_at, tick=False):
        offer.expire()
        db.session.commit()
    assert (request_of_ines.status, terms(request_of_ines)) == ("cancelled", BEFORE)


def test_a_disputed_location_goes_back_to_the_one_before(mara, session):
    session.relocate(mara.locations[2])
    offer = disputed(session)
    assert (offer.kind, terms(session), held(session)) == ("location", BEFORE, [session.span])
    offer.keep()
    db.session.commit()
    assert (session.status, terms(session)) == ("confirmed", BEFORE)


@pytest.mark.parametrize("kind", ["times", "location"])
def test_a_choice_noted_by_phone_can_be_disputed_back_to_what_was_agreed(mara, session, kind):
    offer = (
        world.offer_times(session, CHANGED[0]) if kind == "times" else offer_location(session, "own", mara.locations[2])
    )
    offer.accept(offer.alternatives[0], by="therapist")
    db.session.commit()
    disputed(session).keep()
    db.session.commit()
    assert (session.status, terms(session)) == ("confirmed", BEFORE)
    assert db.session.scalar(select(TimeOff)) is None, "the time that was left is the session's again"
    check_everything()


def test_changes_noted_at_once_after_another_are_disputed_together(mara, moved):
    moved.move(world.in_days(5), mara.locations[0])
    disputed(moved)
    assert terms(moved) == BEFORE


def test_a_change_that_stood_undisputed_for_a_day_is_what_was_agreed(mara, session):
    first, second = world.in_days(6), world.in_days(7)
    session.move(first, mara.locations[0])
    db.session.commit()
    with time_machine.travel(world.in_days(2, "12:00")):
        session.move(second, mara.locations[0])
        disputed(session)
    assert terms(session) == (first, "Room 1")


@pytest.mark.parametrize("before_it", [timedelta(minutes=90), timedelta(minutes=20)])
@pytest.mark.parametrize("what", ["location", "time"])
def test_a_change_made_late_can_be_disputed_and_silence_does_not_confirm_it(mara, session, before_it, what):
    """Both sides know the time where only the location changed; a time that begins too soon cannot be gone back to."""
    changed = session.starts_at + (timedelta(minutes=5) if what == "time" else timedelta(0))
    session.move(changed, mara.locations[1])
    db.session.commit()
    with time_machine.travel(BEFORE[0] - before_it, tick=False):
        offer = disputed(session)
        assert changed >= offer.expires_at > offer.made_at
    with time_machine.travel(offer.expires_at, tick=False):
        offer.expire()
        db.session.commit()
    too_soon = what == "time" and before_it < timedelta(hours=1)
    assert (session.status, terms(session)) == ("cancelled" if too_soon else "confirmed", BEFORE)


def test_the_deadline_of_a_dispute_comes_before_the_agreed_time(mara, session, time_machine_now):
    session.move(world.in_days(9), mara.locations[0])
    db.session.commit()
    time_machine_now(BEFORE[0] - timedelta(hours=3))
    assert disputed(session).expires_at == BEFORE[0] - timedelta(hours=1)


def test_an_agreed_time_that_begins_too_soon_is_not_held_again(mara, session, time_machine_now):
    changed = world.in_days(9)
    session.move(changed, mara.locations[0])
    db.session.commit()
    time_machine_now(BEFORE[0] - timedelta(minutes=50))
    offer = disputed(session)
    assert not offer.can_be_kept
    assert terms(session)[0] == changed


def test_the_history_tells_what_was_disputed_and_what_stands(moved):
    offer = disputed(moved)
    offer.keep()
    db.session.commit()
    lines = db.session.scalars(select(Activity).filter_by(booking_id=moved.id).order_by(Activity.id)).all()
    first, last = (sentence(line) for line in lines[-2:])
    assert first.endswith("16:00 (Room 2) and is asked which to keep")
    assert last.startswith("Ines K. kept the session as it was: ")
    assert "10:00 (Room 1), not " in last


@pytest.mark.parametrize("free", [True, False])
def test_the_mails_of_a_dispute_tell_what_silence_does(mara, moved, free):
    if not free:
        world.JONAS.asks(mara, BEFORE[0])
    disputed(moved)
    told = {one.name: compose(one) for one in db.session.scalars(select(Message).filter_by(booking_id=moved.id))}
    client, therapist = told["dispute_opened"], told["client_disputed"]
    for text in (client.body, client.html):
        assert ("stays as it was" in text) == free
        assert ("the session is cancelled" in text) != free
        assert "Room 2" in text
        assert ("Room 1" in text) == free
    for text in (therapist.body, therapist.html):
        assert ("stays as it was agreed before" in text) == free
        assert ("the session is cancelled" in text) != free
