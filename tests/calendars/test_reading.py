"""Reading a calendar outside: what stands there closes time here, and only that."""

from datetime import timedelta

from app import clock
from tests import world
from tests.calendars.connected import busy_spans

HOUR = timedelta(hours=1)


def hour(days: int, at: str = "10:00"):
    starts = world.in_days(days, at)
    return starts, starts + HOUR


def test_the_first_time_all_is_read(connection, maras, mara, sync):
    maras.primary.add("Dentist", *hour(2))
    maras.primary.add("Years ago", clock.now() - timedelta(days=400), clock.now() - timedelta(days=399))
    maras.primary.add("In years", clock.now() + timedelta(days=900), clock.now() + timedelta(days=901))
    sync()
    assert busy_spans(mara) == [hour(2)]
