"""Recurrence rules: their dates are those of dateutil where dateutil counts right, and no text makes them endless."""

import time
import tracemalloc
from datetime import datetime, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.calendars.ics import apart as ics_apart
from app.calendars.ics import bounds as ics_bounds
from app.calendars.ics.bounds import MOST_STEPS, Budget, TooDense, TooMuch
from app.calendars.ics.busy import busy
from app.calendars.ics.rules import FREQUENCIES, WEEKDAYS, dates, rule_of
from app.calendars.ics.rules import KNOWN as RULE_PARTS
from tests.calendars.ics_files import LONDON, NOVEMBER, TEN, calendar, entry, key_of, times, utc

HALF_A_YEAR = timedelta(days=180)
STARTS = st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2030-12-31")).map(
    lambda one: one.replace(microsecond=0)
)


def found(text: str, start: datetime, since: datetime, until: datetime) -> list[datetime]:
    return list(dates(rule_of(text), start, since, until, Budget(5.0).steps()))


def some(least: int, most: int, *, negative: bool = False) -> st.SearchStrategy[str]:
    numbers = st.integers(least, most)
    if negative:
        numbers |= st.integers(-most, -least)
    return st.lists(numbers, min_size=1, max_size=3, unique=True).map(lambda one: ",".join(map(str, one)))


PLAIN_DAYS = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4, unique=True)
ORDINALS = st.tuples(st.integers(-5, 5).filter(bool), st.sampled_from(WEEKDAYS)).map(lambda one: f"{one[0]}{one[1]}")


DAY_PARTS = {
    "YEARLY": {
        "BYYEARDAY": some(1, 360, negative=True),
        "BYWEEKNO": some(1, 52, negative=True),
        "BYMONTHDAY": some(1, 28, negative=True),
        "BYDAY": PLAIN_DAYS.map(",".join) | st.lists(ORDINALS, min_size=1, max_size=3, unique=True).map(",".join),
    },
    "MONTHLY": {
        "BYMONTHDAY": some(1, 28, negative=True),
        "BYDAY": PLAIN_DAYS.map(",".join) | st.lists(ORDINALS, min_size=1, max_size=3, unique=True).map(",".join),
    },
    "WEEKLY": {"BYDAY": PLAIN_DAYS.map(",".join)},
    "DAILY": {"BYDAY": PLAIN_DAYS.map(",".join), "BYMONTHDAY": some(1, 28, negative=True)},
    "HOURLY": {"BYDAY": PLAIN_DAYS.map(",".join), "BYHOUR": some(0, 23)},
}
OTHER_PARTS = {
    "BYMONTH": some(1, 12),
    "BYMINUTE": some(0, 59),
    "BYSECOND": some(0, 59),
    "COUNT": st.integers(1, 30).map(str),
    "BYSETPOS": st.sampled_from(["1", "-1", "1,-1"]),
}


@st.composite
def right_rules(draw: st.DrawFn) -> str:
    """Rules that dateutil counts right and to an end: no ordinals beside plain weekdays, no positions within weeks, and
    nothing that never comes."""
    freq = draw(st.sampled_from(sorted(DAY_PARTS)))
    interval = 1 if freq == "HOURLY" else draw(st.integers(1, 4))
    parts = {"FREQ": freq, "INTERVAL": str(interval), "WKST": draw(st.sampled_from(WEEKDAYS))}
    for name in draw(st.lists(st.sampled_from(sorted(DAY_PARTS[freq])), max_size=1)):
        parts[name] = draw(DAY_PARTS[freq][name])
    for name in draw(st.lists(st.sampled_from(sorted(OTHER_PARTS)), max_size=2, unique=True)):
        parts[name] = draw(OTHER_PARTS[name])
    assume("BYMONTH" not in parts or not {"BYYEARDAY", "BYWEEKNO"} & set(parts))
    assume("BYSETPOS" not in parts or (freq != "WEEKLY" and len([one for one in parts if one.startswith("BY")]) > 1))
    return ";".join(f"{name}={value}" for name, value in parts.items())


@given(right_rules(), STARTS, st.integers(-400, 900))
@settings(max_examples=100)
@example("FREQ=YEARLY;BYWEEKNO=1,53,-1;BYDAY=MO", datetime.fromisoformat("2024-12-30T10:00"), 0)
def test_the_dates_are_those_of_the_library_where_it_counts_right(text, start, later):
    since = start + timedelta(days=later)
    until = since + HALF_A_YEAR
    theirs = rrulestr(text, dtstart=start).between(since, until, inc=True)
    assert found(text, start, since, until) == theirs


NUMBERS = st.one_of(st.integers(-3, 70), st.sampled_from([0, -1, 366, 10**6, 999999999, 10**12, -(10**9), 10**40])).map(
    str
)
WORDS = st.sampled_from(
    ["", "MO", "1WE,TH", "-53SU", "0MO", "XX", "20261208", "20261208T100000Z", "99991231T235959Z", "="]
)
PARTS = st.sampled_from(sorted({*RULE_PARTS, "RSCALE"}))
VALUES = st.one_of(NUMBERS, WORDS, st.lists(NUMBERS, max_size=60).map(",".join))
ANY_RULE = st.tuples(st.sampled_from([*FREQUENCIES, "", "NEVER"]), st.lists(st.tuples(PARTS, VALUES), max_size=6)).map(
    lambda one: ";".join([f"FREQ={one[0]}", *(f"{name}={value}" for name, value in one[1])])
)
BEGINNINGS = st.sampled_from(
    [
        "DTSTART:20261124T100000Z",
        "DTSTART;VALUE=DATE:20261124",
        "DTSTART;TZID=Europe/London:20261124T013000",
        "DTSTART:00010101T000000Z",
        "DTSTART:99991231T235959Z",
        "DTSTART:16010101T000000",
    ]
)


EVERY_TIME = ";".join(
    f"{name}={','.join(map(str, range(most)))}" for name, most in (("BYHOUR", 24), ("BYMINUTE", 60), ("BYSECOND", 60))
)
ALL_SECONDS = f"BYDAY={','.join(WEEKDAYS)};{EVERY_TIME}"


@given(st.lists(ANY_RULE, min_size=1, max_size=3), BEGINNINGS, st.sampled_from(["RRULE", "EXRULE"]))
@settings(max_examples=100)
@example(["FREQ=MONTHLY;INTERVAL=0"], "DTSTART:20261124T100000Z", "RRULE")
@example(["FREQ=SECONDLY;INTERVAL=1;BYMONTH=2;BYMONTHDAY=30"], "DTSTART:00010101T000000Z", "RRULE")
@example(["FREQ=SECONDLY;COUNT=999999999"], "DTSTART:20261124T100000Z", "RRULE")
@example(["FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2;COUNT=5"], "DTSTART:00010101T000000Z", "RRULE")
@example(["FREQ=DAILY;BYSETPOS=-1;BYHOUR=1,2;UNTIL=99991231T235959Z"], "DTSTART:99991231T235959Z", "RRULE")
@example([f"FREQ=YEARLY;{ALL_SECONDS};BYSETPOS=-1"], "DTSTART:20261124T100000Z", "RRULE")
@pytest.mark.timeout(300)
def test_no_rule_takes_long_whatever_it_says(rules, start, name):
    length = ["DURATION:P1D"] if "DATE" in start else []
    data = calendar(*entry(*length, *(f"{name}:{rule}" for rule in rules), start=start))
    began = time.thread_time()
    busy(data, NOVEMBER, LONDON)
    assert time.thread_time() - began < 3.0


@given(ANY_RULE, st.sampled_from(["STANDARD", "DAYLIGHT"]))
@settings(max_examples=40)
@example("FREQ=YEARLY;INTERVAL=0", "STANDARD")
@example("FREQ=SECONDLY", "STANDARD")
def test_no_rule_of_a_zone_takes_long_whatever_it_says(rule, kind):
    zone = (
        "BEGIN:VTIMEZONE",
        "TZID:Odd",
        f"BEGIN:{kind}",
        "DTSTART:19700101T000000",
        f"RRULE:{rule}",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        f"END:{kind}",
        "END:VTIMEZONE",
    )
    began = time.thread_time()
    read = busy(calendar(*zone, *entry(start="DTSTART;TZID=Odd:20261124T100000")), NOVEMBER, LONDON)
    assert time.thread_time() - began < 3.0
    assert len(read.spans) == 1


@pytest.mark.parametrize("freq", ["YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "MONTHLY;BYDAY=MO,TU", "WEEKLY", "DAILY"])
@pytest.mark.parametrize("position", ["", ";BYSETPOS=-1"])
def test_no_rule_fills_the_memory(freq, position):
    data = calendar(*entry(f"RRULE:FREQ={freq};{EVERY_TIME}{position}"))
    tracemalloc.start()
    try:
        assert busy(data, NOVEMBER, LONDON).unread
        assert tracemalloc.get_traced_memory()[1] < 60_000_000  # bytes
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["RDATE", "EXDATE"])
def test_a_line_is_taken_apart_once_however_many_values_it_has(name):
    params = "".join(f";A{number}=" for number in range(2000))
    values = ",".join(f"202611{1 + number % 28:02}T100000Z" for number in range(2000))
    data = calendar(*entry("RRULE:FREQ=DAILY", f"{name}{params}:{values}"))
    began = time.thread_time()
    busy(data, NOVEMBER, LONDON)
    assert time.thread_time() - began < 3.0


@pytest.mark.parametrize("freq", FREQUENCIES)
@pytest.mark.parametrize("positions", ["", ";BYSETPOS=-1", ";BYSETPOS=1,-366"])
@pytest.mark.parametrize("name", ["RRULE", "EXRULE"])
def test_no_rule_takes_much_memory_whatever_it_says(freq, positions, name):
    data = calendar(*entry(f"{name}:FREQ={freq};{ALL_SECONDS}{positions}"))
    tracemalloc.start()
    try:
        busy(data, NOVEMBER, LONDON, seconds=60.0)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50_000_000


def test_the_times_that_a_position_is_counted_among_are_steps():
    start = datetime.fromisoformat("2026-11-24T10:00")
    rule = rule_of(f"FREQ=MONTHLY;{ALL_SECONDS};BYSETPOS=-1")
    with pytest.raises(TooDense):
        next(dates(rule, start, start, start + HALF_A_YEAR, Budget(60.0).steps()))


def test_steps_are_counted_while_they_are_taken():
    start = datetime.fromisoformat("2026-11-24T10:00")
    taken = dates(rule_of("FREQ=SECONDLY;COUNT=999999999"), start, start, start + 99 * HALF_A_YEAR, Budget(9.0).steps())
    with pytest.raises(TooDense):
        len(list(islice(taken, MOST_STEPS + 1)))


def test_a_calendar_of_rules_without_end_is_worked_out_apart_and_ended(monkeypatch):
    endless = "RRULE:FREQ=SECONDLY;COUNT=999999;BYMONTH=2;BYMONTHDAY=30"
    data = calendar(
        *(line for uid in range(60) for line in entry(endless, uid=str(uid), start="DTSTART:20200101T000000Z"))
    )
    assert len(data) < ics_apart.LARGE
    monkeypatch.setattr(ics_apart, "SECONDS", 1.0)
    began, here = time.monotonic(), time.thread_time()
    with pytest.raises(TooMuch, match=ics_bounds.TOO_LONG):
        ics_apart.worked_out(data, NOVEMBER, LONDON, [])
    assert time.thread_time() - here < 2 * ics_bounds.HARMLESS_SECONDS
    assert time.monotonic() - began < 20


def test_a_calendar_that_never_ended_is_read_at_once_and_told():
    """160 bytes for which a worker computed for ever."""
    read = busy(calendar(*entry("RRULE:FREQ=MONTHLY;INTERVAL=0")), NOVEMBER, LONDON)
    assert times(read) == TEN
    assert read.unread == {key_of("dentist@example.com")}


def test_a_rule_that_began_in_the_first_year_takes_no_steps_for_the_years_before_the_window():
    count = 0

    def spend() -> None:
        nonlocal count
        count += 1

    start, since = utc("0001-01-01T00:00").replace(tzinfo=None), NOVEMBER[0].replace(tzinfo=None)
    for freq in ("YEARLY;BYDAY=1MO", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"):
        count = 0
        assert list(dates(rule_of(f"FREQ={freq}"), start, since, since + HALF_A_YEAR, spend))
        assert count < 20_000
