"""How moments, zones and states read."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from flask import Flask, render_template_string

from app import clock, language, wording

TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)
LATER = TUESDAY + timedelta(minutes=50)


def test_a_day_begins_with_its_weekday():
    assert wording.day(TUESDAY, "Europe/London") == "Tue 24 Nov 2026"
    assert wording.short_day(TUESDAY, "Europe/London") == "Tue 24 Nov"


def test_moments_may_come_as_text():
    assert wording.day_time("2026-11-24T10:00:00+00:00", "Europe/Berlin") == "Tue 24 Nov 2026, 11:00"


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="naive"):
        wording.day("2026-11-24T10:00:00", "Europe/London")


def test_a_span_names_its_day_once():
    assert wording.span(TUESDAY, LATER, "Europe/London") == "Tue 24 Nov 2026, 10:00–10:50"


def test_a_time_that_occurs_twice_shows_its_offset():
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert wording.clock_time(first, "Europe/London") == "01:30 (UTC+1)"
    assert wording.clock_time(first + timedelta(hours=1), "Europe/London") == "01:30 (UTC+0)"
    assert wording.clock_time(first + timedelta(hours=2), "Europe/London") == "02:30"
    twice_in_adelaide = datetime(2026, 4, 4, 16, 0, tzinfo=UTC)
    assert wording.clock_time(twice_in_adelaide, "Australia/Adelaide") == "02:30 (UTC+10:30)"


def test_two_zones_are_both_told():
    told = wording.both_zones(TUESDAY, LATER, "Europe/London", "Europe/Berlin")
    assert told == "Tue 24 Nov 2026, 10:00–10:50 London · 11:00–11:50 Berlin"


def test_the_second_day_is_told_when_it_is_another():
    evening = TUESDAY.replace(hour=18)
    told = wording.both_zones(evening, evening + timedelta(minutes=50), "Europe/London", "Asia/Tokyo")
    assert told == "Tue 24 Nov 2026, 18:00–18:50 London · Wed 25 Nov, 03:00–03:50 Tokyo"


def test_clocks_that_agree_are_told_once_with_both_names():
    told = wording.both_zones(TUESDAY, LATER, "Europe/London", "Europe/Lisbon")
    assert told == "Tue 24 Nov 2026, 10:00–10:50 London and Lisbon"


def test_one_zone_is_still_named():
    told = wording.both_zones(TUESDAY, LATER, "Europe/London", "Europe/London")
    assert told == "Tue 24 Nov 2026, 10:00–10:50 London"


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Europe/London", "London"),
        ("America/New_York", "New York"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("Europe/Kiev", "Kyiv"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_goes_by_its_city(zone, name):
    assert wording.zone_name(zone) == name


@pytest.mark.parametrize(
    ("minutes", "told"), [(0, "just now"), (5, "5 m ago"), (125, "2 h ago"), (3 * 24 * 60 + 5, "3 d ago")]
)
def test_how_long_ago(minutes, told):
    with time_machine.travel(TUESDAY, tick=False):
        assert wording.ago(clock.now() - timedelta(minutes=minutes)) == told


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (timedelta(hours=21, minutes=12), "21 h 12 m left"),
        (timedelta(minutes=12), "12 m left"),
        (timedelta(seconds=30), "less than a minute left"),
        (timedelta(0), "time is up"),
        (timedelta(hours=71), "2 d 23 h left"),
    ],
)
def test_how_much_time_is_left(left, told):
    with time_machine.travel(TUESDAY, tick=False):
        assert wording.time_left(clock.now() + left) == told


STATES = [
    ("requested", None, "To answer", "Waiting for an answer"),
    ("awaiting_client", None, "Awaiting client", "Waiting for your answer"),
    ("confirmed", None, "Confirmed", "Confirmed"),
    ("cancelled", "declined", "Declined", "Declined"),
    ("cancelled", "offer expired", "Expired", "Expired"),
    ("cancelled", "not proven", "Expired", "Expired"),
    ("attended", None, "Attended", "Over"),
    ("no_show", None, "No-show", "Over"),
]


def booking(status: str, because: str | None = None, expired: bool = False, over: bool = False) -> SimpleNamespace:
    facts = {"status": status, "cancelled_because": because, "has_expired_offer": expired, "is_over": over}
    return SimpleNamespace(**facts, prove_by=None, is_overdue_unproven=False, has_lapsed=False, stands_by_silence=False)


@pytest.mark.parametrize(("status", "because", "desk", "client"), STATES)
def test_a_state_in_a_word(status, because, desk, client):
    told = booking(status, because)
    assert (wording.status_word(told), wording.client_status_word(told)) == (desk, client)


def test_a_request_whose_address_is_to_be_proven_waits_for_the_client():
    told = booking("requested")
    told.prove_by = TUESDAY
    assert (wording.status_word(told), wording.client_status_word(told)) == (
        "Not confirmed yet",
        "Waiting for your answer",
    )
    told.is_overdue_unproven = True
    assert (wording.status_word(told), wording.client_status_word(told)) == ("Expired", "Expired")


def test_an_offer_past_its_deadline_has_expired_for_both():
    told = booking("awaiting_client", expired=True)
    assert (wording.status_word(told), wording.client_status_word(told)) == ("Expired", "Expired")


def test_a_session_that_is_over_is_over_for_the_client():
    told = booking("confirmed", over=True)
    assert (wording.status_word(told), wording.client_status_word(told)) == ("Confirmed", "Over")


@pytest.mark.parametrize(
    ("spoken", "name", "kind", "told"),
    [
        ("en", "Room 2", "in_person", "Room 2 · in person"),
        ("en", "Video call", "video", "Video call"),
        ("en", "Telephone", "phone", "Telephone"),
        ("en", "Jitsi", "video", "Jitsi · by video"),
        ("en", "Phone", "video", "Phone · by video"),
        ("de", "Praxis am Ort", "in_person", "Praxis am Ort · vor Ort"),
        ("de", "Video call", "video", "Videogespräch"),
        ("de", "Phone call", "phone", "Telefongespräch"),
        ("fr", "Phone call", "phone", "Entretien par téléphone"),
        ("fr", "Visio sécurisée", "video", "Visio sécurisée"),
        ("es", "Video", "video", "Video"),
        ("es", "Video call", "video", "Videollamada"),
    ],
)
def test_how_it_happens_is_said_once(spoken, name, kind, told):
    app = Flask("wording")
    language.init_app(app)
    with app.test_request_context(), language.speaking(spoken):
        assert wording.place(name, kind) == told


def test_templates_know_the_wording():
    app = Flask("wording")
    language.init_app(app)
    wording.register(app)
    with app.app_context():
        shown = render_template_string("{{ moment|day('Europe/London') }}", moment=TUESDAY)
    assert shown == "Tue 24 Nov 2026"


@pytest.mark.parametrize(
    ("spoken", "cents", "currency", "told"),
    [
        ("en", 7500, "GBP", "£75"),
        ("en", 7250, "GBP", "£72.50"),
        ("en", 120000, "EUR", "€1,200"),
        ("en", 9000, "JPY", "JP¥9,000"),
        ("de", 7500, "EUR", "75 €"),
        ("de", 8250, "CHF", "82,50 CHF"),
        ("fr", 8250, "EUR", "82,50 €"),
        ("es", 6000, "EUR", "60 €"),
    ],
)
def test_an_amount_is_written_as_the_language_writes_it(spoken, cents, currency, told):
    app = Flask("wording")
    language.init_app(app)
    with app.test_request_context(), language.speaking(spoken):
        assert wording.money({"cents": cents, "currency": currency}).replace("\N{NO-BREAK SPACE}", " ") == told
