"""Bank holidays are closed with a tap and opened with another."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.booking.sick_day import SickDay
from app.database import db
from app.scheduling.time_off import TimeOff
from tests import world
from tests.visitor import Visitor

PAGE = "/working-times/bank-holidays"


@pytest.fixture
def desk(mara, visitor) -> Visitor:
    return visitor("mara@example.com")


def closed() -> list[str]:
    db.session.expire_all()
    return [one.why for one in db.session.scalars(select(TimeOff).order_by(TimeOff.starts_at))]


def test_the_coming_years_holidays_are_listed_for_the_therapists_own_country(desk, visitor, otto):
    assert "Christmas Day" in desk.open(PAGE).text
    page = visitor("otto@example.com").open(PAGE)
    assert "German Unity Day" in page.text
    assert 'value="DE" selected' in page.text


def test_one_tap_closes_a_day_and_another_opens_it(desk):
    page = desk.press(desk.open(PAGE), "Close: Christmas Day")
    assert "Christmas Day is closed." in page.text
    assert closed() == ["Christmas Day"]
    (time_off,) = db.session.scalars(select(TimeOff))
    assert (time_off.ends_at - time_off.starts_at).total_seconds() == 24 * 3600
    page = desk.press(page, "Open again: Christmas Day")
    assert "Christmas Day is open again." in page.text
    assert closed() == []


def test_all_of_them_are_closed_at_once(desk):
    page = desk.press(desk.open(PAGE), "Close all")
    assert "bank holidays are closed." in page.text
    assert len(closed()) >= 8
    assert "Close all" not in page.text


def test_closing_them_all_is_undone_at_once_and_nothing_else_is_opened(desk):
    desk.press(desk.open(PAGE), "Close: Christmas Day")
    page = desk.press(desk.open(PAGE), "Close all")
    page = desk.press(page, "Undo")
    assert "bank holidays are open again." in page.text
    assert closed() == ["Christmas Day"]


def test_undoing_the_closing_of_all_stays_at_the_chosen_region(desk):
    page = desk.press(desk.open(f"{PAGE}?country=GB&part=SCT"), "Close all")
    assert 'value="SCT" selected' in desk.press(page, "Undo").text
    assert closed() == []


def test_what_was_opened_or_became_a_sick_day_since_is_not_undone_again(desk, mara):
    page = desk.press(desk.open(PAGE), "Close all")
    number = len(closed())
    sick = SickDay(therapist_id=mara.id, starts_at=world.in_days(1), ends_at=world.in_days(2), reason="own")
    db.session.add(sick)
    db.session.flush()
    first, second = db.session.scalars(select(TimeOff).order_by(TimeOff.starts_at).limit(2))
    first.sick_day_id, kept = sick.id, first.why
    second.reopen()
    db.session.commit()
    page = desk.press(page, "Undo")
    assert f"{number - 2} bank holidays are open again." in page.text
    assert closed() == [kept]


def test_a_bank_holiday_of_a_sick_day_or_left_by_a_session_is_not_opened(desk, mara, request_of_ines):
    page = desk.press(desk.open(PAGE), "Close: Christmas Day")
    (time_off,) = db.session.scalars(select(TimeOff))
    time_off.booking_id = request_of_ines.id
    db.session.commit()
    answer = desk.press(page, "Open again: Christmas Day")
    assert "Christmas Day stays closed by other time off." in answer.text
    assert "Closed by other time off" in answer.text
    assert "Open again" not in answer.text
    assert closed() == ["Christmas Day"]


def test_a_bank_holiday_in_other_time_off_is_not_called_open(desk, mara):
    page = desk.press(desk.open(PAGE), "Close: Christmas Day")
    (time_off,) = db.session.scalars(select(TimeOff))
    hour, fortnight = timedelta(hours=1), timedelta(days=14)
    an_hour = TimeOff.take(mara.id, (time_off.starts_at + 10 * hour, time_off.starts_at + 11 * hour), "An hour")
    db.session.commit()
    answer = desk.press(page, "Open again: Christmas Day")
    assert "Christmas Day is open again, except for other time off in it." in answer.text
    page = desk.press(answer, "Close: Christmas Day")
    an_hour.starts_at, an_hour.ends_at = an_hour.starts_at - fortnight, an_hour.ends_at + fortnight
    db.session.commit()
    assert "Christmas Day stays closed by other time off." in desk.press(page, "Open again: Christmas Day").text
    assert closed() == ["An hour"]


def test_a_day_that_other_time_off_covers_is_marked(desk, mara):
    TimeOff.take(mara.id, (world.in_days(0), world.in_days(400)), "A year away")
    db.session.commit()
    page = desk.open(PAGE)
    assert "Closed by other time off" in page.text
    assert "Open again" not in page.text


def test_another_country_and_region_can_be_chosen(desk):
    page = desk.open(f"{PAGE}?country=GB&part=SCT")
    assert "Andrew" in page.text
    page = desk.press(page, "Close: Saint Andrew")
    assert 'value="SCT" selected' in page.text
    assert len(closed()) == 1


@pytest.mark.parametrize("query", ["country=XX", "country=GB&part=XX", "country=", "country=%00", "part=SCT"])
def test_odd_countries_show_the_therapists_own(desk, query):
    page = desk.open(f"{PAGE}?{query}")
    assert page.status == 200
    assert "Christmas Day" in page.text


def test_a_day_that_is_no_bank_holiday_is_not_closed(desk):
    page = desk.open(PAGE)
    _, fields = page.filled("Close: Christmas Day")
    for day in ("2027-02-03", "tomorrow", ""):
        answer = desk.post(PAGE, [(name, day if name == "day" else value) for name, value in fields])
        assert "nothing was changed" in answer.text
    assert closed() == []


def test_a_session_on_a_closed_holiday_is_told(desk, mara):
    mara.horizon_days = 365
    page = desk.open(PAGE)
    day = [value for form in page.forms for name, value in form.fields if name == "day"][-2]
    days = next(number for number in range(2, 366) if f"{world.in_days(number):%Y-%m-%d}" == day)
    world.INES.asks(mara, world.in_days(days))
    page = desk.press(page, "Close all")
    assert "One session falls in time you've closed" in page.text
    assert "Ines Keller" in page.text


def test_where_no_country_is_known_it_is_asked_for(desk, mara):
    mara.zone = "Etc/UTC"
    db.session.commit()
    assert "Choose a country to see its bank holidays." in desk.open(PAGE).text
