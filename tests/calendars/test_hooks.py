"""Google says that something has changed: who may say so, what it costs, and how soon it shows."""

import threading

import pytest
import time_machine
from sqlalchemy import event

from app import clock
from app.calendars.connections import channels
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.database import db
from tests import world
from tests.calendars.connected import busy_spans
from tests.calendars.test_reading import hour
from tests.waiting import wait_until

HOOK = "/hooks/google-calendar"


@pytest.fixture
def watched(connection, google, sync):
    """Mara's calendar, read and told of; notices come by the test's own hand."""
    google.notices.on = False
    sync()
    return connection.calendars[0]


def tell(http, notice, **changes: str) -> int:
    return http.post(HOOK, headers=notice.headers | changes).status_code


def is_due(calendar: OutsideCalendar) -> bool:
    db.session.expire_all()
    due = calendar.next_sync_at is not None and calendar.next_sync_at <= clock.now()
    db.session.commit()
    return due


def test_a_notice_has_the_calendar_read(watched, google, maras, mara, http, sync):
    assert not is_due(watched)
    maras.primary.add("Dentist", *hour(2))
    assert tell(http, google.notices.made[-1]) == 204
    assert is_due(watched)
    sync()
    assert busy_spans(mara) == [hour(2)]


def test_strangers_find_nothing(watched, google, http):
    notice = google.notices.made[-1]
    changes = {"X-Goog-Channel-Token": "guessed"}, {"X-Goog-Channel-ID": "guessed"}, {"X-Goog-Channel-Token": ""}
    for changed in changes:
        assert tell(http, notice, **changed) == 404
    assert http.post(HOOK).status_code == 404
    assert http.get(HOOK).status_code == 405
    assert not is_due(watched)


def test_a_hundred_notices_make_one_reading_and_two_where_it_has_begun(watched, google, maras, http, sync):
    maras.primary.add("Dentist", *hour(2))
    for _ in range(100):
        tell(http, google.notices.made[-1])
    before = google.count("events.list")
    sync()
    assert google.count("events.list") == before + 1


def test_what_is_told_while_the_calendar_is_read_is_not_forgotten(
    watched, google, maras, mara, http, monkeypatch, sync
):
    from app.calendars.reading import gathering as reading

    ask = reading._page

    def told_meanwhile(*about):
        page = ask(*about)
        if len(asked) == 0:
            asked.append(maras.primary.add("Dentist", *hour(2)))
            tell(http, google.notices.made[-1])
        return page

    asked: list[str] = []
    monkeypatch.setattr(reading, "_page", told_meanwhile)
    tell(http, google.notices.made[-1])
    sync()
    assert busy_spans(mara) == [hour(2)]


def test_a_notice_reads_once_and_writes_only_what_is_not_due_yet(watched, app, google, http):
    statements: list[str] = []

    def heard(_connection, _cursor, statement, *_rest):
        statements.append(statement.split()[0])

    event.listen(db.engine, "before_cursor_execute", heard)
    try:
        for _ in range(3):
            tell(http, google.notices.made[-1])
        tell(http, google.notices.made[-1], **{"X-Goog-Channel-Token": "guessed"})
    finally:
        event.remove(db.engine, "before_cursor_execute", heard)
    counted = [one for one in statements if one not in ("BEGIN", "PRAGMA")]
    assert counted == ["SELECT", "UPDATE", "SELECT", "SELECT", "SELECT"]


def test_a_calendar_that_cannot_be_read_now_waits_for_its_time(watched, google, http):
    watched.attempts, watched.next_sync_at = 2, world.in_days(1)
    db.session.commit()
    assert tell(http, google.notices.made[-1]) == 204
    assert not is_due(watched)


def test_a_calendar_that_is_not_read_any_more_is_not_read(watched, connection, google, http):
    connection.choose([])
    db.session.commit()
    assert tell(http, google.notices.made[-1]) == 404
    assert not is_due(watched)


def test_a_notice_that_came_late_still_counts(watched, google, maras, http):
    maras.primary.add("Dentist", *hour(2))
    with time_machine.travel(clock.now() + channels.LIFE + channels.UNANSWERED, tick=True):
        assert tell(http, google.notices.made[-1]) == 204


def test_within_a_second_of_a_notice_the_time_is_taken_here(knows_google, google, maras, mara, serve):
    """The whole way: Google, the web process, Redis, the worker. The timetable would come in an hour."""
    from tests.calendars.connected import connect

    connect(google, maras, mara)
    served = serve("redis", "mailbox", "web", "worker", SWEEP_SECONDS="3600", **google.settings("http://localhost"))
    first(served)
    wait_until(lambda: google.notices.open(maras.primary))
    wait_until(lambda: 204 in google.notices.answered)
    maras.primary.add("Dentist", *hour(2))
    wait_until(lambda: busy_spans(mara) == [hour(2)])
    google.notices.repeat = 100
    before = google.count("events.list")
    maras.primary.add("Dentist", *hour(3))
    wait_until(lambda: busy_spans(mara) == [hour(2), hour(3)])
    wait_until(lambda: len(google.notices.answered) == len(google.notices.made))
    assert set(google.notices.answered) == {204}
    assert google.count("events.list") - before < 20


def first(served) -> None:
    """Have the worker look once: nothing has been told yet."""
    from app.jobs.queue import CALENDARS, new_client, put

    put("sync_calendars", into=CALENDARS, client=new_client(served.environ["REDIS_URL"], timeout=30))


def test_many_notices_at_once_are_all_taken(watched, google, app):
    db.session.commit()
    answers: list[int] = []
    notice = google.notices.made[-1]
    crowd = [threading.Thread(target=lambda: answers.append(tell(app.test_client(), notice))) for _ in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert answers == [204] * 8
