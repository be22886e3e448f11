"""When an entry of an ICS file is: named zones, zones of its own, whole days, and both changes of the clocks."""

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from app.calendars.ics.busy import INEXACT
from tests.calendars.ics_files import LONDON, NEW_YORK, TEN, entry, key_of, own_zone, read, spans, times, utc

TIMES = {
    "UTC": ("DTSTART:20261124T100000Z", "24T10:00", "24T11:00"),
    "a zone": ("DTSTART;TZID=America/New_York:20261124T100000", "24T15:00", "24T16:00"),
    "a zone by the name that Windows has": (
        "DTSTART;TZID=Eastern Standard Time:20261124T100000",
        "24T15:00",
        "24T16:00",
    ),
    "a zone by somebody's long name": ("DTSTART;TZID=/x.org/America/New_York:20261124T100000", "24T15:00", "24T16:00"),
    "no zone: the therapist's": ("DTSTART:20261124T100000", "24T10:00", "24T11:00"),
}


@pytest.mark.parametrize("kind", TIMES)
def test_the_time_that_it_closes(kind):
    start, starts, ends = TIMES[kind]
    assert spans(*entry(start=start)) == [(f"11-{starts}", f"11-{ends}")]


def test_a_time_without_a_zone_lies_in_the_zone_of_the_calendar_or_else_of_the_therapist():
    floating = entry(start="DTSTART:20261124T100000")
    assert spans(*floating, zone=NEW_YORK) == [("11-24T15:00", "11-24T16:00")]
    assert spans(*floating, head=("X-WR-TIMEZONE:Asia/Tokyo",)) == [("11-24T01:00", "11-24T02:00")]


def test_a_zone_that_nobody_knows_is_told_and_the_time_is_read_in_the_zone_of_the_therapist():
    begins = key_of("dentist@example.com")
    for head, start in (((), "DTSTART;TZID=Mars/Olympus"), (("X-WR-TIMEZONE:Mars/Olympus",), "DTSTART")):
        found = read(*entry(start=f"{start}:20261124T100000"), head=head, zone=NEW_YORK)
        assert times(found) == [("11-24T15:00", "11-24T16:00")]
        assert (found.unread, found.told) == ({f"about-{begins}"}, INEXACT)
        assert not read(*entry(), head=head).unread  # a time in UTC asks for no zone


def test_a_whole_day_lies_in_the_zone_of_the_calendar_or_else_of_the_therapist():
    day = ("BEGIN:VEVENT", "UID:1", "DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261126", "END:VEVENT")
    assert spans(*day) == [("11-24T00:00", "11-26T00:00")]
    assert spans(*day, zone=NEW_YORK) == [("11-24T05:00", "11-26T05:00")]
    assert spans(*day, head=("X-WR-TIMEZONE:America/New_York",)) == [("11-24T05:00", "11-26T05:00")]
    without_an_end = ("BEGIN:VEVENT", "UID:1", "DTSTART;VALUE=DATE:20261124", "END:VEVENT")
    assert spans(*without_an_end) == [("11-24T00:00", "11-25T00:00")]


def test_a_calendar_may_describe_a_zone_of_its_own_before_or_after_its_entries():
    there = entry(start="DTSTART;TZID=Customized Time Zone:20261124T100000")
    assert spans(*own_zone("+0330"), *there) == [("11-24T06:30", "11-24T07:30")]
    assert spans(*there, *own_zone("+0330")) == [("11-24T06:30", "11-24T07:30")]


def test_what_one_calendar_says_of_a_zone_moves_no_time_of_another():
    there = entry(start="DTSTART;TZID=Customized Time Zone:20261124T100000")
    windows = [line.replace("Customized Time Zone", "Eastern Standard Time") for line in own_zone("+1300")]
    assert spans(*own_zone("+0330"), *there) == [("11-24T06:30", "11-24T07:30")]
    assert spans(*own_zone("-0100"), *there) == [("11-24T11:00", "11-24T12:00")]
    assert times(read(*there)) == TEN
    spans(*windows, *entry(start="DTSTART;TZID=Eastern Standard Time:20261124T200000"))
    assert spans(*entry(start="DTSTART;TZID=Eastern Standard Time:20261124T100000")) == [("11-24T15:00", "11-24T16:00")]


def test_calendars_read_at_the_same_time_keep_their_zones_apart():
    there = entry(start="DTSTART;TZID=Customized Time Zone:20261124T100000")
    wrong, start = [], threading.Barrier(4)

    def reader(hours: int) -> None:
        start.wait()
        for _ in range(10):
            found = spans(*own_zone(f"+0{hours}00"), *there)
            if found != [(f"11-24T{10 - hours:02}:00", f"11-24T{11 - hours:02}:00")]:
                wrong.append(found)

    readers = [threading.Thread(target=reader, args=(hours,)) for hours in range(1, 5)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    assert wrong == []


@pytest.mark.parametrize(
    ("zone", "spring", "autumn"),
    [("Europe/London", "2027-03-28", "2026-10-25"), ("America/New_York", "2027-03-14", "2026-11-01")],
)
@pytest.mark.parametrize("said", ["named", "of the calendar", "of the therapist", "described"])
def test_every_day_at_nine_stays_at_nine_over_both_changes_of_the_clocks(zone, spring, autumn, said):
    there = ZoneInfo(zone)
    head, before, name = (), (), f"DTSTART;TZID={zone}"
    if said == "of the calendar":
        head, name = (f"X-WR-TIMEZONE:{zone}",), "DTSTART"
    elif said == "of the therapist":
        name = "DTSTART"
    elif said == "described":
        described = icalendar.Timezone.from_tzinfo(there, "My Time").to_ical().decode().split("\r\n")
        before, name = tuple(line for line in described if line), "DTSTART;TZID=My Time"
    for change in (spring, autumn):
        day = datetime.fromisoformat(change).replace(tzinfo=UTC)
        window = (day - timedelta(days=3), day + timedelta(days=4))
        daily = entry("RRULE:FREQ=DAILY", start=f"{name}:20260105T090000")
        found = read(*before, *daily, head=head, window=window, zone=there if "therapist" in said else ZoneInfo("UTC"))
        starts = sorted(starts.astimezone(there) for starts, _ in found.spans.values())
        assert len(starts) == 7
        assert {f"{one:%H:%M}" for one in starts} == {"09:00"}
        assert len({one.utcoffset() for one in starts}) == 2


def test_whole_days_that_repeat_have_23_and_25_hours_where_the_clocks_change():
    sundays = ("BEGIN:VEVENT", "UID:1", "DTSTART;VALUE=DATE:20260104", "RRULE:FREQ=WEEKLY", "END:VEVENT")
    hours = {
        f"{starts.astimezone(LONDON):%m-%d}": (ends - starts) / timedelta(hours=1)
        for window in (
            (utc("2026-10-20T00:00"), utc("2026-10-30T00:00")),
            (utc("2027-03-25T00:00"), utc("2027-04-02T00:00")),
        )
        for starts, ends in read(*sundays, window=window).spans.values()
    }
    assert hours == {"10-25": 25, "03-28": 23}
