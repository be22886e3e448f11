"""Personal links stay in mailboxes for years: thirty days after the session they tell only that it took place."""

from datetime import timedelta

import pytest
import time_machine

from app.booking.booking import Booking
from app.booking.personal_link import PersonalLink
from app.database import db
from tests import world
from tests.blueprints.test_client_pages import offer_path, session_path

WORDS = "It is about my sleep."
NEVER = (
    "Mara",
    "Lindt",
    "Room 1",
    "Harley",
    "Session,",
    WORDS,
    "10:00",
    "Ines",
    "mara-lindt",
    "csrf_token",
    "data-watch",
)


@pytest.fixture
def session(mara) -> Booking:
    booking = world.INES.asks(mara, world.in_days(3), words=WORDS)
    booking.confirm()
    db.session.commit()
    return booking


def after(booking: Booking, days: int):
    return time_machine.travel(booking.ends_at + timedelta(days=days, seconds=1), tick=False)


def tells_only(page, sentence: str) -> None:
    assert sentence in page.text
    assert [secret for secret in NEVER if secret in page.text] == []


def test_for_thirty_days_the_link_shows_the_session(session, visitor):
    path = session_path(session)
    with after(session, 29):
        page = visitor().open(path)
    assert "Room 1" in page.text
    assert WORDS in page.text


@pytest.mark.parametrize("status", ["confirmed", "attended", "no_show"])
def test_later_the_link_shows_that_the_session_took_place_and_not_who_came(session, visitor, status):
    path = session_path(session)
    session.status = status
    db.session.commit()
    with after(session, 30):
        page = visitor().open(path)
    assert page.status == 200
    tells_only(page, "This session took place")


def test_later_the_link_shows_that_the_session_was_cancelled(session, visitor):
    path = session_path(session)
    session.cancel(by="client", words=WORDS)
    db.session.commit()
    with after(session, 30):
        tells_only(visitor().open(path), "This session was cancelled")


def test_later_the_link_of_an_unanswered_request_shows_that_nothing_took_place(mara, visitor):
    booking = world.INES.asks(mara, world.in_days(3), words=WORDS)
    path = session_path(booking)
    with after(booking, 30):
        tells_only(visitor().open(path), "This session did not take place")


def test_later_the_link_of_an_offer_shows_nothing_of_it(offer_to_ines, visitor):
    path, booking = offer_path(offer_to_ines), offer_to_ines.booking
    offer_to_ines.accept(offer_to_ines.alternatives[0])
    db.session.commit()
    with after(booking, 30):
        page = visitor().open(path)
    tells_only(page, "This session took place")
    assert "09:00" not in page.text


def test_later_no_address_behind_a_link_does_anything(session, visitor, app):
    """Whatever is asked by POST changes nothing, and is told no more than the page."""
    offer = world.offer_times(session, world.in_days(4))
    paths = {"client_sessions": session_path(session), "client_offers": offer_path(offer)}
    rules = [
        rule for rule in app.url_map.iter_rules() if rule.rule.startswith(("/s/", "/o/")) and "POST" in rule.methods
    ]
    assert len(rules) >= 6
    revision = session.revision
    with after(session, 30):
        browser = visitor()
        token = browser.form_token("/sign-in")
        for rule in rules:
            path = paths[rule.endpoint.partition(".")[0]] + rule.rule.partition("<token>")[2]
            page = browser.post(path, {"csrf_token": token, "words": "late", "alternative": offer.alternatives[0].id})
            assert page.status == 409, rule
            tells_only(page, "This session did not take place")
    db.session.expire_all()
    assert (session.status, session.revision) == ("awaiting_client", revision)


def test_later_the_address_of_the_calendar_entry_tells_nothing(session, visitor):
    link = PersonalLink.to_session(session.id)
    path = f"/feeds/sessions/{link.id}/{link.calendar_token}.ics"
    db.session.commit()
    browser = visitor()
    with after(session, 29):
        assert "BEGIN:VEVENT" in browser.open(path).text
        known = browser.answer.headers["ETag"]
    with after(session, 30):
        answer = browser.http.get(path, headers={"If-None-Match": known})
        assert answer.status_code == 200
        assert "BEGIN:VCALENDAR" in answer.text
        assert "VEVENT" not in answer.text


def test_the_page_of_a_session_long_past_speaks_the_language_of_its_client(mara, visitor):
    heidi = world.Person("Heidi Brand", "heidi@example.net", language="de")
    booking = heidi.asks(mara, world.in_days(3))
    booking.confirm()
    path = session_path(booking)
    with after(booking, 30):
        assert "Diese Sitzung hat stattgefunden" in visitor().open(path).text
