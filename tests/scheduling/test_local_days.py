"""Whole days of a zone, however long its clocks make them."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.scheduling.local_days import day_span, is_midnight
from app.scheduling.local_time import SkippedTime
from tests.world import at

LONDON, SANTIAGO, LORD_HOWE = ZoneInfo("Europe/London"), ZoneInfo("America/Santiago"), ZoneInfo("Australia/Lord_Howe")


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 11, 24), LONDON, 24),
        (date(2027, 3, 28), LONDON, 23),
        (date(2026, 10, 25), LONDON, 25),
        (date(2026, 10, 4), LORD_HOWE, 23.5),
        (date(2026, 9, 6), SANTIAGO, 23),
    ],
)
def test_a_day_lasts_from_its_first_moment_to_the_next_days(day, zone, hours):
    starts, ends = day_span(day, zone)
    assert ends - starts == timedelta(hours=hours)
    assert day_span(day + timedelta(days=1), zone)[0] == ends


def test_where_midnight_is_skipped_the_day_begins_after_it():
    starts, _ = day_span(date(2026, 9, 6), SANTIAGO)
    assert starts == at("2026-09-06T04:00")
    assert is_midnight(starts, SANTIAGO)
    assert not is_midnight(starts + timedelta(minutes=1), SANTIAGO)


def test_a_day_that_a_zone_left_out_is_told():
    with pytest.raises(SkippedTime, match="30 Dec 2011 does not exist in Pacific/Apia"):
        day_span(date(2011, 12, 30), ZoneInfo("Pacific/Apia"))
