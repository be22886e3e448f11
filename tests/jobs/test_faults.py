"""Redis and the worker may be killed, hang or be absent: pages answer, every effect still happens within a sweep."""

import time
from itertools import count

import pytest
from sqlalchemy import select

from app import clock
from app.database import db
from app.messages.message import Message
from tests import world
from tests.waiting import wait_until

SWEEP = 3.0
PATIENCE = 30.0  # seconds
SLACK = 12.0  # the machine may be busy with other tests


@pytest.fixture
def practice(serve, app):
    """All parts of a practice, with Mara in it."""
    world.add_therapist("Mara Lindt")
    return serve(SWEEP_SECONDS=str(SWEEP))


def ask(app, days: int = 3, name: str = "Ines Keller") -> None:
    """A request written as a web process would, but without its doorbell."""
    person = world.Person(name, f"{name.split()[0].lower()}@example.net")
    mara = db.session.scalars(select(world.Therapist)).one()
    person.asks(mara, world.in_days(days))


def book_in_the_browser(practice, days: int = 4) -> float:
    """Jonas requests a session; the seconds that his request took."""
    browser = practice.browser()
    page = browser.open(f"/t/mara-lindt/request?start={world.in_days(days):%Y-%m-%dT%H:%MZ}")
    began = time.monotonic()
    answer = browser.press(page, "Request session", name="Jonas Peters", email=f"jonas{days}@example.net")
    assert "/s/" in answer.url, answer.text
    return time.monotonic() - began


def every_page_answers_at_once(practice) -> None:
    """One try in time is enough: other tests slow the machine down, and Redis would be late each time."""
    browser = practice.browser()
    for path in ("/", "/t/mara-lindt", "/sign-in", "/mailbox", "/healthz", "/readyz"):
        wait_until(lambda path=path: seconds_to_open(browser, path) < 1, timeout=60)


def seconds_to_open(browser, path: str) -> float:
    began = time.monotonic()
    browser.open(path)
    return time.monotonic() - began


def seconds_until_mailed(practice, number: int = 2) -> float:
    began = time.monotonic()
    wait_until(lambda: len(practice.mails()) >= number, timeout=60)
    return time.monotonic() - began


def test_the_doorbell_brings_a_mail_at_once(serve, app):
    world.add_therapist("Mara Lindt")
    practice = serve("redis", "mailbox", "web", "worker", SWEEP_SECONDS="3600")
    book_in_the_browser(practice)
    assert seconds_until_mailed(practice) < SLACK


@pytest.mark.parametrize("fault", ["killed", "hanging", "absent"])
def test_without_redis_pages_answer_and_mails_go_out_within_a_sweep(serve, app, fault):
    world.add_therapist("Mara Lindt")
    parts = ("mailbox", "web", "timetable")
    practice = serve(*parts, REDIS_URL="") if fault == "absent" else serve(SWEEP_SECONDS=str(SWEEP))
    if fault == "killed":
        practice.kill("redis")
    if fault == "hanging":
        practice.pause("redis")
    days = count(4)
    wait_until(lambda: book_in_the_browser(practice, next(days)) < 1)  # once is enough, as for every page
    every_page_answers_at_once(practice)
    mailed = len(practice.mails())
    book_in_the_browser(practice, next(days))
    assert seconds_until_mailed(practice, mailed + 2) < SWEEP + SLACK


def test_when_redis_comes_back_the_worker_works_again(practice, app):
    practice.kill("redis")
    every_page_answers_at_once(practice)
    practice.start("redis")
    wait_until(lambda: practice.browser().open("/readyz").status == 200)
    practice.stop("timetable")
    wait_until(lambda: _worker_takes(practice))


def _worker_takes(practice) -> bool:
    from app.jobs.queue import DELIVERIES, new_client, put, queue

    client = new_client(practice.environ["REDIS_URL"], PATIENCE)
    put("deliver_waiting", into=DELIVERIES, client=client)
    time.sleep(0.2)
    return queue(DELIVERIES, client).count == 0


def test_a_flushed_redis_loses_no_mail(practice, app):
    from app.jobs.queue import new_client

    practice.stop("worker")
    ask(app)
    new_client(practice.environ["REDIS_URL"], PATIENCE).flushall()
    assert seconds_until_mailed(practice) < SWEEP + SLACK
    practice.start("worker")


def test_with_every_worker_dead_the_timetable_does_the_work(practice, app):
    practice.kill("worker")
    ask(app)
    assert seconds_until_mailed(practice) < SWEEP + SLACK


def test_a_worker_killed_while_it_sends_loses_nothing(practice, app):
    practice.stop("timetable")
    practice.pause("mailbox")
    book_in_the_browser(practice)
    sending = select(Message).filter_by(status="sending")
    wait_until(lambda: db.session.scalars(sending).first())
    practice.kill("worker")
    practice.resume("mailbox")
    for message in db.session.scalars(sending):
        message.lease_until = clock.now()  # as if a minute had passed
    db.session.commit()
    practice.start("worker", "timetable")
    seconds_until_mailed(practice)
    wait_until(lambda: set(db.session.scalars(select(Message.status))) == {"sent"})


def test_one_timetable_leads_and_another_takes_over_when_it_is_killed(serve, app):
    world.add_therapist("Mara Lindt")
    first = serve("mailbox", "timetable", REDIS_URL="", SWEEP_SECONDS="0.5")
    wait_until(lambda: _leader() == first.pid("timetable"))
    second = serve("mailbox", "timetable", REDIS_URL="", SWEEP_SECONDS="0.5")
    ask(app)
    seconds_until_mailed(first)
    assert second.mails() == []
    first.kill("timetable")
    wait_until(lambda: _leader() == second.pid("timetable"))
    ask(app, days=5, name="Jonas Peters")
    seconds_until_mailed(second)


def _leader() -> int:
    from app.jobs.lease import Lease

    lease = db.session.get(Lease, "timetable")
    return int(lease.holder.rpartition(":")[2]) if lease else 0


def test_a_worker_asked_to_stop_while_it_starts_stops(serve):
    served = serve("redis")
    for _ in range(3):
        served.start("worker")
        served.stop("worker")


def test_whoever_stops_hands_over_at_once(serve, app):
    first = serve("timetable", REDIS_URL="", SWEEP_SECONDS="60")
    wait_until(lambda: _leader() == first.pid("timetable"))
    first.stop("timetable")
    second = serve("timetable", REDIS_URL="", SWEEP_SECONDS="60")
    wait_until(lambda: _leader() == second.pid("timetable"))
