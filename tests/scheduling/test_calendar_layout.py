"""Where things stand in the calendar."""

from datetime import UTC, date, datetime
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.scheduling.calendar_layout import Columns, Piece, crowds, hourly, lanes, rows, shown_hours

LONDON = ZoneInfo("Europe/London")
TEN, ELEVEN, NOON = 600, 660, 720


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_a_session_stands_on_its_day_at_its_time():
    week = Columns(date(2026, 11, 23), 7, LONDON)
    assert list(week.pieces(at("2026-11-24T10:00"), at("2026-11-24T10:50"))) == [Piece(1, 600, 650)]


def test_what_crosses_midnight_stands_on_both_days():
    week = Columns(date(2026, 11, 23), 7, LONDON)
    assert list(week.pieces(at("2026-11-24T23:30"), at("2026-11-25T00:20"))) == [Piece(1, 1410, 1440), Piece(2, 0, 20)]
    assert list(week.pieces(at("2026-11-24T23:00"), at("2026-11-25T00:00"))) == [Piece(1, 1380, 1440)]


def test_what_is_not_in_the_week_is_not_in_the_columns():
    week = Columns(date(2026, 11, 23), 7, LONDON)
    assert list(week.pieces(at("2026-11-30T00:00"), at("2026-11-30T01:00"))) == []
    assert list(week.pieces(at("2026-11-22T23:00"), at("2026-11-23T00:00"))) == []


def test_a_long_span_fills_the_days_between():
    week = Columns(date(2026, 11, 23), 7, LONDON)
    found = list(week.pieces(at("2026-11-20T12:00"), at("2026-11-24T12:00")))
    assert found == [Piece(0, 0, 1440), Piece(1, 0, 720)]


def test_in_spring_ten_is_at_ten_and_a_span_over_the_gap_ends_where_the_clocks_say():
    day = Columns(date(2027, 3, 28), 1, LONDON)
    assert day.changes_clock(0)
    assert list(day.pieces(at("2027-03-28T09:00"), at("2027-03-28T09:50"))) == [Piece(0, 600, 650)]
    assert list(day.pieces(at("2027-03-28T00:30"), at("2027-03-28T01:30"))) == [Piece(0, 30, 150)]


def test_in_autumn_the_hour_that_comes_twice_hides_nothing():
    day = Columns(date(2026, 10, 25), 1, LONDON)
    (first,) = day.pieces(at("2026-10-25T00:00"), at("2026-10-25T01:00"))  # 01:00 to 01:00 on the clocks
    (second,) = day.pieces(at("2026-10-25T01:00"), at("2026-10-25T01:50"))
    assert (first, second) == (Piece(0, 60, 120), Piece(0, 60, 110))
    assert lanes([first[1:], second[1:]]) == [(0, 2), (1, 2)]
    assert list(day.pieces(at("2026-10-25T10:00"), at("2026-10-25T10:50"))) == [Piece(0, 600, 650)]


def test_a_span_over_the_change_of_the_clocks_ends_where_the_clocks_say():
    autumn, spring = Columns(date(2027, 10, 31), 1, LONDON), Columns(date(2027, 3, 28), 1, LONDON)
    assert list(autumn.pieces(at("2027-10-30T23:00"), at("2027-10-31T04:00"))) == [Piece(0, 0, 240)]  # five hours
    assert list(autumn.pieces(*autumn.span)) == [Piece(0, 0, 1440)]
    assert list(spring.pieces(at("2027-03-28T00:00"), at("2027-03-28T03:00"))) == [Piece(0, 0, 240)]  # three
    assert list(spring.pieces(*spring.span)) == [Piece(0, 0, 1440)]


def test_half_an_hour_of_lord_howe_and_the_lost_day_of_apia():
    howe = Columns(date(2026, 10, 4), 1, ZoneInfo("Australia/Lord_Howe"))
    assert list(howe.pieces(*howe.span)) == [Piece(0, 0, 1440)]
    apia = Columns(date(2011, 12, 29), 3, ZoneInfo("Pacific/Apia"))
    assert [piece.day for piece in apia.pieces(*apia.span)] == [0, 2]


def test_overlapping_blocks_stand_side_by_side():
    assert lanes([(TEN, ELEVEN), (ELEVEN, NOON)]) == [(0, 1), (0, 1)]
    assert lanes([(TEN, ELEVEN), (630, 690), (660, 720)]) == [(0, 2), (1, 2), (0, 2)]
    assert lanes([(TEN, NOON), (TEN, ELEVEN), (630, 650), (800, 900)]) == [(0, 3), (1, 3), (2, 3), (0, 1)]


@given(st.lists(st.tuples(st.integers(0, 1380), st.integers(5, 300)), max_size=20))
def test_no_two_blocks_cover_each_other(drawn):
    spans = sorted((starts, starts + minutes) for starts, minutes in drawn)
    placed = list(zip(spans, lanes(spans), strict=True))
    for number, (one, (lane, of)) in enumerate(placed):
        assert lane < of
        for other, (other_lane, other_of) in placed[number + 1 :]:
            if one[0] < other[1] and other[0] < one[1]:
                assert lane != other_lane
                assert of == other_of


def test_where_more_than_three_overlap_the_rest_stand_together_in_the_last_lane():
    three = [(TEN, NOON), (TEN, ELEVEN), (630, 650), (800, 900)]
    assert list(crowds(three)) == [([0], 0, 3), ([1], 1, 3), ([2], 2, 3), ([3], 0, 1)]
    four = [(600, 650), (605, 655), (610, 660), (615, 665)]
    assert list(crowds(four)) == [([0], 0, 3), ([1], 1, 3), ([2, 3], 2, 3)]
    # All day by way of the first: those at three o'clock find the last lane empty again.
    long = [(600, 1000), *four[1:], (900, 950), (905, 955)]
    assert list(crowds(long)) == [([0], 0, 3), ([1], 1, 3), ([4], 1, 3), ([2, 3], 2, 3), ([5], 2, 3)]


@given(st.lists(st.tuples(st.integers(0, 1380), st.integers(5, 300)), max_size=20))
def test_none_is_lost_and_no_two_crowds_cover_each_other(drawn):
    spans = sorted((starts, starts + minutes) for starts, minutes in drawn)
    placed = list(crowds(spans))
    assert sorted(number for together, _, _ in placed for number in together) == list(range(len(spans)))
    stand = [
        (lane, min(spans[one][0] for one in together), max(spans[one][1] for one in together))
        for together, lane, _ in placed
    ]
    for one, other in combinations(stand, 2):
        assert one[0] != other[0] or one[2] <= other[1] or other[2] <= one[1]
    assert all(lane < of <= 3 for _, lane, of in placed)


def test_free_time_is_cut_at_full_hours_into_pieces_that_can_be_hit():
    assert hourly((TEN, NOON)) == [(600, 660), (660, 720)]
    assert hourly((650, 780)) == [(650, 720), (720, 780)]
    assert hourly((570, 670)) == [(570, 670)]
    assert hourly((620, 760)) == [(620, 660), (660, 720), (720, 760)]
    assert hourly((650, 685)) == []
    assert hourly((630, 670)) == [(630, 670)]


@given(st.integers(0, 1400), st.integers(0, 600))
def test_the_pieces_of_free_time_are_that_time(starts, minutes):
    pieces = hourly((starts, starts + minutes))
    if minutes < 40:
        assert pieces == []
        return
    assert (pieces[0][0], pieces[-1][1]) == (starts, starts + minutes)
    assert all(end - start >= 40 for start, end in pieces)
    assert all(one[1] == other[0] for one, other in pairwise(pieces))


def test_the_day_runs_over_all_that_matters():
    assert shown_hours([]) == (8, 18)
    assert shown_hours([(470, 500), (600, 1205)]) == (7, 21)
    assert shown_hours([(0, 1440)]) == (0, 24)


def test_rows_count_five_minutes_from_the_first_hour():
    assert rows(600, 650, 8) == (25, 10)
    assert rows(480, 540, 8) == (1, 12)
    assert rows(603, 606, 8) == (25, 2)
