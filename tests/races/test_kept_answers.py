"""A device whose line comes and goes sends what it kept more than once, and at the same moment."""

import json

from sqlalchemy import func, select

from app.booking.kept_answer import KeptAnswer
from app.database import db
from app.messages.message import Message
from tests.booking.holds import check_everything
from tests.browser import Page
from tests.races.conftest import ROUNDS
from tests.races.crowd import Crowd
from tests.races.test_sessions import by_client, lines, on_session

KEY = "1234567890-abcdef"


def kept(tab, booking) -> str:
    """The confirmation of this session as the device sends it."""
    db.session.commit()
    page: Page = tab.open("/dashboard")
    token = next(text for form in page.forms for name, text in form.fields if name == "csrf_token")
    seen = [("start", str(int(booking.starts_at.timestamp()))), ("location", str(booking.location_id))]
    fields = [("csrf_token", token), ("owner", owner(page)), ("key", f"{KEY}-{booking.id}"), ("age", "60"), *seen]
    address = f"{tab.url}/bookings/{booking.id}/kept-confirmation"
    db.session.commit()
    return str(tab.wire(address, fields))


def owner(page: Page) -> str:
    return page.text.partition('data-owner="')[2].partition('"')[0]


def mailed(booking) -> int:
    return db.session.scalar(select(func.count(Message.id)).filter_by(booking_id=booking.id, name="confirmed"))


def test_the_same_answer_sent_by_several_at_once_counts_once(web, tab, bookings):
    for booking in bookings:
        answers = Crowd(web.url, [kept(tab, booking)] * 4).release()
        assert {answer.status for answer in answers} == {200}
        assert len({answer.text for answer in answers}) == 1, "all are told the same"
        assert json.loads(answers[0].text)["done"] is True
        check_everything()
        assert (booking.status, lines(booking, "confirmed"), mailed(booking)) == ("confirmed", 1, 1)
    assert db.session.scalar(select(func.count(KeptAnswer.id))) == ROUNDS


def test_an_answer_that_comes_while_the_client_cancels(web, tab, bookings):
    for booking in bookings:
        came, cancelled = Crowd(web.url, [kept(tab, booking), by_client(web.url, booking, "Cancel session")]).release()
        check_everything()
        assert (came.status, cancelled.status) == (200, 303)
        done = json.loads(came.text)["done"]
        assert (booking.status, lines(booking, "confirmed"), mailed(booking)) == ("cancelled", int(done), int(done))


def test_an_answer_that_comes_while_the_button_is_pressed_elsewhere(web, tab, bookings):
    for booking in bookings:
        wanted = [kept(tab, booking), on_session(tab, booking, "Confirm session")]
        came, pressed = Crowd(web.url, wanted).release()
        check_everything()
        assert (came.status, json.loads(came.text)["done"]) == (200, True)
        assert pressed.status in (303, 409)
        assert (booking.status, mailed(booking)) == ("confirmed", 1)
