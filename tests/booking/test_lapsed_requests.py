"""A request whose time to be answered is over has ended, whether or not the sweep has run."""

from datetime import timedelta

import pytest
import time_machine

from app import clock
from app.booking import calendar_entries, lists
from app.booking.booking import NOT_ANSWERED, UNANSWERED_AT_MOST
from app.booking.personal_link import PersonalLink
from app.booking.rearrangement import offer_location
from app.booking.requesting import Asker, request_session
from app.calendars import feeds
from app.database import db
from app.messages.news import number_to_answer
from app.refusals import RequestLapsed
from tests import world

BUTTONS = ("Confirm session", "Edit date/time", "Edit location", "Decline session", "Cancel session")


@pytest.fixture
def lapsed(mara):
    """Ines asked long ago, for a time that is still to come."""
    booking = world.INES.asks(mara, world.in_days(20))
    booking.wait_since(booking.unanswered_since - UNANSWERED_AT_MOST)
    db.session.commit()
    return booking


VERBS = {
    "confirm": lambda one, start, room: one.confirm(),
    "move": lambda one, start, room: one.move(start, room),
    "relocate": lambda one, start, room: one.relocate(room),
    "offer times": lambda one, start, room: world.offer_times(one, start),
    "offer a location": lambda one, start, room: offer_location(one, "own", room),
    "decline": lambda one, start, room: one.cancel(by="therapist"),
    "cancel": lambda one, start, room: one.cancel(by="client"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_lapsed_request_can_be_answered_by_no_verb(mara, lapsed, verb):
    with pytest.raises(RequestLapsed, match="not answered in time and has ended"):
        VERBS[verb](lapsed, world.in_days(4), mara.locations[1])
    db.session.rollback()
    assert (lapsed.status, lapsed.starts_at) == ("requested", world.in_days(20))


def test_a_lapsed_request_shows_the_therapist_no_button(lapsed, visitor):
    desk = visitor("mara@example.com")
    for path in ("/dashboard", f"/sessions/{lapsed.id}"):
        page = desk.open(path)
        assert "not answered in time" in page.text
        for button in BUTTONS:
            assert button not in page.text, (path, button)
    for form in ("rearrangement", "relocation"):
        page = desk.open(f"/sessions/{lapsed.id}/{form}?reason=own")
        assert page.url.endswith(f"/sessions/{lapsed.id}")


def test_a_lapsed_request_is_told_to_the_client_as_ended(lapsed, visitor):
    token = PersonalLink.to_session(lapsed.id).token
    db.session.commit()
    page = visitor().open(f"/s/{token}").text
    assert "nobody answered your request in time" in page
    assert "Look for another time" in page
    for wrong in ("will answer by mail", "Cancel this session", "Add to your calendar"):
        assert wrong not in page


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("rearrangement", {"date": "{start:%Y-%m-%d}", "time": "12:00", "location": "{room}"}),
        ("relocation", {"reason": "asked", "location": "{room}"}),
        ("cancellation", {}),
    ],
)
def test_a_form_sent_after_its_request_has_lapsed_is_answered_with_the_session_as_it_stands(
    mara, request_of_ines, visitor, form, fields
):
    start, room, number = world.in_days(5), mara.locations[1].id, request_of_ines.id
    desk = visitor("mara@example.com")
    token = desk.form_token(f"/sessions/{number}")
    typed = {name: text.format(start=start, room=room) for name, text in fields.items()}
    with time_machine.travel(request_of_ines.answer_by + timedelta(seconds=1)):
        answer = desk.http.post(f"/bookings/{number}/{form}", data={"csrf_token": token} | typed)
    assert answer.status_code == 409
    assert "was not answered in time and has ended" in answer.text
    assert "Edit date/time" not in answer.text


def test_no_alternatives_are_built_for_a_lapsed_request(request_of_ines, visitor):
    desk, number = visitor("mara@example.com"), request_of_ines.id
    token = desk.form_token(f"/sessions/{number}/rearrangement?reason=own")
    with time_machine.travel(request_of_ines.answer_by + timedelta(seconds=1)):
        answer = desk.http.post(
            f"/sessions/{number}/alternatives", data={"csrf_token": token, "reason": "own", "add": ""}
        )
    assert answer.status_code == 409
    assert "was not answered in time and has ended" in answer.text
    assert "Offer alternatives" not in answer.text


def test_a_lapsed_request_waits_for_nobody(mara, lapsed, visitor):
    assert number_to_answer(mara.id) == 0
    assert lists.numbers_waiting(mara.id, clock.now()) == {}
    page = visitor("mara@example.com").open("/dashboard").text
    assert "<strong>0</strong> to answer" in page
    assert "Nothing to answer" not in page


def test_a_lapsed_request_is_listed_among_what_does_not_take_place(mara, lapsed):
    assert db.session.scalars(lists.to_come(mara.id, clock.now())).all() == []
    assert db.session.scalars(lists.called_off(mara.id, clock.now())).all() == [lapsed]


def test_the_calendar_shows_the_time_of_a_lapsed_request_as_free(mara, lapsed):
    week = (mara.id, lapsed.starts_at - timedelta(days=1), lapsed.ends_at + timedelta(days=1))
    assert calendar_entries.entries(*week, cancelled=False) == []
    (entry,) = calendar_entries.entries(*week, cancelled=True)
    assert (entry.status, entry.cancelled_because) == ("cancelled", NOT_ANSWERED)


def test_other_calendars_read_nothing_of_a_lapsed_request(mara, lapsed):
    read = feeds.of_therapist(mara.id, mara.zone, clock.now(), "https://desk.example")
    assert b"BEGIN:VEVENT" not in read


def test_the_form_of_a_lapsed_request_makes_a_new_one(mara):
    asker = Asker("Ines Keller", "ines@example.net", "", mara.zone, address="", once="a number of the form's own")
    form = (mara, mara.session_types[0], mara.locations[0], world.in_days(20), asker)
    first = request_session(*form)
    assert request_session(*form) is first
    first.wait_since(first.unanswered_since - UNANSWERED_AT_MOST)
    again = request_session(*form)
    assert again is not first
    assert (first.status, first.cancelled_because, again.status) == ("cancelled", NOT_ANSWERED, "requested")


def test_somebody_else_takes_the_time_of_a_lapsed_request_before_the_sweep(mara, lapsed):
    booking = world.JONAS.asks(mara, lapsed.starts_at)
    assert (lapsed.status, booking.status) == ("cancelled", "requested")


def test_the_therapist_takes_the_time_of_an_expired_offer_before_the_sweep(mara, offer_to_ines):
    offered = offer_to_ines.alternatives[0].starts_at
    with time_machine.travel(offer_to_ines.expires_at + timedelta(seconds=1)):
        booking = world.JONAS.is_booked(mara, offered)
    assert (offer_to_ines.outcome, booking.status) == ("expired", "confirmed")


@pytest.mark.parametrize("reason", ["asked", "own"])
def test_a_session_can_be_dragged_onto_the_time_of_a_lapsed_request(mara, lapsed, visitor, reason):
    session = world.JONAS.is_booked(mara, world.in_days(21))
    address = f"/sessions/{session.id}/rearrangement?reason={reason}&date={lapsed.starts_at:%Y-%m-%d}&time=10:00"
    assert "Jonas" in visitor("mara@example.com").open(address).text
