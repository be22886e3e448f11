"""Which times are suggested, in which order, and how they are shared out: arithmetic alone."""

from dataclasses import replace
from datetime import datetime
from itertools import combinations
from time import process_time
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.booking.ranking import Free, Wish, ranked, share_out

LONDON, TOKYO = ZoneInfo("Europe/London"), ZoneInfo("Asia/Tokyo")
ROOM_1, ROOM_2, VIDEO = 1, 2, 3
ROOMS = frozenset({ROOM_1, ROOM_2})
MINUTE, HOUR, DAY = 60, 3600, 86400


def at(text: str, zone: ZoneInfo = LONDON) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


TUESDAY = at("2026-11-24 10:00")
WISH = Wish(TUESDAY, TUESDAY + 50 * MINUTE, ROOM_1, ROOMS, LONDON, LONDON)


def told(found: list[Free]) -> list[str]:
    return [f"{datetime.fromtimestamp(one.start, LONDON):%a %-d %b %H:%M} {one.location}" for one in found]


def best(*times: str, location: int = ROOM_1, wish: Wish = WISH) -> list[str]:
    return told(ranked(wish, [Free(at(time), location) for time in times]))


def test_the_same_weekday_and_hour_come_first():
    found = best("2026-11-25 10:00", "2026-12-01 10:30", "2026-12-08 10:00", "2026-12-01 10:00")
    assert found == ["Tue 1 Dec 10:00 1", "Tue 8 Dec 10:00 1", "Wed 25 Nov 10:00 1", "Tue 1 Dec 10:30 1"]


def test_the_same_hour_far_away_is_no_better_than_another_near():
    assert best("2026-12-15 10:00", "2026-11-26 16:00") == ["Thu 26 Nov 16:00 1", "Tue 15 Dec 10:00 1"]


def test_the_same_kind_of_location_comes_before_a_nearer_day():
    found = ranked(WISH, [Free(at("2026-11-25 10:00"), VIDEO), Free(at("2026-11-27 10:00"), ROOM_2)])
    assert told(found) == ["Fri 27 Nov 10:00 2", "Wed 25 Nov 10:00 3"]


def test_the_same_room_comes_before_another_at_the_same_time():
    found = ranked(WISH, [Free(at("2026-11-25 10:00"), ROOM_2), Free(at("2026-11-25 10:00"), ROOM_1)])
    assert told(found) == ["Wed 25 Nov 10:00 1", "Wed 25 Nov 10:00 2"]


def test_of_two_days_as_near_the_later_comes_first():
    assert best("2026-11-23 10:00", "2026-11-25 12:00") == ["Wed 25 Nov 12:00 1", "Mon 23 Nov 10:00 1"]


def test_the_present_time_is_no_other_time():
    assert best("2026-11-24 10:00", "2026-11-24 09:30", "2026-11-24 10:30") == []


def test_nobody_is_woken_up():
    in_tokyo = replace(WISH, client_zone=TOKYO)  # nine hours ahead
    assert best("2026-11-25 12:00", "2026-11-25 11:00", "2026-11-24 23:00", wish=in_tokyo) == [
        "Tue 24 Nov 23:00 1",
        "Wed 25 Nov 11:00 1",
    ]


def test_who_chose_a_late_hour_may_have_it_again():
    late = replace(WISH, start=at("2026-11-24 20:30"), end=at("2026-11-24 21:20"))
    assert best("2026-11-25 20:30", "2026-11-25 20:15", wish=late) == ["Wed 25 Nov 20:30 1"]


def test_an_hour_is_the_same_when_the_clocks_say_so():
    before_the_change = replace(WISH, start=at("2026-10-20 10:00"), end=at("2026-10-20 10:50"))
    assert best("2026-10-27 09:00", "2026-10-27 10:00", wish=before_the_change)[0] == "Tue 27 Oct 10:00 1"


def test_one_session_gets_its_times_on_different_days():
    free = [Free(at(f"2026-11-{day} {hour}:00"), ROOM_1) for day in (25, 26) for hour in (10, 11, 12)]
    (share,) = share_out([WISH], [ranked(WISH, free)], each=3)
    assert told(share) == ["Wed 25 Nov 10:00 1", "Thu 26 Nov 10:00 1", "Wed 25 Nov 11:00 1"]
    had = [(at("2026-11-25 16:00"), at("2026-11-25 17:00"))]
    (share,) = share_out([WISH], [ranked(WISH, free)], each=1, besides=had)
    assert told(share) == ["Thu 26 Nov 10:00 1"]


def test_the_good_times_are_shared():
    free = [Free(at(f"2026-11-25 {hour}:00"), ROOM_1) for hour in (10, 11, 12, 13, 14, 15)]
    eleven = replace(WISH, start=TUESDAY + HOUR, end=TUESDAY + HOUR + 50 * MINUTE)
    wishes = [WISH, eleven]
    first, second = share_out(wishes, [ranked(wish, free) for wish in wishes], each=3)
    assert told(sorted(first)) == ["Wed 25 Nov 10:00 1", "Wed 25 Nov 13:00 1", "Wed 25 Nov 14:00 1"]
    assert told(sorted(second)) == ["Wed 25 Nov 11:00 1", "Wed 25 Nov 12:00 1", "Wed 25 Nov 15:00 1"]


def test_what_is_too_little_for_three_each_is_shared_one_by_one():
    free = [Free(at(f"2026-11-25 {hour}:00"), ROOM_1) for hour in (10, 11)]
    wishes = [replace(WISH, start=TUESDAY + n * HOUR, end=TUESDAY + n * HOUR + 50 * MINUTE) for n in range(3)]
    shares = share_out(wishes, [ranked(wish, free) for wish in wishes], each=3)
    assert [len(share) for share in shares] == [1, 1, 0]


ZONES = st.sampled_from([LONDON, TOKYO, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")])
STARTS = st.integers(0, 60 * 48).map(lambda half_hours: TUESDAY - 20 * DAY + half_hours * 30 * MINUTE)
FREE = st.lists(st.builds(Free, STARTS, st.sampled_from([ROOM_1, ROOM_2, VIDEO])), max_size=60)
GAPS = st.sampled_from([0, 10 * MINUTE, 60 * MINUTE])


@st.composite
def wishes(draw) -> Wish:
    start, minutes = draw(STARTS), draw(st.sampled_from([25, 50, 90, 720]))
    where = draw(st.sampled_from([ROOM_1, VIDEO]))
    kind = ROOMS if where == ROOM_1 else frozenset({VIDEO})
    end = start + minutes * MINUTE
    return Wish(start, end, where, kind, draw(ZONES), draw(ZONES), draw(GAPS), draw(GAPS))


@given(wishes(), FREE)
def test_what_is_ranked_is_free_good_and_always_in_the_same_order(wish, free):
    found = ranked(wish, free)
    assert found == ranked(wish, list(reversed(free)))
    assert set(found) <= set(free)
    own = datetime.fromtimestamp(wish.start, wish.client_zone)
    for one in found:
        assert one.start + wish.length <= wish.start or wish.end <= one.start
        local = datetime.fromtimestamp(one.start, wish.client_zone)
        ends = local.hour * 60 + local.minute + wish.length // MINUTE
        assert (local.hour >= 8 and ends <= 21 * 60) or (local.hour, local.minute) == (own.hour, own.minute)


@given(wishes(), FREE)
def test_nothing_is_ranked_before_what_is_nearer_in_every_way(wish, free):
    def usual(one: Free) -> bool:
        was, now = (datetime.fromtimestamp(start, wish.zone) for start in (wish.start, one.start))
        same = (was.weekday(), was.hour, was.minute) == (now.weekday(), now.hour, now.minute)
        return same and abs(one.start - wish.start) <= 15 * DAY

    def days(one: Free) -> int:
        return abs(wish.day_of(one.start) - wish.day_of(wish.start))

    keys = [(not usual(one), one.location not in wish.same_kind, days(one)) for one in ranked(wish, free)]
    assert keys == sorted(keys)


@given(st.lists(st.tuples(wishes(), FREE), max_size=6), st.integers(1, 3), st.lists(STARTS, max_size=3))
def test_offers_never_compete(sessions, each, had):
    of = [wish for wish, _ in sessions]
    besides = [(start, start + HOUR) for start in had]
    shares = share_out(of, [ranked(wish, free) for wish, free in sessions], each, besides)
    assert shares == share_out(of, [ranked(wish, free) for wish, free in sessions], each, besides)
    given_out = [
        (one.start, one.start + wish.length, number, wish)
        for number, (wish, share) in enumerate(zip(of, shares, strict=True))
        for one in share
    ]
    for (_start, end, whose, wish), (later, _, other, others_wish) in combinations(
        sorted(given_out, key=lambda g: g[:3]), 2
    ):
        assert later >= end
        if whose != other:
            assert later - end >= max(wish.gap_after, others_wish.gap_before)
    assert all(end <= s or e <= start for start, end, *_ in given_out for s, e in besides)
    for (wish, free), share in zip(sessions, shares, strict=True):
        assert len(share) <= each
        assert set(share) <= set(ranked(wish, free))
    sizes = [len(share) for share in shares]
    alike = len({(wish, tuple(free)) for wish, free in sessions}) == 1
    assert not alike or max(sizes) - min(sizes) <= 1, "nobody gets all the good ones"


def test_a_month_of_half_hours_for_a_full_diary_is_shared_in_no_time():
    free = [Free(TUESDAY + n * 30 * MINUTE, room) for n in range(48 * 60) for room in (ROOM_1, ROOM_2, VIDEO)]
    began = process_time()
    many = [replace(WISH, start=TUESDAY + n * HOUR, end=TUESDAY + n * HOUR + 50 * MINUTE) for n in range(40)]
    shares = share_out(many, [ranked(wish, free) for wish in many], each=3)
    assert all(len(share) == 3 for share in shares)
    assert process_time() - began < 8
