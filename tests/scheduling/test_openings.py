"""The directory's open days agree with the diary, and follow it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app import clock
from app.database import db
from app.jobs import openings as job
from app.jobs.sweeps import SWEEPS, run
from app.practice.location import Location
from app.practice.session_type import SessionType
from app.practice.therapist import Therapist
from app.scheduling import openings
from app.scheduling.availability import free_starts, shift
from app.scheduling.busy_time import BusyTime
from app.scheduling.extra_time import ExtraTime
from app.scheduling.open_day import OpenDay
from app.scheduling.time_off import TimeOff
from tests.world import ADA, INES, add_therapist, in_days, offer_times


@pytest.fixture(autouse=True)
def _time_stands_still() -> Iterator[None]:
    """What is known and what is offered are worked out one after the other: no start may pass in between."""
    with time_machine.travel(clock.now(), tick=False):
        yield


def refresh() -> None:
    db.session.commit()
    run("refresh_openings")


def known(therapist: Therapist, session_type: SessionType | None = None, location: Location | None = None) -> list[int]:
    """The starts that the directory knows, in order."""
    rows = select(OpenDay.starts).where(OpenDay.therapist_id == therapist.id).order_by(OpenDay.day)
    rows = rows.where(OpenDay.session_type_id == (session_type or therapist.session_types[0]).id)
    rows = rows.where(OpenDay.location_id == (location or therapist.locations[0]).id)
    return [start for starts in db.session.scalars(rows) for start in starts]


def offered(therapist: Therapist, session_type: SessionType, location: Location) -> list[int]:
    """The starts that the therapist's own page offers."""
    today = clock.now().astimezone(therapist.tz).date()
    return free_starts(therapist, session_type, location, shift(today, -1), therapist.horizon_days + 3)


def agrees(therapist: Therapist) -> bool:
    db.session.expire_all()
    return all(
        known(therapist, session_type, location) == offered(therapist, session_type, location)
        for session_type in therapist.session_types
        for location in therapist.locations
    )


def is_due(therapist: Therapist) -> bool:
    db.session.commit()
    due = db.session.scalar(select(Therapist.openings_due_at).where(Therapist.id == therapist.id))
    return due is not None and due <= clock.now()


def rows_of_everybody() -> list[tuple]:
    db.session.rollback()
    return sorted(tuple(row) for row in db.session.execute(select(*OpenDay.__table__.c)).all())


@pytest.fixture
def known_mara(mara: Therapist) -> Therapist:
    """The directory knows her free days."""
    refresh()
    assert not is_due(mara)
    return mara


def test_a_new_therapist_is_known_after_the_next_round(mara):
    assert is_due(mara)
    refresh()
    assert known(mara)
    assert agrees(mara)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_the_open_days_are_what_the_therapists_page_offers(app, data):
    db.session.rollback()
    therapist = db.session.scalar(select(Therapist)) or add_therapist("Mara Lindt")
    for table in (TimeOff, ExtraTime, BusyTime):
        for row in db.session.scalars(select(table)).all():
            db.session.delete(row)
    zones = ["Europe/London", "Australia/Lord_Howe", "America/New_York", "Pacific/Apia"]
    therapist.zone = data.draw(st.sampled_from(zones))
    therapist.minimum_notice_minutes = data.draw(st.sampled_from([0, 120, 1440, 5000]))
    therapist.next_day_before_minute = data.draw(st.sampled_from([None, 0, 15 * 60, 1440]))
    therapist.horizon_days = data.draw(st.sampled_from([0, 1, 9]))
    session_type = therapist.session_types[0]
    session_type.minutes, session_type.gap_after_minutes = data.draw(st.sampled_from([(50, 0), (20, 10), (90, 15)]))
    for working in therapist.working_times:
        working.locations = data.draw(st.lists(st.sampled_from(therapist.locations), unique=True))
        working.starts_minute, working.ends_minute = data.draw(st.sampled_from([(0, 1440), (480, 1200), (60, 200)]))
    spans = st.lists(st.tuples(st.integers(-600, 12 * 1440), st.integers(1, 900)), max_size=4)
    for table in (TimeOff, BusyTime, ExtraTime):
        for starts, length in data.draw(spans):
            begins = clock.now() + timedelta(minutes=starts)
            row = table(therapist_id=therapist.id, starts_at=begins, ends_at=begins + timedelta(minutes=length))
            if isinstance(row, ExtraTime):
                row.locations = data.draw(st.lists(st.sampled_from(therapist.locations), unique=True))
            db.session.add(row)
    refresh()
    assert agrees(therapist)


def a_request(mara: Therapist) -> None:
    INES.asks(mara, in_days(3))


def time_off(mara: Therapist) -> None:
    db.session.add(TimeOff(therapist_id=mara.id, starts_at=in_days(3, "09:00"), ends_at=in_days(3, "12:00")))


def busy_time(mara: Therapist) -> None:
    db.session.add(BusyTime(therapist_id=mara.id, starts_at=in_days(3, "09:00"), ends_at=in_days(3, "12:00")))


def extra_time(mara: Therapist) -> None:
    late = ExtraTime(therapist_id=mara.id, starts_at=in_days(3, "20:00"), ends_at=in_days(3, "23:00"))
    late.locations = [mara.locations[2]]
    db.session.add(late)


def shorter_hours(mara: Therapist) -> None:
    mara.working_times[0].ends_minute = 10 * 60


def no_hours(mara: Therapist) -> None:
    db.session.delete(mara.working_times[0])


def hours_elsewhere(mara: Therapist) -> None:
    mara.working_times[2].locations = mara.locations[:1]


def a_closed_room(mara: Therapist) -> None:
    mara.locations[1].active = False


def another_type(mara: Therapist) -> None:
    db.session.add(SessionType(therapist_id=mara.id, name="First talk", kind="first_talk", minutes=20))


def another_kind(mara: Therapist) -> None:
    mara.session_types[0].kind = "couples"


def longer_sessions(mara: Therapist) -> None:
    mara.session_types[0].minutes = 90


def longer_notice(mara: Therapist) -> None:
    mara.minimum_notice_minutes = 72 * 60


def a_shorter_horizon(mara: Therapist) -> None:
    mara.horizon_days = 7


DIARY = [a_request, time_off, busy_time, extra_time]
PRACTICE = [shorter_hours, no_hours, hours_elsewhere, a_closed_room, another_type, another_kind, longer_sessions]
RULES = [longer_notice, a_shorter_horizon]


@pytest.mark.parametrize("change", [*DIARY, *PRACTICE, *RULES], ids=lambda change: change.__name__)
def test_each_change_is_followed(known_mara: Therapist, change: Callable[[Therapist], None]):
    before = rows_of_everybody()
    change(known_mara)
    assert is_due(known_mara)
    refresh()
    assert rows_of_everybody() != before
    for location in known_mara.active_locations:
        assert known(known_mara, None, location) == offered(known_mara, known_mara.session_types[0], location)
    assert not is_due(known_mara)


def test_what_ends_a_session_opens_its_time(known_mara):
    booking = INES.asks(known_mara, in_days(3))
    refresh()
    ten = int(in_days(3).timestamp())
    assert ten not in known(known_mara)
    booking.cancel(by="client")
    refresh()
    assert ten in known(known_mara)


def test_what_is_offered_is_no_longer_open(known_mara):
    booking = INES.asks(known_mara, in_days(3))
    offer_times(booking, in_days(4), in_days(5))
    refresh()
    assert int(in_days(4).timestamp()) not in known(known_mara)
    assert agrees(known_mara)


@pytest.mark.parametrize("change", PRACTICE + RULES, ids=lambda change: change.__name__)
def test_what_pages_show_of_the_practice_has_a_new_revision(known_mara, change):
    before = known_mara.revision
    change(known_mara)
    db.session.commit()
    assert known_mara.revision > before


def test_the_name_is_a_matter_of_the_practice_not_of_the_diary(known_mara):
    before = known_mara.revision
    known_mara.name = "Mara Lindt-Brandt"
    assert not is_due(known_mara)
    assert known_mara.revision == before + 1


@pytest.mark.parametrize("change", DIARY, ids=lambda change: change.__name__)
def test_the_diary_is_no_matter_of_the_practice(known_mara, change):
    before = known_mara.revision
    change(known_mara)
    db.session.commit()
    assert known_mara.revision == before


def test_another_therapists_change_leaves_this_one_alone(known_mara):
    otto = add_therapist("Otto Brandt")
    refresh()
    time_off(otto)
    assert is_due(otto)
    assert not is_due(known_mara)


def test_what_was_not_committed_has_not_happened(known_mara):
    time_off(known_mara)
    db.session.flush()
    db.session.rollback()
    assert not is_due(known_mara)


def test_starts_leave_as_the_notice_passes_them(known_mara):
    today = clock.now().astimezone(known_mara.tz).date()
    noon = datetime.combine(today + timedelta(days=1), time(12, 5), tzinfo=UTC)
    with time_machine.travel(noon, tick=False):
        refresh()
        assert agrees(known_mara)
    with time_machine.travel(noon + timedelta(hours=3), tick=False):
        rows_before = db.session.scalar(select(func.count()).select_from(OpenDay))
        first = db.session.scalar(select(func.min(OpenDay.first_bookable_until)))
        assert first <= clock.now()
        job._let_time_pass()
        ours = known(known_mara)
        # The horizon moves on by the hour; the days at its edge follow once a day.
        today_free = offered(known_mara, known_mara.session_types[0], known_mara.locations[0])
        assert ours == [start for start in today_free if start <= ours[-1]]
        assert db.session.scalar(select(func.count()).select_from(OpenDay)) == rows_before
    with time_machine.travel(noon + timedelta(hours=10), tick=False):
        job._let_time_pass()
        assert db.session.scalar(select(func.count()).select_from(OpenDay)) < rows_before


def test_a_new_day_opens_at_the_horizon_by_itself(known_mara):
    last = db.session.scalar(select(func.max(OpenDay.day)))
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        assert is_due(known_mara)
        refresh()
        assert agrees(known_mara)
        assert db.session.scalar(select(func.max(OpenDay.day))) == last + timedelta(days=2)


def test_once_more_changes_nothing(known_mara):
    INES.asks(known_mara, in_days(3))
    with time_machine.travel(clock.now(), tick=False):
        refresh()
        before = rows_of_everybody()
        db.session.get_one(Therapist, known_mara.id).openings_due_at = clock.now()
        refresh()
        refresh()
    assert rows_of_everybody() == before


def test_only_days_that_changed_are_written(known_mara):
    before = {row[0]: row for row in rows_of_everybody()}
    ADA.asks(known_mara, in_days(3))
    with time_machine.travel(clock.now(), tick=False):
        refresh()
    after = {row[0]: row for row in rows_of_everybody()}
    assert before.keys() == after.keys()
    assert {row[4] for row_id, row in after.items() if before[row_id] != row} == {in_days(3).date()}


def test_who_comes_second_finds_the_work_done(known_mara, monkeypatch):
    time_off(known_mara)
    db.session.commit()
    due = job._due()
    assert due == [known_mara.id]
    job._refresh(known_mara.id)  # a faster worker
    monkeypatch.setattr(openings, "refresh", lambda therapist: pytest.fail("worked out twice"))
    for therapist_id in due:
        job._refresh(therapist_id)


def test_a_diary_that_cannot_be_read_keeps_no_other_waiting(known_mara, caplog):
    otto = add_therapist("Otto Brandt")
    time_off(otto)
    known_mara.zone = "Mars/Phobos"
    refresh()
    assert known(otto)
    assert "tried again later" in caplog.text
    known_mara.zone = "Europe/London"
    refresh()
    assert agrees(known_mara)


def test_whose_diary_changed_last_comes_first(known_mara):
    otto = add_therapist("Otto Brandt")
    refresh()
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        time_off(otto)
        db.session.commit()
        assert job._due() == [otto.id, known_mara.id]


def test_it_is_done_before_mails_go_out():
    names = list(SWEEPS)
    assert names.index("refresh_openings") < names.index("deliver_waiting")
