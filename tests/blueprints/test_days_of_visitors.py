"""What day it is, and on whose clock: for visitors and therapists far from UTC, on New Year's Eve too."""

import html
import re

import pytest
import time_machine

from app.database import db
from app.jobs.sweeps import run
from app.practice.therapist import Therapist
from app.scheduling import directory
from app.scheduling.time_off import TimeOff
from tests import world
from tests.browser import Page

NOON_OF_NEW_YEARS_EVE = world.at("2026-12-31T12:00")  # 1 Jan 2027, 01:00 in Auckland; 31 Dec, 02:00 in Honolulu
NIGHT_OF_NEW_YEAR = world.at("2027-01-01T05:00")  # 31 Dec 2026, 19:00 in Honolulu


@pytest.fixture(autouse=True)
def _zones_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "KEEP_SECONDS", 0)


def therapist(zone: str) -> Therapist:
    made = world.add_therapist("Mara Lindt", zone=zone)
    run("refresh_openings")
    return made


def first_date(page: Page) -> str:
    return re.search(r'type="date"[^>]* min="([^"]+)"', page.text)[1]


def title(page: Page) -> str:
    return html.unescape(re.search(r"<h3 data-announce>([^<]+)<", page.text)[1])


@pytest.mark.parametrize(
    ("zone", "now", "today"),
    [
        ("Pacific/Auckland", NOON_OF_NEW_YEARS_EVE, "2027-01-01"),
        ("Europe/London", NOON_OF_NEW_YEARS_EVE, "2026-12-31"),
        ("Pacific/Honolulu", NIGHT_OF_NEW_YEAR, "2026-12-31"),
    ],
)
def test_the_first_date_of_the_directory_is_the_therapists_day(app, visitor, zone, now, today):
    therapist(zone)
    with time_machine.travel(now, tick=False):
        assert first_date(visitor().open("/")) == today


def test_the_first_date_is_the_earliest_that_it_is_for_anybody(app, visitor):
    therapist("Pacific/Auckland")
    world.add_therapist("Otto Brandt", zone="Pacific/Honolulu")
    with time_machine.travel(NIGHT_OF_NEW_YEAR, tick=False):
        assert first_date(visitor().open("/")) == "2026-12-31"


@pytest.mark.parametrize(
    ("zone", "day", "told"),
    [
        ("Pacific/Auckland", "2027-01-02", "Free on Sat 2 Jan"),
        ("Europe/London", "2027-01-02", "Free on Sat 2 Jan 2027"),
        ("Europe/London", "2026-12-31", "Free on Thu 31 Dec"),
    ],
)
def test_a_date_shows_its_year_where_it_is_another_than_the_therapists(app, visitor, zone, day, told):
    therapist(zone)
    with time_machine.travel(NOON_OF_NEW_YEARS_EVE, tick=False):
        assert f"{told} <" in visitor().open(f"/?on={day}").text


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Pacific/Auckland", "Fri 1 Jan to Thu 7 Jan"),
        ("Europe/London", "Thu 31 Dec to Wed 6 Jan 2027"),
        ("Pacific/Honolulu", "Thu 31 Dec to Wed 6 Jan 2027"),
    ],
)
def test_a_therapists_page_begins_with_the_visitors_day(app, visitor, zone, told):
    therapist("Europe/London")
    with time_machine.travel(NOON_OF_NEW_YEARS_EVE, tick=False):
        assert title(visitor().open(f"/t/mara-lindt?zone={zone}")) == told


def test_a_week_from_a_moment_begins_with_the_day_that_it_is_there(app, visitor):
    """The same first time is shown on the visitor's clock, on which it may be the day before or after."""
    therapist("Europe/London")
    with time_machine.travel(NOON_OF_NEW_YEARS_EVE, tick=False):
        page = visitor().open("/t/mara-lindt?zone=Pacific/Honolulu&from=2027-01-04T08:00%2B00:00")
    assert title(page).startswith("Sun 3 Jan")
    assert 'data-start="2027-01-03T22:00:00-10:00"' in page.text


@pytest.mark.parametrize(("zone", "today"), [("Pacific/Auckland", "1 January"), ("Pacific/Honolulu", "31 December")])
def test_the_desk_follows_the_therapists_day(app, visitor, zone, today):
    therapist(zone)
    with time_machine.travel(NOON_OF_NEW_YEARS_EVE, tick=False):
        desk = visitor("mara@example.com")
        assert f"{today} · today" in desk.open("/calendar?view=list").text


# Earlier


def links(page: Page) -> dict[str, str]:
    found = re.findall(r'<a class="button" href="([^"]+)"[^>]*>([^<]+)</a>', page.text.replace("\n", " "))
    return {words: html.unescape(address) for address, words in found}


@pytest.fixture
def busy_start(mara):
    """Nothing is free before the tenth day from today."""
    off = {"starts_at": world.in_days(0, "00:00"), "ends_at": world.in_days(10, "00:00")}
    db.session.add(TimeOff(therapist_id=mara.id, why="", **off))
    db.session.commit()


def week(visitor, days: int) -> Page:
    return visitor().open(f"/t/mara-lindt?from={world.in_days(days):%Y-%m-%d}")


def test_earlier_goes_where_nothing_earlier_is_free(mara, busy_start, visitor):
    for days in (3, 10):
        assert "Earlier" not in links(week(visitor, days))
    assert "Earlier" in links(week(visitor, 11))


def test_earlier_leads_past_weeks_without_free_time(mara, busy_start, visitor):
    shut = {"starts_at": world.in_days(11, "00:00"), "ends_at": world.in_days(25, "00:00")}
    db.session.add(TimeOff(therapist_id=mara.id, why="", **shut))
    db.session.commit()
    page = week(visitor, 25)
    page = visitor().open(links(page)["Earlier"])
    assert f'data-start="{world.in_days(10):%Y-%m-%d}T' in page.text


# On whose clock


def place(mara, kind: str):
    return next(location for location in mara.locations if location.kind == kind)


def test_a_room_is_shown_on_its_own_clock(mara, visitor):
    place(mara, "in_person").zone = "Europe/Berlin"
    db.session.commit()
    page = visitor().open(f"/t/mara-lindt?location={place(mara, 'in_person').id}")
    assert "Times are in Berlin time." in page.text
    assert "data-by-itself" not in page.text


@pytest.mark.parametrize("kind", ["video", "phone"])
def test_by_video_and_phone_the_visitors_own_clock_comes_first(mara, visitor, kind):
    """By a script; without scripts it is the therapist's, with the way to change it."""
    address = f"/t/mara-lindt?location={place(mara, kind).id}"
    page = visitor().open(address)
    assert "Times are in London time." in page.text
    assert "<browser-zone data-by-itself" in page.text
    assert "Another time zone" in page.text
    chosen = visitor().open(f"{address}&zone=Asia/Tokyo")
    assert "Times are in Tokyo time." in chosen.text
    assert "data-by-itself" not in chosen.text


def test_from_video_to_a_room_the_clock_is_the_rooms(mara, visitor):
    page = visitor().open(f"/t/mara-lindt?location={place(mara, 'video').id}&zone=Asia/Tokyo")
    assert "zone=" not in links(page)["Room 1"]
    assert "zone=Asia%2FTokyo" in links(page)["Phone call"]
