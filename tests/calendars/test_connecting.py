"""Connecting Google calendars from the settings: asked at Google, finished in the same browser."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import text

from app import clock
from app.blueprints.desk.other_calendars import google_consent
from app.calendars.connections.connection import CalendarConnection
from app.calendars.deciding.settled_clash import SettledClash, settle
from app.database import db
from app.jobs.google_access import opened
from app.practice.therapist import Therapist
from app.scheduling.busy_time import BusyTime
from tests import world
from tests.calendars.at_google import HERE, asked, connects, decides, decides_about_busy_time, the_connection
from tests.calendars.connected import known_busy
from tests.dump import dump
from tests.google import BACKEND_ERROR, HANG, INVALID_GRANT, Google


def chosen() -> list[str]:
    return [one.name for one in the_connection().calendars if one.is_read]


def test_without_a_client_id_a_therapist_reads_of_no_settings(mara, visitor):
    desk = visitor("mara@example.com")
    page = desk.open(HERE)
    assert "Google Calendar can't be connected here yet." in page.text
    for word in ("GOOGLE", "README", "Cloud console", "set it up", "callback"):
        assert word not in page.text
    assert "Connect Google Calendar" not in page.text
    token = desk.form_token("/settings")
    assert desk.post(f"{HERE}/google", {"csrf_token": token}).status == 404


def test_without_a_client_id_the_operator_reads_what_to_do(operator, visitor):
    page = visitor("olive@example.com").open("/operator")
    assert "GOOGLE_CLIENT_ID" in page.text
    assert "http://localhost/settings/calendars/google/callback" in page.text


def test_a_therapist_who_is_operator_too_is_led_to_what_to_do(mara, visitor):
    mara.user.is_operator = True
    page = visitor("mara@example.com").open(HERE)
    assert '<a href="/operator#google">How to set it up</a>' in page.text


def test_connecting_reads_the_own_calendar_and_keeps_tokens_sealed(desk, mara, google):
    google.accounts["mara@gmail.example"].calendar("Choir")
    page = connects(desk, google)
    assert page.status == 200
    assert "Connected: mara@gmail.example." in page.text
    connection = the_connection()
    assert connection.therapist_id == mara.id
    assert (connection.state, connection.may_write) == ("working", False)
    assert chosen() == ["mara@gmail.example"]
    assert connection.is_being_read
    stored = db.session.execute(text("select refresh_token, access_token from calendar_connection")).one()
    assert all(sealed.startswith("gAAAAA") for sealed in stored)
    with opened(connection.id) as calendar:
        assert [one.name for one in calendar.calendars()] == ["mara@gmail.example", "Choir"]


def test_the_address_at_google_asks_for_reading_alone(desk, google):
    address = asked(desk)
    assert "events.owned" not in address
    assert "code_challenge_method=S256" in address
    assert "access_type=offline" in address


def test_opening_the_address_with_the_code_connects_nothing(desk, google):
    back = decides(asked(desk))
    before = dump()
    for _ in range(2):
        answer = desk.http.get(back)
        assert answer.status_code == 200
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert google.count("oauth.token") == 0
    assert dump() == before
    assert "Connected" in desk.press(desk.open(back), "Finish connecting").text


def test_an_answer_counts_once(desk, google):
    page = desk.open(decides(asked(desk)))
    assert "Connected" in desk.press(page, "Finish connecting").text
    again = desk.press(page, "Finish connecting")
    assert again.status == 400
    assert "does not belong to a question that was asked in this browser" in again.text
    assert google.count("oauth.token") == 1


def test_an_answer_to_a_question_of_another_browser_is_refused(desk, google, visitor):
    """Somebody's own account cannot be planted on a therapist who opens their link."""
    theirs = decides(asked(visitor("mara@example.com")))
    before = dump()
    page = desk.open(theirs)
    assert page.status == 400
    assert "Please press Connect again" in page.text
    asked(desk)  # also when a question of their own waits
    assert desk.open(theirs).status == 400
    token, fields = desk.form_token("/settings"), dict(pair.split("=") for pair in theirs.partition("?")[2].split("&"))
    assert desk.post(f"{HERE}/google/connection", fields | {"csrf_token": token}).status == 400
    assert google.count("oauth.token") == 0
    assert dump() == before


@pytest.mark.parametrize("query", ["", "?state=", "?code=4/x", "?state=x&code=4/x", "?error=access_denied"])
def test_an_answer_without_a_question_is_refused(desk, google, query):
    page = desk.open(f"{HERE}/google/callback{query}")
    assert page.status == 400
    assert "nothing was connected" in page.text


def test_a_question_is_forgotten_after_half_an_hour(desk, google):
    back = decides(asked(desk))
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=31)):
        assert desk.open(back).status == 400


def test_saying_no_at_google_changes_nothing(desk, google):
    before = dump()
    page = desk.open(decides(asked(desk), "deny"))
    assert page.status == 200
    assert "You said no at Google, so nothing was connected" in page.text
    assert dump() == before


def test_a_tick_that_was_taken_away(desk, google):
    page = desk.open(decides(asked(desk), without="calendar.events.readonly"))
    page = desk.press(page, "Finish connecting")
    assert page.status == 409
    assert "leave both boxes ticked" in page.text
    assert not db.session.scalar(db.select(CalendarConnection))
    assert given(google, "mara@gmail.example") == [], "what is of no use here does not live on there"


def test_google_being_silent_when_a_consent_of_no_use_is_given_back(desk, google, monkeypatch):
    monkeypatch.setattr("app.integrations.google_calendar.farewell.SECONDS", 0.2)
    page = desk.open(decides(asked(desk), without="calendar.events.readonly"))
    google.faults.always(HANG, "oauth.revoke")
    page = desk.press(page, "Finish connecting")
    assert "leave both boxes ticked" in page.text
    assert "open myaccount.google.com/connections" in page.text


@pytest.mark.parametrize("fault", [BACKEND_ERROR, INVALID_GRANT, HANG])
@pytest.mark.parametrize("kind", ["oauth.token", "calendarList.list"])
def test_google_failing_while_connecting(desk, google, fault, kind, monkeypatch):
    monkeypatch.setattr(google_consent, "PATIENCE", 0.5)
    page = desk.open(decides(asked(desk)))
    google.faults.always(fault, kind)
    page = desk.press(page, "Finish connecting")
    assert page.status == 409
    assert "Nothing was connected. Please try again" in page.text
    assert not db.session.scalar(db.select(CalendarConnection))


def test_the_same_account_again_renews_it(desk, google):
    connects(desk, google)
    before = the_connection()
    known, refresh = before.id, before.refresh_token
    before.state, before.error = "broken", "Google does not let us in any more."
    db.session.commit()
    assert "Connect again" in desk.open(HERE).text
    page = desk.press(desk.open(decides(asked(desk, "Connect again"))), "Finish connecting")
    assert "Connected" in page.text
    after = the_connection()
    assert (after.id, after.state, after.error) == (known, "working", None)
    assert after.refresh_token
    assert refresh


def test_another_account_is_another_connection(desk, google):
    google.account("practice@gmail.example")
    connects(desk, google)
    connects(desk, google, "practice@gmail.example")
    db.session.rollback()
    labels = db.session.scalars(db.select(CalendarConnection.label).order_by(CalendarConnection.id)).all()
    assert labels == ["mara@gmail.example", "practice@gmail.example"]


def test_choosing_calendars(desk, mara, google):
    google.accounts["mara@gmail.example"].calendar("Choir")
    connects(desk, google)
    connection = the_connection()
    own, choir = connection.calendars
    booking = decides_about_busy_time(mara, own)
    kept = known_busy(mara, world.in_days(3), world.in_days(3) + timedelta(hours=2), choir)
    settle(booking.id, [kept.span])
    db.session.commit()
    was_seen = mara.diary_revision
    form, fields = desk.open(HERE).filled("Save choice")
    wanted = [("calendars", str(choir.id)), ("calendars", str(choir.id + 77))]
    fields = [pair for pair in fields if pair[0] != "calendars"] + wanted
    page = desk.post(form.action, fields)
    assert "Busy times in Choir block times here." in page.text
    assert chosen() == ["Choir"]
    assert [one.span for one in db.session.scalars(db.select(BusyTime))] == [kept.span]
    assert [(one.starts_at, one.ends_at) for one in db.session.scalars(db.select(SettledClash))] == [kept.span]
    assert db.session.get_one(Therapist, mara.id).diary_revision > was_seen
    form, fields = desk.open(HERE).filled("Save choice")
    page = desk.post(form.action, [pair for pair in fields if pair[0] != "calendars"])
    assert "No calendar blocks times here." in page.text
    assert chosen() == []
    assert not db.session.scalar(db.select(SettledClash))


def test_a_calendar_that_is_chosen_stays_as_it_is(desk, google):
    connects(desk, google)
    calendar = the_connection().calendars[0]
    calendar.sync_token, calendar.next_sync_at = "a token", clock.now() + timedelta(minutes=9)
    db.session.commit()
    desk.press(desk.open(HERE), "Save choice")
    assert the_connection().calendars[0].sync_token == "a token"


def test_sync_now_has_everything_read_at_once(desk, google):
    connects(desk, google)
    calendar = the_connection().calendars[0]
    calendar.last_sync_at, calendar.next_sync_at = clock.now(), clock.now() + timedelta(minutes=9)
    db.session.commit()
    page = desk.open(HERE)
    assert "Last read just now" in page.text
    page = desk.press(page, "Sync now")
    assert "Being read now" in page.text
    assert the_connection().is_being_read


def test_writing_is_a_second_consent_and_can_be_ended(desk, google):
    connects(desk, google)
    page = desk.press(desk.open(decides(asked(desk, "Write my sessions there"))), "Finish connecting")
    assert "Your sessions are written into mara@gmail.example." in page.text
    connection = the_connection()
    assert connection.may_write
    assert connection.written
    page = desk.press(desk.open(HERE), "Stop writing")
    assert "We stopped writing." in page.text
    assert the_connection().written is None
    page = desk.press(desk.open(HERE), "Write my sessions there")  # the consent still stands
    assert "Your sessions are written into" in page.text


def test_reading_goes_on_without_the_second_consent(desk, google):
    connects(desk, google)
    for decided in (
        decides(asked(desk, "Write my sessions there"), "deny"),
        decides(asked(desk, "Write my sessions there"), without="events.owned"),
    ):
        page = desk.open(decided)
        if "Finish connecting" in page.text:
            page = desk.press(page, "Finish connecting")
            assert "Google was not allowed to let us write" in page.text
    connection = the_connection()
    assert (connection.state, connection.may_write, connection.written) == ("working", False, None)
    with opened(connection.id) as calendar:
        assert calendar.calendars()


def test_the_second_consent_is_of_the_same_account(desk, google):
    google.account("somebody@gmail.example")
    connects(desk, google)
    back = decides(asked(desk, "Write my sessions there"), account="somebody@gmail.example")
    page = desk.press(desk.open(back), "Finish connecting")
    assert page.status == 409
    assert "another Google account" in page.text
    assert not the_connection().may_write
    assert given(google, "somebody@gmail.example") == []
    assert given(google, "mara@gmail.example")


def test_the_consent_of_somebody_who_is_connected_here_is_not_given_back(desk, otto, google, visitor):
    google.account("otto@gmail.example")
    connects(desk, google)
    connects(visitor("otto@example.com"), google, "otto@gmail.example")
    back = decides(asked(desk, "Write my sessions there"), account="otto@gmail.example")
    assert "another Google account" in desk.press(desk.open(back), "Finish connecting").text
    assert google.count("oauth.revoke") == 0
    assert given(google, "otto@gmail.example")


def test_an_access_token_is_renewed_before_it_ends_and_kept(desk, google):
    connects(desk, google)
    connection = the_connection()
    connection.access_until = clock.now() + timedelta(seconds=30)
    db.session.commit()
    with opened(connection.id) as calendar:
        calendar.calendars()
    assert google.count("oauth.token") == 2
    with opened(the_connection().id) as calendar:
        calendar.calendars()
    assert google.count("oauth.token") == 2


def test_what_is_not_ones_own_is_not_there(desk, otto, google, visitor):
    connects(desk, google)
    known, stranger = the_connection().id, visitor("otto@example.com")
    token, before = stranger.form_token("/settings"), dump()
    for what in ("choice", "reading", "writing", "writing/removal", "removal"):
        assert stranger.post(f"{HERE}/{known}/{what}", {"csrf_token": token}).status == 404, what
    assert stranger.post(f"{HERE}/google", {"csrf_token": token, "connection": str(known)}).status == 404
    assert dump() == before


def test_forms_of_this_page_alone_may_lead_to_google(desk, google):
    desk.open(HERE)
    assert f"form-action 'self' {google.url};" in desk.answer.headers["Content-Security-Policy"]
    desk.open("/settings")
    assert "form-action 'self';" in desk.answer.headers["Content-Security-Policy"]


def given(google: Google, email: str) -> list[object]:
    """The consents that live at Google."""
    return list(google.grants.of(google.accounts[email]))
