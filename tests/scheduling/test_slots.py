"""Which starts can be booked: examples, and a slow oracle that looks at every minute."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from app.scheduling.slots import Diary, Rules, free_starts, merge, subtract

LONDON = ZoneInfo("Europe/London")
FOREVER = (0, 2**40)


def starts(rules: Rules, day: str, days: int = 1, limits=FOREVER, **diary) -> list[str]:
    found = free_starts(rules, Diary(**diary), date.fromisoformat(day), days, *limits)
    return [datetime.fromtimestamp(start, rules.zone).strftime("%H:%M%z") for start in found]


def working(start: str, end: str, zone=LONDON, minutes=60, grid=60, gaps=(0, 0)) -> Rules:
    def minute(text: str) -> int:
        return int(text[:2]) * 60 + int(text[3:])

    return Rules({day: [(minute(start), minute(end))] for day in range(7)}, zone, minutes, *gaps, grid)


def posix(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def span(start: str, end: str, day: str = "2026-11-24") -> tuple[int, int]:
    return posix(f"{day}T{start}"), posix(f"{day}T{end}")


def test_a_session_must_lie_wholly_in_working_time():
    assert starts(working("09:00", "11:30"), "2026-11-24") == ["09:00+0000", "10:00+0000"]


def test_a_session_may_begin_when_another_ends():
    found = starts(working("09:00", "12:00"), "2026-11-24", taken=[span("10:00", "11:00")])
    assert found == ["09:00+0000", "11:00+0000"]


def test_a_gap_before_keeps_a_session_away_from_the_one_before_it():
    rules = working("09:00", "14:00", gaps=(10, 0))
    found = starts(rules, "2026-11-24", taken=[span("11:00", "12:00")])
    assert found == ["09:00+0000", "10:00+0000", "13:00+0000"]


def test_a_gap_after_keeps_a_session_away_from_the_one_after_it():
    rules = working("09:00", "14:00", gaps=(0, 10))
    found = starts(rules, "2026-11-24", taken=[span("11:00", "12:00")])
    assert found == ["09:00+0000", "12:00+0000", "13:00+0000"]


def test_a_gap_is_not_needed_at_the_ends_of_open_time():
    rules = working("09:00", "12:00", gaps=(30, 30))
    assert starts(rules, "2026-11-24", off=[span("10:00", "11:00")]) == ["09:00+0000", "11:00+0000"]


def test_time_off_closes_and_extra_time_opens():
    rules = working("09:00", "12:00")
    assert starts(rules, "2026-11-24", off=[span("00:00", "23:59")], extra=[span("18:00", "20:00")]) == [
        "18:00+0000",
        "19:00+0000",
    ]


def test_extra_time_that_touches_working_time_joins_it():
    rules = working("09:00", "11:00", minutes=120)
    assert starts(rules, "2026-11-24", extra=[span("11:00", "12:00")]) == ["09:00+0000", "10:00+0000"]


def test_a_session_may_last_over_midnight():
    rules = Rules({1: [(22 * 60, 24 * 60)], 2: [(0, 60)]}, LONDON, 90, grid=60)
    assert starts(rules, "2026-11-24", days=2) == ["22:00+0000", "23:00+0000"]


def test_a_session_of_the_last_day_may_end_on_the_next():
    rules = working("00:00", "24:00", minutes=50, grid=30)
    assert starts(rules, "2026-11-24")[-1] == "23:30+0000"
    assert len(starts(rules, "2026-11-24")) == 48


def test_the_grid_begins_anew_each_midnight():
    found = starts(working("00:00", "24:00", minutes=50, grid=100), "2026-11-24", days=2)
    assert found[14:16] == ["23:20+0000", "00:00+0000"]


def test_a_time_that_the_clocks_skip_is_not_offered():
    rules = working("00:00", "04:00")
    assert starts(rules, "2027-03-28") == ["00:00+0000", "02:00+0100", "03:00+0100"]


def test_working_time_that_begins_in_a_skipped_hour_begins_after_it():
    assert starts(working("01:15", "04:00", grid=15), "2027-03-28")[0] == "02:00+0100"


def test_a_time_that_occurs_twice_is_offered_once_and_as_the_first():
    rules = working("00:00", "04:00")
    assert starts(rules, "2026-10-25") == ["00:00+0100", "01:00+0100", "02:00+0000", "03:00+0000"]


def test_working_time_ends_when_the_clocks_first_show_its_end():
    assert starts(working("00:00", "01:30", grid=30), "2026-10-25") == ["00:00+0100", "00:30+0100"]


def test_lord_howe_moves_its_clocks_by_half_an_hour():
    howe = working("01:00", "03:30", zone=ZoneInfo("Australia/Lord_Howe"), minutes=30, grid=30)
    assert starts(howe, "2026-10-04") == ["01:00+1030", "01:30+1030", "02:30+1100", "03:00+1100"]
    assert starts(howe, "2027-04-04") == ["01:00+1100", "01:30+1100", "02:00+1030", "02:30+1030", "03:00+1030"]


def test_nine_stays_nine_across_the_clock_change():
    assert starts(working("09:00", "10:00"), "2027-03-27", days=2) == ["09:00+0000", "09:00+0100"]


def test_a_day_that_a_zone_left_out_has_no_slots():
    apia = working("09:00", "11:00", zone=ZoneInfo("Pacific/Apia"))
    assert starts(apia, "2011-12-30") == []
    assert starts(apia, "2011-12-29", days=3) == ["09:00-1000", "10:00-1000", "09:00+1400", "10:00+1400"]


def test_notice_and_horizon_bound_what_is_offered():
    limits = (posix("2026-11-24T10:00"), posix("2026-11-24T11:00"))
    assert starts(working("09:00", "17:00"), "2026-11-24", limits=limits) == ["10:00+0000", "11:00+0000"]


def test_no_days_have_no_slots():
    assert starts(working("09:00", "17:00"), "2026-11-24", days=0) == []


intervals = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted).map(tuple), max_size=8)


@given(intervals, intervals)
def test_subtracting_leaves_what_is_in_the_one_and_not_in_the_other(some, holes):
    left = subtract(merge(some), merge(holes))
    assert inside(left) == inside(some) - inside(holes)
    assert left == merge(left), "disjoint, in order, none empty"


def inside(spans) -> set[int]:
    return {moment for start, end in spans for moment in range(start, end)}


ZONES = sorted(zone for zone in available_timezones() if "/" in zone)
CHANGES = {  # days on which the clocks change
    "Europe/London": ["2026-10-25", "2027-03-28"],
    "America/New_York": ["2026-11-01", "2027-03-14"],
    "Australia/Lord_Howe": ["2026-10-04", "2027-04-04"],  # by half an hour
    "Pacific/Apia": ["2011-12-30"],  # left out
    "Asia/Beirut": ["2026-03-29", "2026-10-24"],  # at midnight
    "America/Santiago": ["2026-09-06", "2027-04-03"],  # at midnight, the other way round
    "Africa/Casablanca": ["2027-02-07", "2027-03-14"],
    "Asia/Kathmandu": ["1986-01-01"],  # by a quarter of an hour, once
}
changing = st.builds(
    lambda change, before: (change[0], str(date.fromisoformat(change[1]) - timedelta(days=before))),
    st.sampled_from([(zone, day) for zone, days in CHANGES.items() for day in days]),
    st.integers(0, 2),
)
anywhere = st.tuples(st.sampled_from(ZONES), st.dates(date(2000, 1, 1), date(2036, 1, 1)).map(str))
minutes_of_day = st.integers(0, 288).map(lambda five: five * 5)
weekly_spans = st.tuples(minutes_of_day, minutes_of_day).filter(lambda pair: pair[0] < pair[1])
dated = st.lists(st.tuples(st.integers(-24 * 60, 5 * 24 * 60), st.integers(1, 1500)), max_size=5)
DAYS = 3


@st.composite
def diaries(draw):
    """Rules, a diary and three days; moments are whole minutes."""
    zone, first = draw(st.one_of(changing, anywhere))
    weekly = draw(st.dictionaries(st.integers(0, 6), st.lists(weekly_spans, max_size=3), min_size=3))
    minutes = draw(st.sampled_from([5, 20, 50, 90, 720]))
    gaps = draw(st.tuples(st.sampled_from([0, 5, 10, 60]), st.sampled_from([0, 10, 45])))
    rules = Rules(weekly, ZoneInfo(zone), minutes, *gaps, grid=draw(st.sampled_from([5, 15, 30, 50, 60, 240])))
    begins = posix(f"{first}T00:00")

    def moments(rows) -> list[tuple[int, int]]:
        return [(begins + minute * 60, begins + (minute + length) * 60) for minute, length in rows]

    diary = Diary(*(moments(draw(dated)) for _ in range(3)))
    earliest = begins + 60 * draw(st.integers(-2000, 2000))
    latest = earliest + 60 * draw(st.integers(0, 6000))
    return rules, diary, date.fromisoformat(first), earliest, latest


@settings(max_examples=100, deadline=None)
@given(diaries())
def test_exactly_what_satisfies_every_rule_is_offered(asked):
    rules, diary, first, *limits = asked
    assert free_starts(rules, diary, first, DAYS, *limits) == oracle(rules, diary, first, *limits)


def oracle(rules: Rules, diary: Diary, first: date, earliest: int, latest: int) -> list[int]:
    """Every minute of the days is asked by itself; slow, and plainly what the rules say."""
    clocks = clocks_of(rules.zone, first)
    opened = clocks.in_working_time(rules.weekly) - minutes_of(diary.off) | minutes_of(diary.extra)
    taken = minutes_of(diary.taken)
    found = []
    for minute in sorted(clocks.of_the_days):
        on_grid = (
            clocks.first_shown.get(clocks.wall[minute]) == minute and clocks.minute_of_day(minute) % rules.grid == 0
        )
        session = range(minute, minute + rules.minutes)
        with_gaps = range(minute - rules.gap_before, minute + rules.minutes + rules.gap_after)
        if on_grid and earliest <= minute * 60 <= latest and opened.issuperset(session) and taken.isdisjoint(with_gaps):
            found.append(minute * 60)
    return found


@lru_cache(maxsize=64)
def clocks_of(zone: ZoneInfo, first: date) -> "Clocks":
    return Clocks(zone, first)


class Clocks:
    """What the clocks of a zone show at each minute of the days and around them; minutes since 1970."""

    def __init__(self, zone: ZoneInfo, first: date) -> None:
        begins = posix(f"{first}T00:00") // 60
        around = range(begins - 3 * 1440, begins + (DAYS + 3) * 1440)
        shown = ((minute, datetime.fromtimestamp(minute * 60, zone).replace(tzinfo=None)) for minute in around)
        self.wall = {minute: wall.replace(fold=0) for minute, wall in shown}
        self.first_shown: dict[datetime, int] = {}
        for minute, wall in self.wall.items():
            self.first_shown.setdefault(wall, minute)
        dates = {first + timedelta(days=number) for number in range(DAYS)}
        self.of_the_days = {minute for minute, wall in self.wall.items() if wall.date() in dates}

    def minute_of_day(self, minute: int) -> int:
        return self.wall[minute].hour * 60 + self.wall[minute].minute

    def in_working_time(self, weekly) -> set[int]:
        """From when the clocks first show the beginning, or more, to when they first show the end, or more."""
        found: set[int] = set()
        for day in {wall.date() for wall in self.wall.values()}:
            for opens, closes in weekly.get(day.weekday(), ()):
                found.update(range(self._first_at(day, opens), self._first_at(day, closes)))
        return found

    def _first_at(self, day: date, minute: int) -> int:
        wanted = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 - a wall clock
        if wanted in self.first_shown:
            return self.first_shown[wanted]
        return min((at for at, wall in self.wall.items() if wall >= wanted), default=max(self.wall))


def minutes_of(spans) -> set[int]:
    return {minute for start, end in spans for minute in range(start // 60, end // 60)}
