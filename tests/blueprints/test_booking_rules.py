"""How soon and how far ahead sessions can be booked, and how long they are."""

import pytest

from app.database import db
from app.scheduling.working_time import keep_week
from tests.browser import Page
from tests.visitor import Visitor

PAGE = "/working-times/rules"


@pytest.fixture
def desk(mara, visitor) -> Visitor:
    return visitor("mara@example.com")


def save(desk: Visitor, **typed: str) -> Page:
    return desk.press(desk.open(PAGE), "Save rules", **typed)


def test_the_usual_notice_is_a_day(desk):
    _, fields = desk.open(PAGE).filled("Save rules")
    assert {("kind", "hours"), ("hours", "24"), ("horizon", "60")} <= set(fields)


def test_notice_is_given_in_hours(desk, mara):
    assert "Saved." in save(desk, hours="48", horizon="90").text
    assert (mara.minimum_notice_minutes, mara.next_day_before_minute, mara.horizon_days) == (48 * 60, None, 90)


def test_or_the_next_day_can_be_booked_until_a_time(desk, mara):
    save(desk, kind="day", until="18:30")
    assert mara.next_day_before_minute == 18 * 60 + 30
    save(desk, kind="day", until="00:00")
    assert mara.next_day_before_minute == 24 * 60
    save(desk, kind="hours", hours="3")
    assert (mara.minimum_notice_minutes, mara.next_day_before_minute) == (180, None)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"hours": "1"}, "Give a whole number of hours from 2 to 672."),
        ({"hours": "673"}, "Give a whole number of hours from 2 to 672."),
        ({"hours": "two"}, "Give a whole number of hours from 2 to 672."),
        ({"hours": ""}, "Give a whole number of hours from 2 to 672."),
        ({"hours": "-5"}, "Give a whole number of hours from 2 to 672."),
        ({"hours": "48", "horizon": "2"}, "With this much notice nothing could be booked"),
        ({"horizon": "0"}, "Give a whole number of days from 1 to 365."),
        ({"horizon": "366"}, "Give a whole number of days from 1 to 365."),
        ({"kind": "day", "until": "18:00", "horizon": "1"}, "with 1, most of the next day could never be booked."),
        ({"kind": "day", "until": "noon"}, "Choose a time of the day."),
    ],
)
def test_odd_rules_are_marked_and_stay(desk, mara, typed, sentence):
    page = save(desk, **typed)
    assert page.status == 422
    assert sentence in page.text
    _, fields = page.filled("Save rules")
    assert set(typed.items()) <= set(fields)
    db.session.refresh(mara)
    assert (mara.minimum_notice_minutes, mara.next_day_before_minute, mara.horizon_days) == (24 * 60, None, 60)


def test_a_sessions_measures_are_changed(desk, mara):
    typed = {"minutes": "45", "gap_before_minutes": "5", "gap_after_minutes": "15", "grid_minutes": "60"}
    page = desk.press(desk.open(PAGE), "Save", **typed)
    assert "Session: saved." in page.text
    session_type = mara.session_types[0]
    assert {name: str(getattr(session_type, name)) for name in typed} == typed


@pytest.mark.parametrize(
    ("name", "text", "bounds"),
    [
        ("minutes", "4", "5 to 720"),
        ("minutes", "721", "5 to 720"),
        ("gap_before_minutes", "241", "0 to 240"),
        ("gap_after_minutes", "", "0 to 240"),
        ("grid_minutes", "0", "5 to 240"),
        ("grid_minutes", "7.5", "5 to 240"),
        ("grid_minutes", "٣٠", "5 to 240"),
    ],
)
def test_odd_measures_are_marked_and_stay(desk, mara, name, text, bounds):
    page = desk.press(desk.open(PAGE), "Save", **{name: text})
    assert page.status == 422
    assert f"Give a whole number of minutes from {bounds}." in page.text
    assert (name, text) in page.filled("Save")[1]
    db.session.refresh(mara.session_types[0])
    assert mara.session_types[0].minutes == 50


@pytest.mark.parametrize(("minutes", "is_warned"), [("720", False), ("121", True)])
def test_a_length_that_fits_into_no_working_time_is_saved_with_a_warning(desk, mara, minutes, is_warned):
    """Every day from 08:00 to 20:00; or to 10:00."""
    if is_warned:
        for span in mara.working_times:
            span.ends_minute = 10 * 60
        db.session.commit()
    page = desk.press(desk.open(PAGE), "Save", minutes=minutes)
    assert "Session: saved." in page.text
    assert (f"None of your working times has room for {minutes} minutes" in page.text) == is_warned


def test_a_length_that_fits_only_between_the_starts_is_warned_of(desk, mara):
    for span in mara.working_times:
        span.starts_minute, span.ends_minute = 8 * 60 + 30, 10 * 60
    db.session.commit()
    page = desk.press(desk.open(PAGE), "Save", minutes="80", grid_minutes="60")
    assert "None of your working times has room for 80 minutes" in page.text


def test_without_working_times_no_length_is_warned_of(desk, mara):
    keep_week(mara, [])
    db.session.commit()
    assert "has room for" not in desk.press(desk.open(PAGE), "Save", minutes="60").text


def test_somebody_elses_sessions_are_not_there(desk, otto):
    token = desk.form_token(PAGE)
    answer = desk.post(f"{PAGE}/{otto.session_types[0].id}", {"csrf_token": token, "minutes": "45"})
    assert answer.status == 404
