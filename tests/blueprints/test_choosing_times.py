"""Which times a client is shown, on whose clock, and what becomes of the form when somebody was faster."""

import html
import re

import pytest
import time_machine
from sqlalchemy import func, select

from app.booking.booking import Booking
from app.database import db
from app.scheduling.time_off import TimeOff
from app.wording import day
from tests import world
from tests.browser import Page
from tests.visitor import Visitor

GOOD = {"name": "Ines Keller", "email": "ines@example.net", "phone": "", "words": "Afternoons are best."}
ZONE_FIELD = re.compile(r'(<browser-zone[^>]*>)?<input type="hidden" name="zone" value="([^"]+)">')


@pytest.fixture
def client(visitor, mara) -> Visitor:
    return visitor()


def form(client: Visitor, zone: str = "") -> Page:
    return client.open(f"/t/mara-lindt/request?start={world.in_days(3):%Y-%m-%dT%H:%MZ}{zone}")


def somebody_was_faster(client: Visitor, mara) -> Page:
    page = form(client)
    world.JONAS.asks(mara, world.in_days(3))
    page = client.press(page, "Request session", **GOOD)
    assert page.status == 409
    return page


def bookings() -> int:
    return db.session.scalar(select(func.count()).select_from(Booking)) or 0


# On whose clock


def test_a_time_that_occurs_twice_shows_its_offset(client, mara):
    with time_machine.travel(world.at("2027-03-25T09:00"), tick=False):
        week = client.open("/t/mara-lindt?zone=Pacific/Auckland&from=2027-04-04").text
    labels = re.findall(r'class="slot"[^>]*>(02:30[^<]*)<', week)
    assert labels[:2] == ["02:30 (UTC+13)", "02:30 (UTC+12)"]
    assert set(labels[2:]) <= {"02:30"}


def test_the_therapists_zone_is_only_a_guess_until_it_is_chosen(client):
    guessed, zone = ZONE_FIELD.search(form(client).text).groups()
    assert (bool(guessed), zone) == (True, "Europe/London")


@pytest.mark.parametrize("zone", ["Europe/London", "Europe/Berlin"])
def test_a_zone_that_was_chosen_is_kept(client, zone):
    week = client.open(f"/t/mara-lindt?zone={zone}").text
    links = [html.unescape(link) for link in re.findall(r'class="(?:slot|button)" href="([^"]+)"', week)]
    assert links
    assert all(f"zone={zone}" in link.replace("%2F", "/") for link in links)
    guessed, kept = ZONE_FIELD.search(client.open(next(link for link in links if "/request" in link)).text).groups()
    assert (guessed, kept) == (None, zone)


def test_a_zone_that_nobody_chose_is_in_no_link(client):
    for address in ("/t/mara-lindt", "/t/mara-lindt?zone=Mars/Olympus"):
        page, _, _languages = client.open(address).text.partition("<footer")  # this very address in other languages
        assert "zone=" not in page


# When somebody was faster


def test_no_other_time_is_chosen_beforehand(client, mara):
    page = somebody_was_faster(client, mara)
    assert " checked" not in page.text
    again = client.press(page, "Request session")  # in haste, a second time
    assert (again.status, bookings()) == (422, 1)
    assert re.search(r'id="not-chosen" [^>]+>Choose a time first\.<', again.text)
    assert 'aria-required="true" aria-invalid="true" aria-describedby="not-chosen"' in again.text  # of the times
    assert f"Still free on {day(world.in_days(3), 'Europe/London')}" in again.text
    assert GOOD["words"] in html.unescape(again.text)
    chosen = f"{world.in_days(3, '12:00'):%Y-%m-%dT%H:%M}Z"
    assert "/s/" in client.press(again, "Request session", start=chosen).url


def test_a_day_without_any_other_time_leads_to_the_next_one_with_what_was_typed(client, mara):
    page = form(client)
    world.JONAS.asks(mara, world.in_days(3))
    off = {"starts_at": world.in_days(3, "00:00"), "ends_at": world.in_days(4, "12:00")}
    db.session.add(TimeOff(therapist_id=mara.id, why="", **off))
    db.session.commit()
    page = client.press(page, "Request session", **GOOD)
    assert page.status == 409
    assert f"Still free on {day(world.in_days(4), 'Europe/London')}" in page.text
    chosen = f"{world.in_days(4, '12:00'):%Y-%m-%dT%H:%M}Z"
    assert "/s/" in client.press(page, "Request session", start=chosen).url


def test_a_week_without_any_time_says_so_and_keeps_what_was_typed(client, mara):
    page = form(client)
    mara.minimum_notice_minutes = 30 * 24 * 60
    db.session.commit()
    page = client.press(page, "Request session", **GOOD)
    assert page.status == 409
    assert "No other time is free on that day or in the week after it." in page.text
    assert GOOD["words"] in html.unescape(page.text)
    again = client.press(page, "Request session")
    assert again.status == 422
    assert "Choose a time first." in again.text
