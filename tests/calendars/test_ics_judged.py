"""An ICS file is judged value by value: what decides nothing about time spoils nothing, what does is never free in
silence."""

import pytest

from app.calendars.ics.busy import ASIDE, INEXACT, MISSING, busy
from app.calendars.ics.parsing import DISTORTED, INCOMPLETE, NO_CALENDAR, NotACalendar
from tests.calendars.ics_files import (
    LONDON,
    NEW_YORK,
    NOVEMBER,
    TEN,
    calendar,
    entry,
    key_of,
    own_zone,
    read,
    spans,
    times,
    utc,
)

WINTER = (utc("2026-11-20T00:00"), utc("2027-02-01T00:00"))
SPRING = (utc("2027-03-20T00:00"), utc("2027-04-05T00:00"))
AUTUMN = (utc("2026-10-20T00:00"), utc("2026-10-30T00:00"))
OTHER = entry(uid="other", start="DTSTART:20261126T100000Z")
BOTH = [*TEN, ("11-26T10:00", "11-26T11:00")]


def days(*lines: str, window=WINTER, **options) -> list[str]:
    return [starts[:5] for starts, _ in spans(*lines, window=window, **options)]


def lines_of(kind: str, *lines: str) -> tuple[str, ...]:
    return (f"BEGIN:{kind}", *lines, f"END:{kind}")


# What decides nothing about time.

ASIDES = {
    "a task with a date that is none": lines_of("VTODO", "UID:t", "DTSTART:-0011130T100000", "DUE:20261201"),
    "a task that was completed never": lines_of("VTODO", "UID:t", "COMPLETED:"),
    "a journal of no day": lines_of("VJOURNAL", "UID:j", "DTSTART:yesterday"),
    "a zone without a name": lines_of("VTIMEZONE", "TZID:", *own_zone("+0100")[2:-1]),
    "a zone with two names": lines_of("VTIMEZONE", "TZID:A", "TZID:B", *own_zone("+0100")[2:-1]),
    "a zone without clocks": lines_of("VTIMEZONE", "TZID:A"),
    "a zone a day from here": own_zone("+2400"),
    "a zone of one offset": lines_of(
        "VTIMEZONE", "TZID:A", *lines_of("STANDARD", "DTSTART:19700101T000000", "TZOFFSETTO:+0100")
    ),
    "a line without a colon": ("X",),
    "a line of nothing that is known": ("<!-- cached -->",),
    "an end of nothing": ("END:VTODO",),
    "an interval that is none": ("REFRESH-INTERVAL;VALUE=DURATION:sometimes",),
}


@pytest.mark.parametrize("kind", ASIDES)
def test_what_closes_no_time_spoils_none_and_is_told(kind):
    for lines in ((*ASIDES[kind], *entry()), (*entry(), *ASIDES[kind])):
        found = read(*lines)
        assert times(found) == TEN
        assert found.told == ASIDE
        assert found.missing == frozenset()


SILENT = {
    "an empty revision": ("SEQUENCE:",),
    "a revision in words": ("SEQUENCE:first",),
    "a stamp that is none": ("DTSTAMP:never",),
    "an empty priority": ("PRIORITY:", "PERCENT-COMPLETE:x", "GEO:nowhere", "CREATED:", "LAST-MODIFIED:x"),
    "attachments and people": ("ATTACH;ENCODING=BASE64:===", "ATTENDEE;CN=", "ORGANIZER:nobody"),
    "odd words for being busy": ("TRANSP:MAYBE", "STATUS:", "X-MICROSOFT-CDO-BUSYSTATUS:LUNCH", "CLASS:"),
    "no exceptions": ("EXDATE:", "RDATE:"),
    "words that begin and end": ("BEGIN: as early as you can", "END: when it is done"),
}


@pytest.mark.parametrize("kind", SILENT)
def test_a_value_of_an_entry_that_decides_nothing_about_time_spoils_nothing(kind):
    found = read(*entry(*SILENT[kind]), *OTHER)
    assert times(found) == BOTH
    assert found.missing == frozenset()
    assert found.told in (None, ASIDE)
    assert not [mark for mark in found.unread if mark.startswith("about-")]


@pytest.mark.parametrize("trigger", ["-15M", "soon", "", "-PT15M", "P1D"])
def test_an_alarm_spoils_no_entry(trigger):
    alarm = lines_of("VALARM", "ACTION:DISPLAY", f"TRIGGER:{trigger}")
    found = read(*entry(*alarm), *OTHER)
    assert times(found) == BOTH
    assert found.unread == (frozenset() if "P" in trigger else {"beside-valarm"})


# The text around and between.


@pytest.mark.parametrize("stray", [b"<!-- cached -->", b"X-COMMENT:cached", b"</html>\r\n</body>", b"\x00\x00"])
def test_what_stands_before_or_after_a_calendar_is_told_and_its_entries_are_read(stray):
    for data in (calendar(*entry()) + stray + b"\r\n", stray + b"\r\n" + calendar(*entry())):
        found = busy(data, NOVEMBER, LONDON)
        assert times(found) == TEN
        assert found.told == ASIDE


LINE_ENDS = {
    "CRLF": b"\r\n",
    "LF": b"\n",
    "CR": b"\r",
    "doubled CR": b"\r\r\n",
    "blank lines between": b"\r\n\r\n",
    "blanks at the end": b"  \r\n",
}


@pytest.mark.parametrize("kind", LINE_ENDS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le with a mark", "latin-1"])
def test_a_calendar_is_read_however_its_lines_end_and_its_letters_are_written(kind, encoding):
    folded = entry("SUMMARY:Zahnärztin", "DESCRIPTION:" + "long " * 20 + "\r\n  folded")
    text = calendar(*folded, head=("X-WR-CALNAME:Zähne",)).decode().replace("\r\n", LINE_ENDS[kind].decode())
    data = text.encode(encoding) if " " not in encoding else b"\xff\xfe" + text.encode("utf-16-le")
    found = busy(data, NOVEMBER, LONDON)
    assert times(found) == TEN
    assert (found.unread, found.name) == (frozenset(), "Zähne")


def test_signs_that_are_no_ends_of_lines_end_none():
    assert spans(*entry("SUMMARY:one\x0bBEGIN:VEVENT\x85two\u2028END:VCALENDAR\x1cthree")) == TEN


DISTORTIONS = {
    "all indented": "".join(f"    {line}\r\n" for line in entry()),
    "indented by tabs": "".join(f"\t{line}\r\n" for line in entry()),
    "indented by one blank": "".join(f" {line}\r\n" for line in entry()),
    "the lines of an entry indented": "\r\n".join(["BEGIN:VEVENT", *(f"  {line}" for line in entry()[1:])]) + "\r\n",
}


@pytest.mark.parametrize("kind", DISTORTIONS)
def test_a_calendar_whose_lines_are_indented_is_not_taken_for_an_empty_one(kind):
    data = calendar().replace(b"END:VCALENDAR", DISTORTIONS[kind].encode() + b"END:VCALENDAR")
    with pytest.raises(NotACalendar, match=DISTORTED):
        busy(data, NOVEMBER, LONDON)


def test_a_line_that_swallowed_one_about_time_is_told():
    for line in ("RRULE:FREQ=DAILY", "DURATION:PT3H", "RDATE:20261125T100000Z"):
        found = read(*entry("SUMMARY:Choir", f"  {line}"), *OTHER)
        assert times(found) == BOTH
        assert found.missing == {key_of("dentist@example.com")}
    folded = "DESCRIPTION:" + "x" * 60, " RRULE:is a word of those who write calendars"
    assert spans(*entry(*folded)) == TEN


BROKEN_FOLDS = {
    "a rule": ("RRULE:FREQ=DAILY;COUNT=1", "0"),
    "its days": ("RRULE:FREQ=WEEKLY;BYDAY=MO,TU,", "WE,TH"),
    "its end": ("RRULE:FREQ=DAILY;UNTIL=202612", "05T100000Z"),
    "an exception": ("RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20261125T100000Z,20261", "126T100000Z"),
    "a zone": ("RDATE;TZID=America/New_", "York:20261125T100000"),
}


@pytest.mark.parametrize("kind", BROKEN_FOLDS)
def test_a_fold_that_is_broken_in_a_line_about_time_is_told(kind):
    found = read(*entry(*BROKEN_FOLDS[kind]), *OTHER, window=WINTER)
    assert set(BOTH) <= set(times(found))
    assert found.told in (MISSING, INEXACT)


def test_a_broken_fold_in_words_spoils_nothing():
    found = read(*entry("DESCRIPTION:first line", "second line", "", "third: line"))
    assert times(found) == TEN
    assert found.told == ASIDE


UNENDED = {
    "an entry without its end": (*entry()[:-1], *OTHER),
    "an alarm without its end": (*entry("BEGIN:VALARM", "TRIGGER:-PT5M"), *OTHER),
}


@pytest.mark.parametrize("kind", UNENDED)
def test_an_entry_that_is_damaged_is_read_and_told(kind):
    found = read(*UNENDED[kind])
    assert times(found) == BOTH
    assert found.missing == {key_of("dentist@example.com")}


def test_calendars_that_end_too_early_are_incomplete():
    whole, cut = calendar(*entry()), calendar(*OTHER)[: -len("END:VCALENDAR\r\n")]
    for data in (cut, whole + cut, cut + whole):
        with pytest.raises(NotACalendar, match=INCOMPLETE):
            busy(data, NOVEMBER, LONDON)


def test_a_page_about_calendars_is_none():
    for data in (b"<pre>BEGIN:VCALENDAR\r\nEND:VCALENDAR</pre>", b"Write BEGIN:VCALENDAR and END:VCALENDAR."):
        with pytest.raises(NotACalendar, match=NO_CALENDAR):
            busy(data, NOVEMBER, LONDON)


# Entries with one name.


def test_two_entries_with_one_uid_both_close_their_time():
    later = entry(start="DTSTART:20261126T100000Z")
    assert spans(*entry(), *later) == BOTH
    assert spans(*entry("SEQUENCE:3"), *entry("SEQUENCE:3", start="DTSTART:20261126T100000Z")) == BOTH
    assert spans(*entry(), *entry()) == TEN


def test_revisions_of_an_entry_side_by_side_all_close_their_time_and_that_is_told():
    found = read(*entry("SEQUENCE:1"), *entry("SEQUENCE:2", start="DTSTART:20261126T100000Z"))
    assert times(found) == BOTH
    assert found.told == INEXACT


def test_of_two_revisions_of_one_changed_date_the_later_counts():
    series = entry("RRULE:FREQ=WEEKLY;COUNT=2", start="DTSTART:20261103T100000Z")
    first = entry("RECURRENCE-ID:20261110T100000Z", "SEQUENCE:1", start="DTSTART:20261112T100000Z")
    second = entry("RECURRENCE-ID:20261110T100000Z", "SEQUENCE:2", start="DTSTART:20261113T100000Z")
    unsaid = entry("RECURRENCE-ID:20261110T100000Z", "SEQUENCE:", start="DTSTART:20261114T100000Z")
    assert [starts[:5] for starts, _ in spans(*series, *second, *first)] == ["11-03", "11-13"]
    assert [starts[:5] for starts, _ in spans(*series, *unsaid)] == ["11-03", "11-14"]


def test_an_entry_that_says_both_free_and_busy_is_busy():
    assert spans(*entry("TRANSP:TRANSPARENT", "TRANSP:OPAQUE")) == TEN
    assert spans(*entry("TRANSP:TRANSPARENT", "TRANSP:transparent")) == []


# Beginnings and ends.

WHOLE_DAYS = {
    "an end on the same day": ("DTEND;VALUE=DATE:20261124",),
    "no end": (),
    "a length of nothing": ("DURATION:P0D",),
    "a length of a day": ("DURATION:P1D",),
    "an end with a time of nothing": ("DTEND;VALUE=DATE:20261124T000000",),
}


@pytest.mark.parametrize("kind", WHOLE_DAYS)
def test_a_whole_day_is_closed_from_midnight_to_midnight(kind):
    whole = lines_of("VEVENT", "UID:1", "DTSTART;VALUE=DATE:20261124", *WHOLE_DAYS[kind])
    assert spans(*whole) == [("11-24T00:00", "11-25T00:00")]
    assert spans(*whole, zone=NEW_YORK) == [("11-24T05:00", "11-25T05:00")]
    plain = lines_of("VEVENT", "UID:1", "DTSTART:20261124", *WHOLE_DAYS[kind])
    assert spans(*plain) == [("11-24T00:00", "11-25T00:00")]


INEXACTS = {
    "a day that ends before it begins": (
        ("DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261123"),
        ("11-23T00:00", "11-24T00:00"),
    ),
    "a time that ends before it begins": (
        ("DTSTART:20261124T110000Z", "DTEND:20261124T100000Z"),
        ("11-24T10:00", "11-24T11:00"),
    ),
    "a day that ends at a time": (
        ("DTSTART;VALUE=DATE:20261124", "DTEND:20261124T170000Z"),
        ("11-24T00:00", "11-24T17:00"),
    ),
    "a time that ends on a day": (
        ("DTSTART:20261124T100000Z", "DTEND;VALUE=DATE:20261125"),
        ("11-24T10:00", "11-26T00:00"),
    ),
    "two ends": (
        ("DTSTART:20261124T100000Z", "DTEND:20261124T110000Z", "DTEND:20261124T120000Z"),
        ("11-24T10:00", "11-24T11:00"),
    ),
    "an end and another length": (
        ("DTSTART:20261124T100000Z", "DTEND:20261124T110000Z", "DURATION:PT3H"),
        ("11-24T10:00", "11-24T13:00"),
    ),
    "a zone and Z": (
        ("DTSTART;TZID=America/New_York:20261124T100000Z", "DURATION:PT1H"),
        ("11-24T15:00", "11-24T16:00"),
    ),
}


@pytest.mark.parametrize("kind", INEXACTS)
def test_what_can_be_read_in_two_ways_closes_its_time_and_is_told(kind):
    lines, span = INEXACTS[kind]
    found = read(*lines_of("VEVENT", "UID:1", *lines))
    assert times(found) == [span]
    assert (found.told, found.missing) == (INEXACT, frozenset())


@pytest.mark.parametrize("value", ["", "soon", "20261350T100000Z", "00000000", "-0011130T100000", "20261124T106100Z"])
def test_a_beginning_or_end_that_cannot_be_read_is_told(value):
    begins = lines_of("VEVENT", "UID:1", f"DTSTART:{value}", "DTEND:20261124T100000Z")
    ends = lines_of("VEVENT", "UID:1", "DTSTART:20261124T100000Z", f"DTEND:{value}")
    for broken in (begins, ends):
        found = read(*broken, *OTHER)
        assert times(found) == BOTH[1:]
        assert found.missing == {key_of("1")}


@pytest.mark.parametrize("value", ["", "1H", "PT", "P", "PT1", "-PT1H", "P1Y", "PT99999999999H"])
def test_a_length_that_cannot_be_read_is_told(value):
    found = read(*entry(f"DURATION:{value}"), *OTHER)
    assert times(found) == BOTH[1:]
    assert found.missing == {key_of("dentist@example.com")}


def test_a_time_may_be_written_with_dashes_and_an_offset():
    for start in ("2026-11-24T10:00:00Z", "2026-11-24T11:00:00+01:00", "20261124T1000Z", "20261124t100000z"):
        assert spans(*entry(start=f"DTSTART:{start}")) == TEN


def test_a_zone_with_signs_in_its_name_is_found_in_the_file():
    name = "(UTC+01:00) Amsterdam, Berlin, Bern"
    zone = tuple(line.replace("Customized Time Zone", name) for line in own_zone("+0100"))
    for said in (f"TZID={name}", f'TZID="{name}"', f"VALUE=DATE-TIME;TZID={name}", f"TZID={name};VALUE=DATE-TIME"):
        assert spans(*zone, *entry(start=f"DTSTART;{said}:20261124T110000")) == TEN


# The clocks.

DESCRIBED = (
    "BEGIN:VTIMEZONE",
    "TZID:Greenwich and Summer",
    "BEGIN:DAYLIGHT",
    "DTSTART:19810329T010000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0100",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "DTSTART:19961027T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)
CLOCKS = {
    "hours over the spring night": ("20270327T220000", "DURATION:PT12H", "03-27T22:00", "03-28T10:00"),
    "hours over the autumn night": ("20261024T220000", "DURATION:PT12H", "10-24T21:00", "10-25T09:00"),
    "a day over the spring night": ("20270327T220000", "DURATION:P1D", "03-27T22:00", "03-28T21:00"),
    "a day over the autumn night": ("20261024T220000", "DURATION:P1D", "10-24T21:00", "10-25T22:00"),
    "a day and hours over the spring night": ("20270327T000000", "DURATION:P1DT3H", "03-27T00:00", "03-28T03:00"),
    "a week": ("20270324T100000", "DURATION:P1W", "03-24T10:00", "03-31T09:00"),
    "an end after the spring night": (
        "20270327T220000",
        "DTEND;TZID={zone}:20270328T060000",
        "03-27T22:00",
        "03-28T05:00",
    ),
    "in the skipped hour": ("20270328T013000", "DURATION:PT1H", "03-28T01:30", "03-28T02:30"),
    "in the skipped hour, with an end": (
        "20270328T013000",
        "DTEND;TZID={zone}:20270328T020000",
        "03-28T01:30",
        "03-28T02:00",
    ),
    "the whole skipped hour": ("20270328T010000", "DTEND;TZID={zone}:20270328T020000", "03-28T01:00", "03-28T02:00"),
    "over the skipped hour": ("20270328T003000", "DTEND;TZID={zone}:20270328T023000", "03-28T00:30", "03-28T01:30"),
    "in the repeated hour": ("20261025T013000", "DURATION:PT15M", "10-25T00:30", "10-25T00:45"),
    "to the repeated hour": ("20261025T003000", "DTEND;TZID={zone}:20261025T013000", "10-24T23:30", "10-25T00:30"),
    "over the repeated hour": ("20261025T003000", "DTEND;TZID={zone}:20261025T023000", "10-24T23:30", "10-25T02:30"),
}


@pytest.mark.parametrize("kind", CLOCKS)
@pytest.mark.parametrize("zone", ["Europe/London", "Greenwich and Summer"])
def test_the_clocks_change(kind, zone):
    start, length, starts, ends = CLOCKS[kind]
    one = lines_of("VEVENT", "UID:1", f"DTSTART;TZID={zone}:{start}", length.format(zone=zone))
    window = SPRING if start > "2027" else AUTUMN
    assert spans(*DESCRIBED, *one, window=window) == [(starts, ends)]


def test_a_series_in_the_skipped_hour_closes_it_too():
    nightly = lines_of(
        "VEVENT",
        "UID:1",
        "DTSTART;TZID=Europe/London:20270327T013000",
        "DTEND;TZID=Europe/London:20270327T023000",
        "RRULE:FREQ=DAILY;COUNT=3",
    )
    assert spans(*nightly, window=SPRING) == [
        ("03-27T01:30", "03-27T02:30"),
        ("03-28T01:30", "03-28T02:30"),
        ("03-29T00:30", "03-29T01:30"),
    ]


def test_every_hour_is_also_the_one_that_the_clocks_repeat():
    hourly = entry("RRULE:FREQ=HOURLY;COUNT=5", "DURATION:PT60M", start="DTSTART;TZID=Europe/London:20261025T000000")
    assert [starts for starts, _ in spans(*hourly, window=AUTUMN)] == [
        "10-24T23:00",
        "10-25T00:00",
        "10-25T01:00",
        "10-25T02:00",
        "10-25T03:00",
        "10-25T04:00",
    ]


def test_a_series_in_utc_does_not_move_with_the_zone_of_the_calendar():
    monthly = entry("RRULE:FREQ=MONTHLY;COUNT=8", start="DTSTART:20260701T090000Z")
    assert {starts[6:] for starts, _ in spans(*monthly, head=("X-WR-TIMEZONE:Europe/London",), window=WINTER)} == {
        "09:00"
    }


# Where a series ends.

UNTIL = {
    "a day": ("DTSTART;TZID=Europe/London:20261124T110000", "20261208", ["11-24", "12-01", "12-08"]),
    "a day, in the west": ("DTSTART;TZID=America/New_York:20261124T200000", "20261207", ["11-25", "12-02"]),
    "a day, in the east": ("DTSTART;TZID=Asia/Tokyo:20261124T080000", "20261208", ["11-23", "11-30", "12-07"]),
    "the time of its zone": (
        "DTSTART;TZID=America/New_York:20261124T100000",
        "20261208T100000",
        ["11-24", "12-01", "12-08"],
    ),
    "a second before": ("DTSTART;TZID=America/New_York:20261124T100000", "20261208T095959", ["11-24", "12-01"]),
    "the moment": ("DTSTART;TZID=America/New_York:20261124T100000", "20261208T150000Z", ["11-24", "12-01", "12-08"]),
    "a moment of times without a zone": ("DTSTART:20261124T100000", "20261208T100000Z", ["11-24", "12-01", "12-08"]),
    "the time of whole days": ("DTSTART;VALUE=DATE:20261124", "20261208T000000", ["11-24", "12-01", "12-08"]),
    "the midnight of whole days": ("DTSTART;VALUE=DATE:20261124", "20261208T000000Z", ["11-24", "12-01", "12-08"]),
    "before its first date": ("DTSTART:20261124T100000Z", "20261123", []),
}


@pytest.mark.parametrize("kind", UNTIL)
def test_the_last_date_of_a_series_is_read_as_its_beginning_is(kind):
    start, until, found = UNTIL[kind]
    length = () if "VALUE=DATE" in start else ("DURATION:PT1H",)
    assert days(*lines_of("VEVENT", "UID:1", start, *length, f"RRULE:FREQ=WEEKLY;UNTIL={until}")) == found


def test_whole_days_end_by_the_midnight_of_their_own_zone():
    last = lines_of("VEVENT", "UID:1", "DTSTART;VALUE=DATE:20261124", "RRULE:FREQ=DAILY;UNTIL=20261125T230000Z")
    assert len(days(*last, head=("X-WR-TIMEZONE:Europe/Berlin",))) == 3


@pytest.mark.parametrize(
    "limit", ["UNTIL=soon", "UNTIL=", "COUNT=0", "COUNT=-1", "COUNT=two", "COUNT=1;UNTIL=20261231"]
)
def test_a_limit_that_cannot_be_read_closes_too_much_and_is_told(limit):
    found = read(*entry(f"RRULE:FREQ=WEEKLY;{limit}"), window=WINTER)
    assert {"11-24", "12-01", "12-08"} <= {starts[:5] for starts, _ in times(found)}
    assert found.told == INEXACT


BAD_RULES = [
    "FREQ=MONTHLY;INTERVAL=0",
    "FREQ=MONTHLY;INTERVAL=-1",
    "FREQ=MONTHLY;INTERVAL=",
    "INTERVAL=2",
    "FREQ=",
    "",
    "FREQ=WEEKLY;BYDAY=XX",
    "FREQ=MONTHLY;BYDAY=0MO",
    "FREQ=MONTHLY;BYDAY=",
    "FREQ=MONTHLY;BYMONTHDAY=0",
    "FREQ=MONTHLY;BYMONTHDAY=32",
    "FREQ=YEARLY;BYMONTH=13",
    "FREQ=YEARLY;BYMONTH=-1",
    "FREQ=DAILY;BYHOUR=25",
    "FREQ=DAILY;BYSETPOS=0",
    "FREQ=WEEKLY;WKST=XX",
    "FREQ=WEEKLY;FREQ=DAILY",
    "RSCALE=CHINESE;FREQ=YEARLY",
    "D1 #5",
    "FREQ=DAILY;INTERVAL=" + "9" * 5000,
]


@pytest.mark.parametrize("rule", BAD_RULES, ids=lambda rule: rule[:40])
def test_a_rule_that_cannot_be_read_leaves_the_first_date_and_is_told(rule):
    found = read(*entry(f"RRULE:{rule}"), *OTHER, window=WINTER)
    assert times(found) == BOTH
    assert found.missing == {key_of("dentist@example.com")}


RULES = {
    "FREQ=MONTHLY;BYDAY=1WE,TH;COUNT=6": ["12-02", "12-03", "12-10", "12-17", "12-24", "12-31"],
    "FREQ=MONTHLY;BYDAY=TH,-1WE;COUNT=7": ["12-02", "12-03", "12-10", "12-17", "12-24", "12-30", "12-31", "01-07"],
    "FREQ=YEARLY;BYMONTH=12,1;BYDAY=1WE,MO;COUNT=4": ["12-02", "12-07", "12-14", "12-21"],
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,3;COUNT=3": ["12-02", "12-07", "12-09"],
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2": ["12-02", "12-04", "12-11"],
    "FREQ=WEEKLY;WKST=SU;BYDAY=SU,WE;BYSETPOS=1;COUNT=2": ["12-02", "12-06", "12-13"],
    "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,WE;COUNT=4": ["12-02", "12-13", "12-16", "12-27"],
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2": ["12-02", "12-31", "01-29"],
    "FREQ=MONTHLY;BYMONTHDAY=31,-1;COUNT=2": ["12-02", "12-31", "01-31"],
    "freq=weekly;byday=we;count=2;": ["12-02", "12-09"],
    "FREQ=WEEKLY; COUNT=2": ["12-02", "12-09"],
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30": ["12-02"],
    "FREQ=DAILY;INTERVAL=999999999": ["12-02"],
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_gives_its_dates_and_the_first(rule):
    assert days(*entry(f"RRULE:{rule}", start="DTSTART:20261202T100000Z")) == sorted(RULES[rule])


# Exceptions and dates of its own.

LONDONS = "DTSTART;TZID=Europe/London:20270701T090000"
JULY = (utc("2027-06-20T00:00"), utc("2027-07-20T00:00"))
EXCEPTIONS = {
    "another moment": ("EXDATE:20270702T090000Z", ["01", "02", "03"]),
    "the moment": ("EXDATE:20270702T080000Z", ["01", "03"]),
    "the time of another zone": ("EXDATE;TZID=Europe/Berlin:20270702T100000", ["01", "03"]),
    "another time of another zone": ("EXDATE;TZID=Europe/Berlin:20270702T090000", ["01", "02", "03"]),
    "a time without a zone": ("EXDATE:20270702T090000", ["01", "03"]),
    "a day": ("EXDATE;VALUE=DATE:20270702", ["01", "03"]),
    "several": ("EXDATE:20270702T080000Z,20270703T080000Z", ["01"]),
    "the first": ("EXDATE:20270701T080000Z", ["02", "03"]),
    "by a rule": ("EXRULE:FREQ=DAILY;INTERVAL=2", ["02"]),
}


@pytest.mark.parametrize("kind", EXCEPTIONS)
def test_an_exception_names_an_instant(kind):
    line, left = EXCEPTIONS[kind]
    daily = entry("RRULE:FREQ=DAILY;COUNT=3", line, start=LONDONS)
    assert [starts[3:5] for starts, _ in spans(*daily, window=JULY)] == left


def test_exceptions_count_among_the_dates_of_a_rule():
    assert days(*entry("RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20261125T100000Z")) == ["11-24", "11-26"]


@pytest.mark.parametrize("line", ["EXDATE:soon", "EXDATE:20261125T100000Z,soon", "EXRULE:FREQ=NEVER"])
def test_an_exception_that_cannot_be_read_closes_a_date_too_many_and_is_told(line):
    found = read(*entry("RRULE:FREQ=DAILY;COUNT=3", line))
    assert {"11-24", "11-26"} <= {starts[:5] for starts, _ in times(found)}
    assert found.told == INEXACT


OWN_DATES = {
    "a moment": ("RDATE:20261126T100000Z", ("11-26T10:00", "11-26T11:00")),
    "a time of another zone": ("RDATE;TZID=America/New_York:20261126T100000", ("11-26T15:00", "11-26T16:00")),
    "a period": ("RDATE;VALUE=PERIOD:20261126T120000Z/20261126T150000Z", ("11-26T12:00", "11-26T15:00")),
    "a period by its length": ("RDATE;VALUE=PERIOD:20261126T120000Z/PT30M", ("11-26T12:00", "11-26T12:30")),
}


@pytest.mark.parametrize("kind", OWN_DATES)
def test_a_series_has_dates_of_its_own(kind):
    line, span = OWN_DATES[kind]
    assert spans(*entry(line)) == [*TEN, span]


def test_a_date_of_its_own_that_is_a_day_is_told_and_closes_the_same_hour():
    found = read(*entry("RDATE;VALUE=DATE:20261126"))
    assert times(found) == BOTH
    assert found.told == INEXACT


@pytest.mark.parametrize("value", ["soon", "20261126T100000Z/soon", "20261126T100000Z/20261125T100000Z"])
def test_a_date_of_its_own_that_cannot_be_read_is_told(value):
    found = read(*entry(f"RDATE:{value}"), *OTHER)
    assert times(found) == BOTH
    assert found.missing == {key_of("dentist@example.com")}


# Changed dates.

SERIES = entry("RRULE:FREQ=WEEKLY;COUNT=4", start="DTSTART;TZID=Europe/London:20261103T100000")
CHANGES = {
    "by the time of the zone": "RECURRENCE-ID;TZID=Europe/London:20261110T100000",
    "by the moment": "RECURRENCE-ID:20261110T100000Z",
    "by the time of another zone": "RECURRENCE-ID;TZID=America/New_York:20261110T050000",
    "by the day": "RECURRENCE-ID;VALUE=DATE:20261110",
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_date_is_changed_however_it_is_named(kind):
    moved = entry(CHANGES[kind], start="DTSTART:20261112T150000Z")
    assert days(*SERIES, *moved, window=NOVEMBER) == ["11-03", "11-12", "11-17", "11-24"]


def test_a_change_of_a_date_that_cannot_be_read_or_is_none_closes_both():
    for name in ("RECURRENCE-ID:", "RECURRENCE-ID:soon", "RECURRENCE-ID:20261111T100000Z"):
        found = read(*SERIES, *entry(name, start="DTSTART:20261112T150000Z"))
        assert [starts[:5] for starts, _ in times(found)] == ["11-03", "11-10", "11-12", "11-17", "11-24"]
        assert bool(found.missing) == (name != "RECURRENCE-ID:20261111T100000Z")


def test_a_change_may_be_of_all_later_dates():
    later = "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/London:20261110T100000"
    moved = entry(later, "DURATION:PT2H", start="DTSTART;TZID=Europe/London:20261111T120000")
    assert spans(*SERIES, *moved) == [
        ("11-03T10:00", "11-03T11:00"),
        ("11-11T12:00", "11-11T14:00"),
        ("11-18T12:00", "11-18T14:00"),
        ("11-25T12:00", "11-25T14:00"),
    ]
    ended = entry(later, "STATUS:CANCELLED", start="DTSTART;TZID=Europe/London:20261110T100000")
    assert spans(*SERIES, *ended) == [("11-03T10:00", "11-03T11:00")]


def test_all_later_dates_may_come_into_the_window_from_before_it():
    later = "RECURRENCE-ID;RANGE=THISANDFUTURE:20261103T100000Z"
    moved = entry(later, start="DTSTART:20261203T100000Z")
    assert days(*SERIES, *moved, window=(utc("2026-12-05T00:00"), utc("2027-01-01T00:00"))) == [
        "12-10",
        "12-17",
        "12-24",
    ]


# Free and busy.


def test_a_period_that_cannot_be_read_is_told_and_the_others_are_read():
    found = read(
        *lines_of("VFREEBUSY", "UID:fb", "FREEBUSY:20261124T100000Z/PT1H,soon/later", "FREEBUSY:20261125/PT1H")
    )
    assert times(found) == TEN
    assert found.missing == {key_of("fb")}
