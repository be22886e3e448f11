"""A request and what the therapist does with it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from app.booking.rearrangement import offer_location
from app.database import db
from app.messages.activity import Activity
from app.messages.message import Message
from app.refusals import BookingChanged, NotPossible, RequestLapsed, TimeTaken
from app.scheduling.hold import Hold
from tests import world
from tests.booking.holds import check_everything, held


def mails(booking) -> list[tuple[str, str]]:
    rows = db.session.scalars(select(Message).filter_by(booking_id=booking.id).order_by(Message.id))
    return [(message.recipient, message.name) for message in rows]


def history(booking) -> list[str]:
    return list(db.session.scalars(select(Activity.verb).filter_by(booking_id=booking.id).order_by(Activity.id)))


def test_a_request_holds_its_time_at_once(request_of_ines):
    assert request_of_ines.status == "requested"
    assert held(request_of_ines) == [request_of_ines.span]
    assert mails(request_of_ines) == [("client", "request_received"), ("therapist", "new_request")]


def test_a_held_time_cannot_be_requested_by_another(mara, request_of_ines):
    with pytest.raises(TimeTaken):
        world.JONAS.asks(mara, request_of_ines.starts_at)


def test_a_confirmed_session_is_told_to_the_client_with_a_calendar_entry(request_of_ines):
    request_of_ines.confirm()
    db.session.commit()
    assert request_of_ines.status == "confirmed"
    assert mails(request_of_ines)[-1] == ("client", "confirmed")
    last = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert last.facts["calendar"] == {"method": "REQUEST", "sequence": 0}


def test_only_one_of_two_confirmations_counts(request_of_ines):
    request_of_ines.confirm()
    with pytest.raises(BookingChanged):
        request_of_ines.confirm()


def test_a_move_that_the_client_asked_for_applies_at_once(request_of_ines, mara):
    left = request_of_ines.starts_at
    request_of_ines.move(left + timedelta(hours=3), mara.locations[1])
    db.session.commit()
    assert request_of_ines.status == "confirmed"
    assert request_of_ines.starts_at == left + timedelta(hours=3)
    assert held(request_of_ines) == [request_of_ines.span]
    assert mails(request_of_ines)[-1] == ("client", "changed_as_asked")
    assert world.JONAS.asks(mara, left).status == "requested"


def test_a_session_may_move_by_a_quarter_of_an_hour_over_its_own_time(request_of_ines):
    request_of_ines.move(request_of_ines.starts_at + timedelta(minutes=15), request_of_ines.location)
    db.session.commit()
    check_everything()


def test_a_session_cannot_move_onto_another_which_is_named(mara, request_of_ines):
    other = world.JONAS.asks(mara, world.in_days(3, "12:00"))
    with pytest.raises(TimeTaken, match=r"12:00–12:50 is held for Jonas P\."):
        request_of_ines.move(other.starts_at + timedelta(minutes=30), request_of_ines.location)


def test_a_session_cannot_move_into_the_past(request_of_ines):
    with pytest.raises(NotPossible, match="has passed"):
        request_of_ines.move(world.in_days(-1), request_of_ines.location)


def test_a_session_cannot_move_to_somebody_elses_room(request_of_ines, otto):
    with pytest.raises(NotPossible, match="one of your locations"):
        request_of_ines.move(world.in_days(5), otto.locations[0])


def test_a_declined_request_frees_its_time(mara, request_of_ines):
    request_of_ines.cancel(by="therapist", words="I am away that week.")
    db.session.commit()
    assert (request_of_ines.status, request_of_ines.cancelled_because) == ("cancelled", "declined")
    assert held(request_of_ines) == []
    assert world.JONAS.asks(mara, request_of_ines.starts_at)


def test_a_client_who_cancels_a_confirmed_session_gets_a_calendar_cancellation(request_of_ines):
    request_of_ines.confirm()
    request_of_ines.cancel(by="client")
    db.session.commit()
    assert mails(request_of_ines)[-2:] == [("client", "cancelled_by_client"), ("therapist", "client_cancelled")]
    last = db.session.scalar(select(Message).filter_by(name="cancelled_by_client"))
    assert last.facts["calendar"] == {"method": "CANCEL", "sequence": 1}


def test_a_cancelled_session_cannot_be_cancelled_again(request_of_ines):
    request_of_ines.cancel(by="client")
    with pytest.raises(BookingChanged):
        request_of_ines.cancel(by="therapist")


def test_a_request_nobody_answers_ends_after_three_days_with_an_apology(mara, time_machine_now):
    booking = world.INES.asks(mara, world.in_days(20))
    time_machine_now(booking.requested_at + timedelta(hours=71))
    with pytest.raises(BookingChanged):
        booking.lapse()
    time_machine_now(booking.requested_at + timedelta(hours=72))
    with pytest.raises(RequestLapsed, match="has ended"):
        booking.confirm()
    db.session.rollback()
    booking.lapse()
    db.session.commit()
    assert booking.status == "cancelled"
    assert ("client", "not_answered") in mails(booking)


def test_attendance_is_recorded_after_the_session(request_of_ines, time_machine_now):
    request_of_ines.confirm()
    with pytest.raises(NotPossible):
        request_of_ines.record_attendance("attended")
    time_machine_now(request_of_ines.ends_at)
    request_of_ines.record_attendance("no_show")
    db.session.commit()
    assert history(request_of_ines) == ["requested", "confirmed", "no_show"]
    check_everything()


def test_a_session_that_is_over_can_only_be_recorded(mara, request_of_ines, time_machine_now):
    request_of_ines.confirm()
    db.session.commit()
    time_machine_now(request_of_ines.ends_at)
    start, room = world.in_days(4), mara.locations[1]
    for late in (
        lambda: request_of_ines.cancel(by="client"),
        lambda: request_of_ines.move(start, room),
        lambda: request_of_ines.relocate(room),
        lambda: world.offer_times(request_of_ines, start),
        lambda: offer_location(request_of_ines, "own", room),
    ):
        with pytest.raises(NotPossible, match="is over"):
            late()
        db.session.rollback()


def test_the_database_itself_refuses_two_overlapping_holds(mara, request_of_ines):
    starts, ends = request_of_ines.span
    half = timedelta(minutes=25)
    db.session.add(
        Hold(therapist_id=mara.id, booking_id=request_of_ines.id, starts_at=starts + half, ends_at=ends + half)
    )
    with pytest.raises(DBAPIError, match="hold_no_overlap"):
        db.session.flush()
    db.session.rollback()


def test_the_database_refuses_to_move_a_hold_onto_another(mara, request_of_ines):
    other = world.JONAS.asks(mara, world.in_days(3, "12:00"))
    moved = update(Hold).where(Hold.booking_id == other.id)
    with pytest.raises(DBAPIError, match="hold_no_overlap"):
        db.session.execute(moved.values(starts_at=request_of_ines.starts_at, ends_at=request_of_ines.ends_at))
    db.session.rollback()


@pytest.mark.parametrize("change", ["UPDATE activity SET why = 'because'", "DELETE FROM activity"])
def test_the_database_refuses_to_change_history(request_of_ines, change):
    with pytest.raises(DBAPIError, match="never changed"):
        db.session.execute(text(change))
    db.session.rollback()
