"""What was agreed last stays what pages, lists and mails tell when a new location is refused."""

import pytest
import time_machine
from sqlalchemy import select

from app.booking.personal_link import PersonalLink
from app.booking.rearrangement import offer_location
from app.database import db
from app.messages.activity import Activity
from app.messages.history import sentence
from app.messages.mail import compose
from app.messages.message import Message
from tests.booking.holds import check_everything

OLD, NEW = "Room 1", "Video call"


@pytest.fixture
def offer(mara, request_of_ines):
    request_of_ines.confirm()
    offer = offer_location(request_of_ines, "own", mara.locations[2])
    db.session.commit()
    return offer


def end(offer, how: str) -> None:
    """Refused, unanswered or cancelled under the offer."""
    if how == "expire":
        with time_machine.travel(offer.expires_at, tick=False):
            offer.expire()
    elif how == "decline":
        offer.decline()
    else:
        offer.booking.cancel(by=how)
    db.session.commit()


ENDS = pytest.mark.parametrize("how", ["decline", "expire", "client", "therapist"])


def addresses(booking, *more: str) -> list[str]:
    links = [PersonalLink.to_session(booking.id), PersonalLink.to_offer(booking.id, booking.offers[-1].id)]
    db.session.commit()
    return [f"/{link.purpose[0]}/{link.token}" for link in links] + list(more)


@ENDS
def test_a_session_ended_under_a_new_location_is_told_with_the_one_agreed_before(offer, visitor, how):
    booking = offer.booking
    end(offer, how)
    check_everything()
    assert booking.location.name == OLD
    for path in addresses(booking):
        page = visitor().open(path).text
        assert OLD in page
        assert NEW not in page
    assert OLD in visitor("mara@example.com").open("/sessions").text
    assert NEW not in visitor("mara@example.com").open("/sessions").text


@ENDS
def test_both_mails_of_a_session_ended_under_a_new_location_name_the_one_before(offer, how):
    end(offer, how)
    last = db.session.scalars(select(Message).order_by(Message.id.desc()).limit(1 if how == "therapist" else 2)).all()
    for message in last:
        mail = compose(message)
        for text in (mail.body, mail.html):
            assert OLD in text, message.name
            assert NEW not in text, message.name


def test_between_the_deadline_and_the_sweep_the_refused_location_is_told_nowhere(offer, visitor):
    booking = offer.booking
    desk = visitor("mara@example.com")
    with time_machine.travel(offer.expires_at, tick=False):
        for path in addresses(booking):
            assert NEW not in visitor().open(path).text
        for path in ("/dashboard", "/sessions", f"/calendar?view=list&from={booking.starts_at:%Y-%m-%d}"):
            page = desk.open(path).text
            assert OLD in page, path
            assert NEW not in page.replace(f">{NEW}</option>", ""), path


def test_while_a_new_location_waits_for_the_client_lists_tell_old_and_new_apart(offer, visitor):
    desk = visitor("mara@example.com")
    for path in ("/dashboard", "/sessions", f"/sessions/{offer.booking_id}"):
        assert f'{OLD} → {NEW}, if <span class="name" dir="auto">Ines K.</span> agrees' in desk.open(path).text, path
    day = f"{offer.booking.starts_at:%Y-%m-%d}"
    assert f"{OLD} → {NEW}" in desk.open(f"/calendar?view=list&date={day}&from={day}").text


def test_the_history_tells_the_location_that_was_asked_for_from_the_agreed_one(offer):
    end(offer, "decline")
    lines = db.session.scalars(select(Activity).filter_by(booking_id=offer.booking_id).order_by(Activity.id))
    assert [sentence(line) for line in lines][-2:] == [
        f"You asked Ines K. to agree to another location: {NEW} instead of {OLD}",
        f"Ines K. did not agree to {NEW} instead of {OLD}; the session was cancelled",
    ]
