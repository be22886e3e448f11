"""Editing a week: overlaps, breaks and copies, as plain values."""

from hypothesis import given
from hypothesis import strategies as st

from app.scheduling.week import DAY_MINUTES, Break, Hours, clash, clock_of, copied, joined, split

ROOM, VIDEO, PHONE = 1, 2, 3


def hours(weekday: int, starts: int, ends: int, *locations: int) -> Hours:
    return Hours(weekday, starts * 60, ends * 60, frozenset(locations or (ROOM, VIDEO)))


MORNING, AFTERNOON = hours(0, 9, 13), hours(0, 14, 18)


def test_touching_spans_do_not_clash():
    assert clash(hours(0, 13, 14), [MORNING, AFTERNOON]) is None


def test_a_span_clashes_with_the_first_that_shares_time_and_location():
    assert clash(hours(0, 12, 15), [AFTERNOON, MORNING]) == MORNING


def test_other_locations_and_other_days_are_no_clash():
    assert clash(hours(0, 9, 13, PHONE), [MORNING]) is None
    assert clash(hours(1, 9, 13), [MORNING]) is None


def test_a_lunch_break_makes_two_of_one():
    assert split(hours(0, 9, 17), Break(720, 780, frozenset({ROOM, VIDEO}))) == [hours(0, 9, 12), hours(0, 13, 17)]


def test_a_break_in_the_room_leaves_video_open():
    parts = split(hours(0, 9, 17), Break(720, 780, frozenset({ROOM})))
    assert parts == [hours(0, 9, 12), hours(0, 12, 13, VIDEO), hours(0, 13, 17)]


def test_a_break_at_the_end_shortens():
    assert split(MORNING, Break(12 * 60, 15 * 60, MORNING.locations)) == [hours(0, 9, 12)]


def test_a_break_beside_the_span_or_elsewhere_changes_nothing():
    assert split(MORNING, Break(13 * 60, 14 * 60, MORNING.locations)) == [MORNING]
    assert split(MORNING, Break(10 * 60, 11 * 60, frozenset({PHONE}))) == [MORNING]


def test_a_break_over_all_of_it_leaves_nothing():
    assert split(MORNING, Break(0, DAY_MINUTES, MORNING.locations)) == []


def test_copying_replaces_the_other_day():
    week = [MORNING, AFTERNOON, hours(1, 10, 20), hours(2, 8, 9)]
    assert copied(week, 0, [1], joining=False) == [
        MORNING,
        AFTERNOON,
        hours(1, 9, 13),
        hours(1, 14, 18),
        hours(2, 8, 9),
    ]


def test_copying_to_the_same_day_changes_nothing():
    assert copied([MORNING], 0, [0], joining=False) == [MORNING]


def test_copying_an_empty_day_clears_the_other():
    assert copied([MORNING], 1, [0], joining=False) == []


def test_joining_makes_one_of_spans_that_meet():
    assert copied([MORNING, hours(1, 11, 16)], 0, [1], joining=True) == [MORNING, hours(1, 9, 16)]


def test_joining_keeps_what_does_not_meet():
    evening = hours(1, 18, 20, PHONE)
    assert copied([MORNING, evening], 0, [1], joining=True) == [MORNING, hours(1, 9, 13), evening]


def test_joining_is_cut_where_locations_change():
    assert joined([hours(0, 9, 12, ROOM)], [hours(0, 11, 14, ROOM, VIDEO)]) == [
        hours(0, 9, 11, ROOM),
        hours(0, 11, 14, ROOM, VIDEO),
    ]


def test_the_end_of_the_day_is_24_hours():
    assert (clock_of(0), clock_of(545), clock_of(DAY_MINUTES)) == ("00:00", "09:05", "24:00")


locations = st.frozensets(st.integers(1, 3), min_size=1)
minutes = st.tuples(st.integers(0, 40), st.integers(1, 20))
spans = st.builds(lambda at, where: Hours(0, at[0], at[0] + at[1], where), minutes, locations)
days = st.lists(spans, max_size=6).map(lambda found: joined([], found) if found else [])


def opened(day: list[Hours]) -> set[tuple[int, int]]:
    """Each minute and location that can be booked."""
    return {(minute, place) for span in day for minute in range(span.starts, span.ends) for place in span.locations}


def is_apart(day: list[Hours]) -> bool:
    return not any(clash(span, day[number + 1 :]) for number, span in enumerate(day))


@given(days, days)
def test_joining_opens_what_either_opens_and_no_more(there, new):
    day = joined(there, new)
    assert opened(day) == opened(there) | opened(new)
    assert is_apart(day)


@given(spans, spans)
def test_a_break_closes_itself_and_no_more(span, pause):
    parts = split(span, Break(pause.starts, pause.ends, pause.locations))
    assert opened(parts) == opened([span]) - opened([pause])
    assert is_apart(parts)
