"""An ICS file as busy times."""

import os
import time
import tracemalloc
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendars.ics import bounds as ics_bounds
from app.calendars.ics.bounds import TooMuch
from app.calendars.ics.busy import MISSING, busy
from app.calendars.ics.parsing import INCOMPLETE, NO_CALENDAR, NotACalendar
from app.calendars.writing.recognising import Own
from tests.calendars.ics_files import LONDON, NOVEMBER, TEN, calendar, entry, key_of, own_zone, read, spans, times, utc

SAMPLES = sorted(Path(icalendar.__file__).parent.rglob("*.ics"))


AGES = (utc("1990-01-01T00:00"), utc("2035-01-01T00:00"))
MARAS = Own(7, b"key", frozenset({"0f3a"}), {"4f1c": None})

BLOCKING = {
    "plain": (),
    "opaque": ("TRANSP:OPAQUE",),
    "tentative": ("STATUS:TENTATIVE",),
    "confirmed": ("STATUS:CONFIRMED",),
    "busy by Microsoft": ("X-MICROSOFT-CDO-BUSYSTATUS:BUSY",),
    "tentative by Microsoft": ("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE",),
    "out of office": ("X-MICROSOFT-CDO-BUSYSTATUS:OOF",),
    "accepted": ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:mara@example.com",),
    "not answered": ("ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:mara@example.com",),
    "declined by somebody else": ("ATTENDEE;PARTSTAT=DECLINED:mailto:otto@example.com",),
    "private": ("CLASS:PRIVATE",),
}
FREE = {
    "transparent": ("TRANSP:TRANSPARENT",),
    "transparent, written small": ("TRANSP:transparent",),
    "cancelled": ("STATUS:CANCELLED",),
    "free by Microsoft": ("X-MICROSOFT-CDO-BUSYSTATUS:FREE",),
    "working elsewhere": ("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", "TRANSP:OPAQUE"),
    "declined": ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:o@x.y", "ATTENDEE;PARTSTAT=DECLINED:MAILTO:Mara@Example.com"),
    "of no length": ("DTEND:20261124T100000Z",),
}


@pytest.mark.parametrize("kind", BLOCKING)
def test_it_closes_its_time(kind):
    assert spans(*entry(*BLOCKING[kind]), mine=["mara@example.com"]) == TEN


@pytest.mark.parametrize("kind", FREE)
def test_it_closes_nothing(kind):
    assert spans(*entry(*FREE[kind]), mine=["mara@example.com"]) == []


def test_google_names_a_calendar_by_the_address_of_its_owner():
    declined = entry("ATTENDEE;PARTSTAT=DECLINED:mailto:mara@work.example")
    assert spans(*declined, head=("X-WR-CALNAME:mara@work.example",)) == []
    assert spans(*declined, head=("X-WR-CALNAME:Work",)) == TEN


def test_what_we_wrote_ourselves_closes_nothing_and_what_another_holdfast_wrote_does():
    wrote = (*entry(uid="0f3a@holdfast.invalid"), *entry(uid="0f3a-17@holdfast.invalid"))
    others = entry(uid="9999@holdfast.invalid", start="DTSTART:20261125T100000Z")
    found = busy(calendar(*wrote, *others), NOVEMBER, LONDON, is_own=MARAS.named)
    assert [f"{starts:%d}" for starts, _ in found.spans.values()] == ["25"]


def test_what_we_wrote_at_google_closes_nothing_when_it_is_read_by_its_address_there_unless_a_person_repeats_it():
    wrote = entry(uid="4f1c@google.com")
    others = entry(uid="4f1d@google.com", start="DTSTART:20261125T100000Z")
    found = busy(calendar(*wrote, *others), NOVEMBER, LONDON, is_own=MARAS.named)
    assert [f"{starts:%d}" for starts, _ in found.spans.values()] == ["25"]
    weekly = entry("RRULE:FREQ=WEEKLY;COUNT=2", uid="4f1c@google.com", start="DTSTART:20261103T100000Z")
    found = busy(calendar(*weekly), NOVEMBER, LONDON, is_own=MARAS.named)
    assert [f"{starts:%d}" for starts, _ in found.spans.values()] == ["03", "10"]


WEEKLY = entry("RRULE:FREQ=WEEKLY;UNTIL=20261126T100000Z", "EXDATE:20261117T100000Z", start="DTSTART:20261103T100000Z")


def test_a_series_ends_and_leaves_out_what_it_says():
    assert [starts for starts, _ in spans(*WEEKLY)] == ["11-03T10:00", "11-10T10:00", "11-24T10:00"]


def test_a_date_of_a_series_that_was_moved_cancelled_or_freed():
    moved = entry("RECURRENCE-ID:20261110T100000Z", start="DTSTART:20261112T150000Z")
    cancelled = entry("RECURRENCE-ID:20261124T100000Z", "STATUS:CANCELLED", start="DTSTART:20261124T100000Z")
    freed = entry("RECURRENCE-ID:20261103T100000Z", "TRANSP:TRANSPARENT", start="DTSTART:20261103T100000Z")
    assert spans(*WEEKLY, *moved, *cancelled, *freed) == [("11-12T15:00", "11-12T16:00")]


def test_a_date_of_a_series_that_stands_alone():
    assert spans(*entry("RECURRENCE-ID:20261110T100000Z", start="DTSTART:20261112T150000Z")) == [
        ("11-12T15:00", "11-12T16:00")
    ]


def test_a_date_moved_into_the_window_from_outside_and_one_moved_out():
    monthly = entry("RRULE:FREQ=MONTHLY", start="DTSTART:20261015T100000Z")
    into = entry("RECURRENCE-ID:20261215T100000Z", start="DTSTART:20261120T100000Z")
    out = entry("RECURRENCE-ID:20261115T100000Z", start="DTSTART:20270115T120000Z")
    assert spans(*monthly, *into, *out) == [("11-20T10:00", "11-20T11:00")]


def test_what_lasts_over_the_edge_of_the_window_is_in_it():
    trip = entry("DTEND:20270110T100000Z", start="DTSTART:20260901T100000Z")
    assert spans(*trip) == [("09-01T10:00", "01-10T10:00")]
    assert spans(*entry(start="DTSTART:20261201T000000Z"), *entry(uid="2", start="DTSTART:20261031T230000Z")) == []


def test_periods_of_free_and_busy():
    told = (
        "BEGIN:VFREEBUSY",
        "UID:fb",
        "FREEBUSY;FBTYPE=BUSY:20261124T100000Z/PT1H,20261125T100000Z/20261125T120000Z",
        "FREEBUSY:20261126T100000Z/PT30M",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261127T100000Z/PT1H",
        "FREEBUSY;FBTYPE=FREE:20261128T100000Z/PT1H",
        "END:VFREEBUSY",
    )
    assert [starts for starts, _ in spans(*told)] == [f"11-{day}T10:00" for day in (24, 25, 26, 27)]


def test_an_id_stays_as_long_as_the_entry_and_its_time():
    (first,), (again,) = read(*entry()).spans, read(*entry("SUMMARY:Other words")).spans
    (moved,) = read(*entry(start="DTSTART:20261124T110000Z")).spans
    (other,) = read(*entry(uid="another")).spans
    assert first == again
    assert len({first, moved, other}) == 3
    assert "dentist" not in first
    assert len(first) < 60


def test_what_cannot_be_read_is_told_and_the_rest_is_read():
    broken = {
        entry("RRULE:FREQ=SOMETIMES"): ["24", "26"],  # the first date is known
        entry(start="DTSTART:soon"): ["26"],
        entry("DURATION:P9999999999999999W"): ["26"],
    }
    for one, days in broken.items():
        found = read(*one, *entry(uid="2", start="DTSTART:20261126T100000Z"))
        assert [f"{starts:%d}" for starts, _ in found.spans.values()] == days
        assert found.unread == found.missing == {key_of("dentist@example.com")}
        assert found.told == MISSING


def test_an_exception_that_cannot_be_read_leaves_the_series():
    assert spans(*entry("RRULE:FREQ=WEEKLY;COUNT=1", "EXDATE:", "EXDATE:20261125T100000Z")) == TEN


def test_how_often_a_calendar_wants_to_be_read_and_what_it_is_called():
    assert read(head=("REFRESH-INTERVAL;VALUE=DURATION:PT12H", "X-WR-CALNAME:Work")).every == timedelta(hours=12)
    assert read(head=("X-PUBLISHED-TTL:PT30M",)).every == timedelta(minutes=30)
    assert read(head=("X-PUBLISHED-TTL:often",)).every is None
    assert read().every is None
    assert read(head=("X-WR-CALNAME:Work",)).name == "Work"


NO_CALENDARS = {
    "a page": (b"<!doctype html><title>Sign in</title>", NO_CALENDAR),
    "nothing": (b"", NO_CALENDAR),
    "bytes": (bytes(range(256)), NO_CALENDAR),
    "an entry alone": (b"BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n", NO_CALENDAR),
    "cut off": (calendar(*entry())[:-30], INCOMPLETE),
    "the second of two cut off": (calendar(*entry()) + calendar(*entry(uid="2"))[:-30], INCOMPLETE),
    "a path": (b"/etc/hostname", NO_CALENDAR),
}


@pytest.mark.parametrize("kind", NO_CALENDARS)
def test_what_is_no_calendar_is_not_taken_for_an_empty_one(kind):
    data, sentence = NO_CALENDARS[kind]
    with pytest.raises(NotACalendar, match=sentence):
        busy(data, NOVEMBER, LONDON)


def test_two_calendars_in_one_file_are_both_read():
    data = calendar(*entry()) + calendar(*entry(uid="2", start="DTSTART:20261125T100000Z"))
    assert len(busy(data, NOVEMBER, LONDON).spans) == 2


ENDLESS = {
    "every second": entry("RRULE:FREQ=SECONDLY"),
    "every minute": entry("RRULE:FREQ=MINUTELY", start="DTSTART:20261101T000000Z"),
    "every hour of a thousand years": entry("RRULE:FREQ=HOURLY;COUNT=8000000", start="DTSTART:10000101T000000Z"),
    "at all minutes of all hours": entry(
        "RRULE:FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=" + ",".join(map(str, range(60))),
        start="DTSTART:19700101T000000Z",
    ),
    "by a thousand rules": entry(*["RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"] * 1000),
    "changed all the time": entry() + entry("RECURRENCE-ID:20261110T100000Z") * ics_bounds.MOST_OF_ONE,
}


@pytest.mark.parametrize("kind", ENDLESS)
@pytest.mark.timeout(20)
def test_what_would_be_worked_out_for_ever_is_told_as_unread(kind):
    found = read(*ENDLESS[kind], *entry(uid="2", start="DTSTART:20261126T100000Z"))
    assert [f"{starts:%d}" for starts, _ in found.spans.values()] == ["26"]
    assert found.unread == {key_of("dentist@example.com")}


def test_a_series_that_began_long_ago_is_read_where_it_matters():
    hourly = entry("RRULE:FREQ=HOURLY;INTERVAL=24", start="DTSTART:10000101T100000Z")
    assert len(spans(*hourly)) == 30


def test_a_file_with_too_many_entries_zones_or_dates_is_refused(monkeypatch):
    many = b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * (ics_bounds.MOST_ENTRIES + 1)
    with pytest.raises(TooMuch, match="more than 20000 entries"):
        busy(many, NOVEMBER, LONDON)
    with pytest.raises(TooMuch, match="time zones"):
        read(*own_zone("+0100") * (ics_bounds.MOST_ZONES + 1))
    monkeypatch.setattr(ics_bounds, "MOST_SPANS", 100)
    daily = [entry("RRULE:FREQ=DAILY", uid=str(uid), start="DTSTART:20261001T000000Z") for uid in range(4)]
    with pytest.raises(TooMuch, match="busy times"):
        read(*(line for one in daily for line in one))


def test_a_zone_whose_clocks_change_every_second_is_told_and_spoils_only_what_names_it():
    for rule in ("FREQ=SECONDLY", "FREQ=YEARLY;BYHOUR=1,2;BYMINUTE=1,2,3;BYSECOND=1,2,3,4", "FREQ=YEARLY;INTERVAL=0"):
        wild = [line.replace("DTSTART:1601", f"RRULE:{rule}\r\nDTSTART:1601") for line in own_zone("+0300")]
        there = entry(uid="2", start="DTSTART;TZID=Customized Time Zone:20261125T100000")
        found = read(*wild, *entry(), *there)
        assert times(found) == [*TEN, ("11-25T10:00", "11-25T11:00")]
        assert found.unread == {"beside-zones", f"about-{key_of('2')}"}


PARAMS = "".join(f";A{number}=" for number in range(3_000))
VALUES = ",".join(f"20261124T{number // 60:02}{number % 60:02}00Z" for number in range(1_200))


@pytest.mark.parametrize(("name", "closed"), [("RDATE", 1_200), ("EXDATE", 0)])
def test_many_parameters_before_many_values_take_no_longer_than_both(name, closed):
    data = calendar(*entry(f"{name}{PARAMS}:{','.join([VALUES] * 4)}"))
    began = time.thread_time()
    assert len(busy(data, NOVEMBER, LONDON).spans) == closed
    assert time.thread_time() - began < 5.0


@pytest.mark.parametrize(
    "line",
    [
        f"RDATE:{VALUES}",
        f"RDATE:{VALUES.replace('Z', 'X')}",
        f"DTSTART:{VALUES}",
        f"EXDATE:{VALUES}",
        f"EXDATE:{VALUES.replace('Z', 'X')}",
    ],
)
def test_every_value_of_an_entry_counts(monkeypatch, line):
    monkeypatch.setattr(ics_bounds, "MOST_STEPS", 900)
    found = read(*entry(line))
    assert found.unread == {key_of("dentist@example.com")}
    assert not found.spans


def test_every_period_of_free_and_busy_counts(monkeypatch):
    monkeypatch.setattr(ics_bounds, "MOST_STEPS", 900)
    periods = VALUES.replace("Z", "Z/PT1M")
    found = read("BEGIN:VFREEBUSY", "UID:dentist@example.com", f"FREEBUSY:{periods}", "END:VFREEBUSY")
    assert found.unread == {key_of("dentist@example.com")}
    assert not found.spans


def test_every_change_of_the_clocks_that_a_zone_names_counts(monkeypatch):
    monkeypatch.setattr(ics_bounds, "MOST_STEPS", 100)
    zone = list(own_zone("+0100"))
    values = ",".join(["19700101T000000"] * 600)
    zone.insert(4, f"RDATE:{values}")
    assert read(*zone, *entry()).unread == {"beside-zones"}


def test_a_zone_whose_name_has_many_parts_takes_little_memory():
    name = "/".join(["zone"] * 20_000)
    tracemalloc.start()
    try:
        found = read(*entry(start=f"DTSTART;TZID={name}/Europe/London:20261124T100000"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert times(found) == TEN
    assert peak < 50_000_000


def test_there_is_a_time_limit(monkeypatch):
    monkeypatch.setattr(ics_bounds, "SECONDS", 0.0)
    with pytest.raises(TooMuch, match="too long"):
        busy(calendar(*entry()), NOVEMBER, LONDON)
    with pytest.raises(TooMuch, match="too long"):
        busy(calendar(*entry()), NOVEMBER, LONDON, seconds=0.0)


def test_all_sample_calendars_of_the_library_are_found():
    assert len(SAMPLES) >= 163


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: os.path.join(path.parent.name, path.stem))
def test_a_sample_calendar_is_read_or_refused_in_words(sample):
    data = sample.read_bytes()
    if b"BEGIN:VCALENDAR" not in data:  # an entry, a zone, an alarm alone
        data = b"BEGIN:VCALENDAR\r\n" + data.strip() + b"\r\nEND:VCALENDAR\r\n"
    try:
        found = busy(data, AGES, LONDON)
        problem = ""
    except (NotACalendar, TooMuch) as refused:
        found, problem = None, str(refused)
    assert problem.endswith(".") if found is None else all(starts < ends for starts, ends in found.spans.values())


@given(
    st.lists(
        st.sampled_from([*entry(), "RRULE:FREQ=DAILY", "EXDATE:x", "END:VCALENDAR", "TZID:", ":", ";=", "\t", "é"])
    )
)
def test_whatever_comes_is_read_or_refused(lines):
    with suppress(NotACalendar, TooMuch):
        assert busy(calendar(*lines), NOVEMBER, LONDON) is not None
