"""Which starts can be booked, compared with an oracle that looks at every minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from app.scheduling.slots import Rules, free_starts

LONDON = ZoneInfo("Europe/London")
FOREVER = (0, 2**40)


def starts(rules: Rules, day: str, days: int = 1, closed=(), limits=FOREVER) -> list[str]:
    found = free_starts(rules, closed, date.fromisoformat(day), days, *limits)
    return [datetime.fromtimestamp(start, rules.zone).strftime("%H:%M%z") for start in found]


def working(start: str, end: str, zone=LONDON, minutes=60, grid=60, gap=0) -> Rules:
    def minute(text: str) -> int:
        return int(text[:2]) * 60 + int(text[3:])

    return Rules({day: [(minute(start), minute(end))] for day in range(7)}, zone, minutes, gap, grid)


def posix(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_a_session_must_lie_wholly_in_working_time():
    assert starts(working("09:00", "11:30"), "2026-11-24") == ["09:00+0000", "10:00+0000"]


def test_a_session_may_begin_when_another_ends():
    closed = [(posix("2026-11-24T10:00"), posix("2026-11-24T11:00"))]
    assert starts(working("09:00", "12:00"), "2026-11-24", closed=closed) == ["09:00+0000", "11:00+0000"]


def test_a_gap_keeps_sessions_apart_on_both_sides():
    closed = [(posix("2026-11-24T11:00"), posix("2026-11-24T12:00"))]
    rules = working("09:00", "15:00", gap=10)
    assert starts(rules, "2026-11-24", closed=closed) == ["09:00+0000", "13:00+0000", "14:00+0000"]


def test_a_time_that_the_clocks_skip_is_not_offered():
    rules = working("00:00", "04:00")
    assert starts(rules, "2027-03-28") == ["00:00+0000", "02:00+0100", "03:00+0100"]


def test_a_time_that_occurs_twice_is_offered_once_and_as_the_first():
    rules = working("00:00", "04:00")
    assert starts(rules, "2026-10-25") == ["00:00+0100", "01:00+0100", "02:00+0000", "03:00+0000"]


def test_nine_stays_nine_across_the_clock_change():
    assert starts(working("09:00", "10:00"), "2027-03-27", days=2) == ["09:00+0000", "09:00+0100"]


def test_a_day_that_a_zone_left_out_has_no_slots():
    apia = working("09:00", "11:00", zone=ZoneInfo("Pacific/Apia"))
    assert starts(apia, "2011-12-30") == []


def test_notice_and_horizon_bound_what_is_offered():
    limits = (posix("2026-11-24T10:00"), posix("2026-11-24T11:00"))
    assert starts(working("09:00", "17:00"), "2026-11-24", limits=limits) == ["10:00+0000", "11:00+0000"]


@st.composite
def days_of_work(draw):
    zone = draw(st.sampled_from(["Europe/London", "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu"]))
    first = draw(st.sampled_from(["2026-10-24", "2027-03-27", "2027-03-13", "2026-11-01", "2026-10-03", "2027-04-03"]))
    span = draw(st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda pair: pair[0] < pair[1]))
    minutes, gap, grid = draw(st.sampled_from([(50, 0, 30), (50, 10, 15), (20, 5, 20), (90, 0, 60)]))
    start = posix(first + "T00:00")
    busy = draw(st.lists(st.tuples(st.integers(-12 * 60, 4 * 24 * 60), st.integers(1, 300)), max_size=8))
    closed = [(start + minute * 60, start + (minute + length) * 60) for minute, length in busy]
    return (
        Rules({day: [span] for day in range(7)}, ZoneInfo(zone), minutes, gap, grid),
        date.fromisoformat(first),
        closed,
    )


@settings(max_examples=300, deadline=None)
@given(days_of_work())
def test_exactly_what_satisfies_every_rule_is_offered(work):
    rules, first, closed = work
    assert free_starts(rules, closed, first, 3, *FOREVER) == oracle(rules, first, 3, closed)


def oracle(rules: Rules, first: date, days: int, closed) -> list[int]:
    """Every grid minute of every day, asked one by one."""
    found = []
    for number in range(days):
        day = first + timedelta(days=number)
        for opens, closes in rules.weekly[day.weekday()]:
            end = wall(day, closes, rules.zone, fold=1)
            for minute in range(0, 1440, rules.grid_minutes):
                start = wall(day, minute, rules.zone, fold=0)
                real = datetime.fromtimestamp(start, rules.zone)
                if minute < opens or minute >= closes or (real.hour * 60 + real.minute, real.date()) != (minute, day):
                    continue
                stop = start + rules.minutes * 60
                gap = rules.gap_before * 60
                if stop <= end and not any(start < to + gap and frm - gap < stop for frm, to in closed):
                    found.append(start)
    return found


def wall(day: date, minute: int, zone: ZoneInfo, fold: int) -> int:
    moment = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    return int(moment.replace(tzinfo=zone, fold=fold).timestamp())
