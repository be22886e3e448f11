"""Which bank holidays a therapist is shown, by where their clocks hang."""

from datetime import date

import pytest

from app.scheduling.bank_holidays import Region, bank_holidays, countries, parts

YEAR = date(2027, 1, 1), date(2027, 12, 31)


@pytest.mark.parametrize(
    ("zone", "region"),
    [
        ("Europe/London", Region("GB", "ENG")),
        ("Europe/Berlin", Region("DE")),
        ("Australia/Sydney", Region("AU", "NSW")),
        ("Asia/Calcutta", Region("IN")),
        ("Europe/Kiev", Region("UA")),
        ("Etc/UTC", None),
        ("Nowhere/Atlantis", None),
    ],
)
def test_a_zone_lies_in_a_country(zone, region):
    assert Region.of_zone(zone) == region


def test_england_keeps_other_days_than_scotland():
    england, scotland = (dict(bank_holidays(Region("GB", part), *YEAR)) for part in ("ENG", "SCT"))
    assert england[date(2027, 3, 29)] == "Easter Monday"
    assert date(2027, 3, 29) not in scotland
    assert scotland[date(2027, 11, 30)] == "Saint Andrew's Day"


def test_the_days_are_those_asked_for_in_order():
    days = [day for day, _ in bank_holidays(Region("GB", "ENG"), date(2026, 12, 26), date(2027, 1, 1))]
    assert days[0] == date(2026, 12, 26)
    assert days[-1] == date(2027, 1, 1)
    assert days == sorted(days)


def test_a_region_that_is_none_is_the_whole_country():
    assert Region.chosen("DE", "ENG") == Region("DE")
    assert Region.chosen("XX", None) is None
    assert Region.chosen(None, None) is None


def test_countries_and_regions_are_told_by_name():
    assert countries()["GB"] == "United Kingdom"
    assert parts("GB") == {"ENG": "England", "NIR": "Northern Ireland", "SCT": "Scotland", "WLS": "Wales"}
    assert parts("DE")["BE"] == "Berlin"
