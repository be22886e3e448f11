"""The key that sealed the secrets in the database is lost: nobody is shut out, and everything is connected anew."""

import pytest

from app.calendars.connections import by_address
from app.calendars.connections.connection import CalendarConnection
from app.calendars.deciding.live_check import look
from app.database import db
from app.messages.message import Message
from app.practice.push_subscription import PushSubscription
from app.practice.user import SignIn
from app.sealed import new_key
from tests.calendars.at_google import HERE, asked, connects, decides, the_connection
from tests.calendars.connected import busy_spans
from tests.calendars.test_reading import hour


@pytest.fixture
def lose_the_key(app):
    def lose() -> None:
        db.session.commit()
        app.config |= {"ENCRYPTION_KEYS": (new_key(),)}
        db.session.expire_all()

    app.config["ENCRYPTION_KEYS"] = (new_key(),)
    return lose


def test_pages_open_and_what_is_known_decides(lose_the_key, desk, connection, google, mara, request_of_ines, sync):
    sync()
    lose_the_key()
    for page in ("/dashboard", HERE, "/settings", "/calendar", f"/sessions/{request_of_ines.id}"):
        assert desk.open(page).status == 200, page
    asked_before = google.count("oauth.token")
    assert look(mara, request_of_ines.span).unasked
    assert google.count("oauth.token") == asked_before, "nobody asks with a token that is lost"
    page = desk.press(desk.open(f"/sessions/{request_of_ines.id}"), "Confirm session")
    assert page.status == 200
    assert "Google could not be asked just now" in page.text


def test_google_is_connected_again(lose_the_key, desk, google, maras, mara, sync):
    connects(desk, google)
    maras.primary.add("Dentist", *hour(2))
    sync(the_connection())
    lose_the_key()
    sync(the_connection())
    assert the_connection().state == "broken"
    assert busy_spans(mara) == [hour(2)]
    assert db.session.scalars(db.select(Message.address).filter_by(name="calendar_broken")).all() == [mara.user.email]
    assert "is no longer connected" in desk.open("/dashboard").text
    page = desk.press(desk.open(decides(asked(desk, "Connect again"))), "Finish connecting")
    assert "Connected" in page.text
    maras.primary.add("Choir", *hour(4))
    sync(the_connection())
    assert (the_connection().state, busy_spans(mara)) == ("working", [hour(2), hour(4)])


def test_disconnecting_says_where_the_consent_can_be_ended(lose_the_key, desk, google, maras):
    connects(desk, google)
    lose_the_key()
    page = desk.press(desk.open(HERE), "Disconnect")
    assert "Disconnected: mara@gmail.example." in page.text
    assert "myaccount.google.com/connections" in page.text
    assert not db.session.scalar(db.select(CalendarConnection))


def test_an_address_is_told_again(lose_the_key, desk, mara, sync):
    address = "https://work.example/private.ics"
    by_address.connect(mara.id, mara.zone, address, "Work")
    lose_the_key()
    sync()
    assert the_connection().state == "broken"
    assert desk.open(HERE).status == 200
    assert db.session.scalars(db.select(Message.address).filter_by(name="calendar_broken")).all() == [mara.user.email]
    by_address.connect(mara.id, mara.zone, address, "Work")
    db.session.commit()
    assert the_connection().state == "working"
    assert the_connection().calendars[0].address == address


def test_browsers_are_told_nothing_until_they_tell_their_address_again(lose_the_key, desk, mara):
    desk.open("/dashboard")
    sign_in = db.session.scalars(db.select(SignIn)).one()
    told = ("https://push.example/1", "key", "secret")
    PushSubscription.make(sign_in, *told)
    lose_the_key()
    assert PushSubscription.told(mara.user_id) == []
    assert PushSubscription.of_sign_in(sign_in) is None
    assert PushSubscription.renew(sign_in, *told)
    assert [one.endpoint for one in PushSubscription.told(mara.user_id)] == [told[0]]
