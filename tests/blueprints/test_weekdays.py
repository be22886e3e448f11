"""A typed date has its weekday beside it, before scripts and without them."""

import re

import pytest

from tests import world

DAY = "2026-11-24"


def weekdays(page) -> dict[str, str]:
    """What stands beside each field for a date, by the field's id."""
    return dict(re.findall(r'<output class="field__weekday" for="([\w-]+)">(.*?)</output>', page.text))


@pytest.fixture
def desk(mara, request_of_ines, visitor):
    return visitor("mara@example.com")


def test_every_field_for_a_date_has_a_place_for_its_weekday(desk, request_of_ines):
    for address in (
        f"/sessions/{request_of_ines.id}/rearrangement?reason=asked",
        f"/calendar/time?start={DAY}T10:00",
        "/times-off",
        "/working-times/extra",
        "/sick-days/new",
        "/",
    ):
        page = desk.open(address)
        assert set(re.findall(r'id="([\w-]+)" name="[\w-]+" type="date"', page.text)) == set(weekdays(page)), address
        assert "/weekday-" in page.text, address


def test_the_date_of_a_session_shows_its_weekday(desk, request_of_ines):
    page = desk.open(f"/sessions/{request_of_ines.id}/rearrangement?reason=asked")
    assert weekdays(page) == {"date": f"{request_of_ines.starts_at:%A}"}


@pytest.mark.parametrize(
    ("address", "button"),
    [
        ("/times-off", "Take time off"),
        ("/working-times/extra", "Add extra time"),
        ("/sick-days/new", "See what will be sent"),
    ],
)
def test_a_form_that_comes_back_shows_the_weekday_of_what_was_typed(desk, address, button):
    page = desk.press(desk.open(address), button, from_date="2020-02-04", to_date="no date")
    assert page.status == 422
    assert weekdays(page) == {"from_date": "Tuesday", "to_date": ""}


def test_an_alternative_shows_its_weekday(desk, request_of_ines):
    page = desk.open(f"/sessions/{request_of_ines.id}/rearrangement?reason=own&date={DAY}&time=10:00")
    assert weekdays(page) == {"alternatives-1-date": "Tuesday"}


def test_clients_read_the_weekday_in_their_language(mara, http):
    german = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
    day = world.in_days(3).date()
    page = http.get(f"/?on={day}", headers={"Accept-Language": "de"}).text
    assert f">{german[day.weekday()]}</output>" in page
