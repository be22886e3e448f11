"""Bank holidays are closed with a tap and opened with another."""

import pytest
from sqlalchemy import select

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
    assert "One session lies outside your times now" in page.text
    assert "Ines Keller" in page.text


def test_where_no_country_is_known_it_is_asked_for(desk, mara):
    mara.zone = "Etc/UTC"
    db.session.commit()
    assert "Choose a country to see its bank holidays." in desk.open(PAGE).text
