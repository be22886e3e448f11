"""A request whose time to be answered is over has ended, whether or not the sweep has run."""

from datetime import timedelta

import pytest
import time_machine

from app.booking.booking import UNANSWERED_AT_MOST
from app.booking.personal_link import PersonalLink
from app.booking.rearrangement import offer_location
from app.booking.refusals import RequestLapsed
from app.database import db
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
