"""A session that its therapist moved in their calendar at Google: told where they look, and its new time is not given
away until they decide."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from app.booking.booking import Booking
from app.database import db
from app.scheduling.availability import is_free
from tests import world
from tests.calendars.connected import busy_spans
from tests.calendars.test_edited_there import HOUR, TEN, TWO, desk, look, shown, stands
from tests.calendars.written import entries, rows, session, write, written
from tests.statements import statements

__all__ = ["desk", "look", "session", "stands", "write", "written"]

MOVED = "In your Google calendar this session was moved to"
QUARTER = timedelta(minutes=15)


@pytest.fixture
def moved(maras, session, stands, look):
    """From ten to two; the session stands at ten."""
    maras.primary.move(stands, TWO, TWO + HOUR)
    look()
    return session


def can_be_booked(session: Booking, at) -> bool:
    db.session.rollback()
    db.session.expire_all()
    return is_free(session.therapist, session.session_type, session.location, at)


def test_today_says_so_and_leads_to_the_decision(moved, desk):
    page = desk.open("/dashboard")
    assert "Changed in your Google calendar" in shown(page.text)
    assert MOVED in shown(page.text)
    assert "Nothing to answer" not in page.text
    page = desk.press(page, "Put it back there")
    assert MOVED not in shown(desk.open("/dashboard").text)


def test_the_row_of_today_answers_in_its_place(moved, desk):
    form, fields = desk.open("/dashboard").filled("Put it back there")
    row = f"session-{moved.id}-row"
    answer = desk.http.post(form.action, data=dict(fields), headers={"HX-Request": "true", "HX-Target": f"li#{row}"})
    assert answer.status_code == 200
    assert f'id="{row}"' in answer.text
    assert MOVED not in shown(answer.text)


def test_a_session_that_was_deleted_there_is_told_too(maras, session, stands, look, desk):
    maras.primary.cancel(stands)
    look()
    assert "In your Google calendar this session was deleted" in shown(desk.open("/dashboard").text)
    assert "deleted in Google" in desk.open(f"/calendar?date={TEN:%Y-%m-%d}&view=list").text


@pytest.mark.parametrize("view", ["week", "list"])
def test_the_calendar_marks_the_session_and_hatches_where_it_was_moved(moved, desk, view):
    page = desk.open(f"/calendar?date={TEN:%Y-%m-%d}&view={view}").text
    assert "Ines K., moved in Google, 10:00 to 10:50" in page
    assert "mark-edited" in page
    assert "Busy elsewhere" in page


def test_a_client_cannot_book_the_new_time_nor_the_old(moved):
    assert not can_be_booked(moved, TWO)
    assert not can_be_booked(moved, TEN)


def test_a_request_for_the_new_time_is_not_confirmed_unawares(maras, session, stands, look, mara, desk):
    wish = world.JONAS.asks(mara, TWO)
    maras.primary.move(stands, TWO, TWO + HOUR)
    look()
    page = desk.press(desk.open(f"/sessions/{wish.id}"), "Confirm session")
    assert page.status == 409
    assert "Your Google calendar says that you are busy" in shown(page.text)
    assert desk.press(page, "Confirm all the same").status == 200


def test_it_is_no_clash_with_itself(maras, session, stands, look, desk):
    maras.primary.move(stands, TEN + QUARTER, TEN + QUARTER + HOUR)
    look()
    page = desk.open("/dashboard")
    assert MOVED in shown(page.text)
    assert "says that you are busy" not in shown(page.text)
    assert "says that you are busy" not in shown(desk.open(f"/sessions/{session.id}").text)


@pytest.mark.parametrize("minutes", [15, 240])
def test_the_new_time_is_taken_over_without_a_warning(maras, session, stands, look, desk, minutes):
    there = TEN + timedelta(minutes=minutes)
    maras.primary.move(stands, there, there + HOUR)
    look()
    form, fields = desk.open("/dashboard").filled("Edit date/time", reason="asked")
    page = desk.press(desk.open(f"{form.action}?{urlencode(fields)}"), "Save change")
    assert "busy" not in shown(page.text)
    assert db.session.get_one(Booking, session.id, populate_existing=True).starts_at == there
    assert busy_spans(session.therapist) == [], "decided, before anybody asked Google"
    assert MOVED not in shown(desk.open("/dashboard").text)
    look()
    assert entries(maras.primary) == [(there, "confirmed", "I. K.")]


def test_put_back_frees_it_at_once(moved):
    (row,) = rows()
    row.put_back()
    db.session.commit()
    assert can_be_booked(moved, TWO)


def test_another_time_that_is_agreed_frees_it_at_once(moved, look, maras):
    moved.move(world.in_days(4), moved.location)
    db.session.commit()
    assert can_be_booked(moved, TWO)
    look()
    assert entries(maras.primary) == [(world.in_days(4), "confirmed", "I. K.")]


def test_another_location_decides_nothing(moved):
    moved.relocate(moved.therapist.active_locations[-1])
    db.session.commit()
    assert rows()[0].state == "edited"
    assert not can_be_booked(moved, TWO)


def test_a_cancelled_session_leaves_no_time_closed(moved, desk):
    moved.cancel(by="client")
    db.session.commit()
    assert can_be_booked(moved, TWO)
    assert MOVED not in shown(desk.open("/dashboard").text)


def test_an_offered_time_that_was_moved_there_is_free_when_its_offer_ends(maras, session, stands, look, write, desk):
    offer = world.offer_times(session, world.in_days(5), world.in_days(6))
    write()
    at_five = next(one for one in rows() if one.alternative_id == offer.alternatives[0].id)
    maras.primary.move(at_five.entry_id, TWO, TWO + HOUR)
    look()
    assert not can_be_booked(session, TWO)
    assert "the offered time" in shown(desk.open("/dashboard").text)
    offer.accept(offer.alternatives[1])
    db.session.commit()
    assert can_be_booked(session, TWO)


def test_moved_back_there_or_further_follows(maras, moved, stands, look, mara):
    maras.primary.move(stands, TWO + HOUR, TWO + 2 * HOUR)
    look()
    assert busy_spans(mara) == [(TWO + HOUR, TWO + 2 * HOUR)]
    maras.primary.move(stands, TEN, TEN + HOUR)
    look()
    assert busy_spans(mara) == []


def test_a_full_reading_leaves_it_closed(maras, moved, look, mara):
    maras.primary.forget_sync_tokens()
    look()
    assert busy_spans(mara) == [(TWO, TWO + HOUR)]
    assert busy_spans(mara, moved_there=False) == []


@pytest.mark.parametrize("how", ["stopped", "disconnected"])
def test_where_nothing_is_written_any_more_it_is_free(moved, written, mara, how):
    written.write_into(None) if how == "stopped" else written.disconnect()
    assert busy_spans(mara) == []


def test_what_the_release_before_decided_is_freed_when_the_calendar_is_written(moved, write, mara):
    db.session.execute(db.text("UPDATE calendar_entry SET state = 'written', edited_at = NULL"))
    mara.diary_revision += 1
    write()
    assert busy_spans(mara) == []


def test_it_costs_today_one_statement_more_and_those_without_a_calendar_none(moved, desk, mara, otto, visitor):
    others = visitor("otto@example.com")
    hers, his = (len(asked(one, "/dashboard")) for one in (desk, others))
    assert not [one for one in asked(others, "/dashboard") if re.search(r"FROM calendar_entry", one)]
    assert hers - his <= 5, "the edits, their sessions, where these take place, and what was offered for them"


def asked(visitor, address: str) -> list[str]:
    with statements() as sent:
        assert visitor.open(address).status == 200
    return sent
