"""Sessions that do not take place: told as what they are, and with the way on."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.booking.booking import Booking
from app.booking.personal_link import PersonalLink
from app.booking.rearrangement import offer_location
from app.database import db
from app.messages.mail import compose
from app.messages.message import Message
from tests import world

WORDS = {
    "request declined": "Declined",
    "offer declined": "Declined",
    "location declined": "Declined",
    "offer expired": "Expired",
    "lapsed": "Not answered",
    "client cancelled": "Cancelled",
    "therapist cancelled": "Cancelled",
}
WITHOUT_THE_THERAPIST = ("offer declined", "location declined", "offer expired", "lapsed", "client cancelled")


def ended(booking: Booking, how: str) -> Booking:
    """Bring a request of Ines' to this end; committed."""
    mara = booking.therapist
    if how == "lapsed":
        booking.wait_since(booking.unanswered_since - timedelta(hours=72))
        booking.lapse()
    elif how == "request declined":
        booking.cancel(by="therapist")
    elif how.endswith(" cancelled"):
        booking.confirm()
        booking.cancel(by=how.split()[0])
    elif how == "location declined":
        offer_location(booking, "own", mara.locations[2]).decline()
    else:
        offer = world.offer_times(booking, world.in_days(6))
        if how == "offer expired":
            offer.expires_at = clock.now()
            offer.expire()
        else:
            offer.decline()
    db.session.commit()
    return booking


@pytest.fixture(params=WORDS)
def how(request) -> str:
    return request.param


def between(page: str, start: str, end: str) -> str:
    return page.partition(start)[2].partition(end)[0]


def test_an_ended_session_is_called_what_it_is_and_does_not_stand_under_to_come(request_of_ines, visitor, how):
    ended(request_of_ines, how)
    desk = visitor("mara@example.com")
    assert f'data-announce="Ines K.: {WORDS[how]}"' in desk.open(f"/sessions/{request_of_ines.id}").text
    page = desk.open("/sessions").text
    assert "Ines Keller" not in between(page, 'id="upcoming"', "</section>")
    listed = between(page, 'id="called-off"', "</section>")
    assert "Ines Keller" in listed
    assert f'data-announce="Ines K.: {WORDS[how]}"' in listed
    day = f"{request_of_ines.starts_at:%Y-%m-%d}"
    assert f">{WORDS[how]}</span>" in desk.open(f"/calendar?view=list&date={day}&state=cancelled").text


def test_the_client_of_an_ended_session_reads_what_it_is_and_finds_the_way_on(request_of_ines, visitor, how):
    ended(request_of_ines, how)
    links = [PersonalLink.to_session(request_of_ines.id)]
    links += [PersonalLink.to_offer(request_of_ines.id, offer.id) for offer in request_of_ines.offers]
    db.session.commit()
    for link in links:
        page = visitor().open(f"/{link.purpose[0]}/{link.token}").text
        assert f'data-announce="{WORDS[how]}"' in page
        assert 'href="/t/mara-lindt">Look for another time' in page


def test_the_mail_to_the_client_of_an_ended_session_leads_to_another_time(request_of_ines, app, how):
    ended(request_of_ines, how)
    to_client = select(Message).filter_by(booking_id=request_of_ines.id, recipient="client", channel="mail")
    mail = compose(db.session.scalars(to_client.order_by(Message.id.desc())).first())
    address = f"{app.config['PUBLIC_URL'].rstrip('/')}/t/mara-lindt"
    assert f"Look for another time:\n{address}\n" in mail.body
    assert f'href="{address}"' in mail.html


def test_today_shows_for_a_day_what_ended_without_the_therapist(request_of_ines, visitor, how):
    booking = ended(request_of_ines, how)
    desk = visitor("mara@example.com")
    listed = between(desk.open("/dashboard").text, 'id="ended"', "</section>")
    assert ("Ines Keller" in listed) == (how in WITHOUT_THE_THERAPIST)
    if how in WITHOUT_THE_THERAPIST:
        assert WORDS[how] in listed
        assert 'href="mailto:ines@example.net"' in listed
        assert f'href="/calendar?date={booking.starts_at:%Y-%m-%d}"' in listed
    with time_machine.travel(clock.now() + timedelta(hours=24)):
        assert 'id="ended"' not in desk.open("/dashboard").text


def test_what_ended_is_read_by_an_index_and_twenty_at_a_time(mara, visitor):
    for number in range(25):
        start = world.in_days(3 + number // 11, f"{8 + number % 11:02}:00")
        world.Person(f"Client {number}", f"c{number}@example.net").asks(mara, start).cancel(by="client")
    db.session.commit()
    listed = between(visitor("mara@example.com").open("/dashboard").text, 'id="ended"', "</section>")
    assert listed.count('class="row ') == 20
