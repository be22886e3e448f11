"""The button behind the link in the first mail; what the browser that asked, and the therapist, see meanwhile."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.booking.booking import Booking
from app.booking.personal_link import PersonalLink
from app.database import db
from app.jobs.expire import release_unproven
from app.messages.mail import compose
from app.messages.message import Message
from tests import world
from tests.browser import Page
from tests.visitor import Visitor

HALF_AN_HOUR = timedelta(minutes=31)


@pytest.fixture
def client(app, visitor, mara) -> Visitor:
    app.config["UNPROVEN_PER_NETWORK"] = 0
    return visitor()


@pytest.fixture
def asked(client) -> Page:
    """Where the browser is led that asked."""
    page = client.open(f"/t/mara-lindt/request?start={world.in_days(3):%Y-%m-%dT%H:%MZ}")
    return client.press(page, "Request session", name="Ines Keller", email="ines@example.net")


@pytest.fixture
def booking(asked) -> Booking:
    return db.session.scalars(select(Booking)).one()


@pytest.fixture
def mailed(booking) -> str:
    """The path of the link in the first mail."""
    mail = compose(db.session.scalars(select(Message).filter_by(booking_id=booking.id)).one())
    assert "Please confirm your session request by" in mail.subject
    found = re.search(r"https?://\S+(/s/[\w-]+)", mail.body)
    assert found
    return found[1]


def test_the_browser_that_asked_is_told_of_the_mail_and_has_no_button(client, asked, booking, mailed):
    assert "we have sent a mail to ines@example.net" in asked.text
    assert "Confirm my request" not in asked.text
    assert mailed not in asked.text
    token = client.form_token()
    answer = client.post(f"{urlsplit(asked.url).path}/address", {"csrf_token": token})
    assert (answer.status, "open the link in our mail" in answer.text) == (422, True)
    db.session.refresh(booking)
    assert booking.prove_by is not None


def test_pressing_on_the_page_of_the_browser_that_asked_proves_nothing(client, asked, booking):
    client.press(asked, "Cancel session")
    db.session.refresh(booking)
    assert (booking.status, booking.address_proven_at) == ("cancelled", None)


def test_opening_the_mailed_link_changes_nothing_and_its_button_does(visitor, booking, mailed):
    page = visitor().open(mailed)
    assert "Please confirm your request by" in page.text
    db.session.refresh(booking)
    assert (booking.prove_by is not None, booking.address_proven_at) == (True, None)
    page = press(visitor, mailed, "Confirm my request")
    assert "has your request and will answer by mail" in page.text
    db.session.refresh(booking)
    assert (booking.prove_by, booking.status) == (None, "requested")


def press(visitor, path: str, button: str) -> Page:
    browser = visitor()
    return browser.press(browser.open(path), button)


def test_the_therapist_sees_that_it_is_held_and_then_that_the_address_is_confirmed(visitor, booking, mailed):
    desk = visitor("mara@example.com")
    held = desk.open(f"/sessions/{booking.id}").text
    assert "while the e-mail address is being confirmed" in held
    assert "address confirmed" not in held
    assert "Ines Keller" not in desk.open("/dashboard").text
    press(visitor, mailed, "Confirm my request")
    assert "address confirmed" in desk.open(f"/sessions/{booking.id}").text
    assert "Ines Keller" in desk.open("/dashboard").text


def test_anything_pressed_behind_a_mailed_link_proves_the_address(visitor, mara):
    booking = world.INES.asks(mara, world.in_days(3))
    offer = world.offer_times(booking, world.in_days(4))
    link = PersonalLink.to_offer(booking.id, offer.id)
    shown, mailed = link.shown_token, link.token
    db.session.commit()
    press(visitor, f"/o/{shown}", "Accept this time")
    db.session.refresh(booking)
    assert (booking.status, booking.address_proven_at) == ("confirmed", None)
    page = press(visitor, f"/s/{PersonalLink.to_session(booking.id).token}", "Cancel session")
    db.session.refresh(booking)
    assert (page.status, booking.address_proven_at is not None) == (200, True)
    assert mailed not in visitor().open(f"/s/{PersonalLink.to_session(booking.id).shown_token}").text


def test_the_page_tells_when_it_was_too_late(visitor, asked, booking, mailed):
    browser = visitor()
    page = browser.open(mailed)
    with time_machine.travel(clock.now() + HALF_AN_HOUR):
        late = browser.press(page, "Confirm my request")
        assert late.status == 409
        assert "This request was not confirmed in time" in late.text
        release_unproven()
        for path in (mailed, urlsplit(asked.url).path):
            ended = browser.open(path).text
            assert "This request was not confirmed in time" in ended
            assert "Look for another time with Mara Lindt" in ended
        desk = visitor("mara@example.com")
        for path in ("/dashboard", "/sessions"):
            assert "Ines K" not in desk.open(path).text
