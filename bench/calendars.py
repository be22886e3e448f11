"""Reading calendars outside: what a full and a small reading cost, and a thousand connections of one worker."""

import json
import multiprocessing
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from app import clock, create_app
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.database import db
from app.integrations.google_calendar.api import CalendarAPI
from app.jobs import calendars
from app.jobs.calendar_claims import claim_next
from app.practice.therapist import Therapist
from app.scheduling.busy_time import BusyTime
from bench import marketplace
from bench.measure import report
from bench.practices import Practice, on_postgresql, on_sqlite

ENTRIES = 5_000  # of one calendar; three hours apart, so that not all of them lie in the window of everybody
HORIZON_DAYS = 700
CONNECTIONS = 1_000
FULL_RUNS, CHANGES = 5, 40

Tell = Callable[..., Any]


def run() -> None:
    with on_sqlite() as practice:
        _measure(practice, "sqlite")
    with on_postgresql() as make:
        _measure(make("calendars"), "postgresql")


def _measure(practice: Practice, engine: str) -> None:
    with google() as (url, tell):
        settings = practice.environ | {"GOOGLE_API_URL": url, "GOOGLE_OAUTH_URL": url, "PUBLIC_URL": url}
        tell("notices", on=False)
        for name, work in (("one", _one_calendar), ("crowd", _crowd)):
            worker = multiprocessing.get_context("fork").Process(
                target=_as_worker, args=(settings, work, tell, engine), name=name
            )
            worker.start()
            worker.join()
            if worker.exitcode:
                raise RuntimeError(f"calendars: {name} failed on {engine}")


@contextmanager
def google() -> Iterator[tuple[str, Tell]]:
    """The Google of the tests, in a process of its own: its address, and how it is told what to do."""
    command = [sys.executable, "-m", "tests.google", "0", "--with-parent"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=Path(__file__).parents[1], stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin
        assert process.stdout
        url = process.stdout.readline().strip()

        def tell(what: str, **said: Any) -> Any:
            with urllib.request.urlopen(f"{url}/_test/{what}", json.dumps(said).encode(), timeout=120) as answer:
                return json.load(answer)

        yield url, tell
        process.stdin.close()


def _as_worker(settings: dict[str, str], work: Callable[[Tell, str], None], tell: Tell, engine: str) -> None:
    app = create_app(settings)
    with app.app_context():
        work(tell, engine)


def _one_calendar(tell: Tell, engine: str) -> None:
    """Five thousand entries: what they cost once, and one change of them."""
    small, large = _connected(tell, count=1, entries=20)[0], _connected(tell, count=1, entries=ENTRIES)[0]
    _read(small)  # what is loaded once is loaded
    idle = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins here
    took, _ = _read(large)
    report(f"calendar_full_{engine}_memory", _memory("VmHWM") - idle, "MB over idle", 1)
    rows = db.session.scalar(select(db.func.count()).where(BusyTime.calendar_id == large["id"]))
    if rows != ENTRIES:
        raise SystemExit(f"{rows} busy times instead of {ENTRIES}.")
    full = [took, *(_read(large, anew=True)[0] for _ in range(FULL_RUNS - 1))]
    report(f"calendar_full_{engine}", statistics.median(full), "s", FULL_RUNS)
    own = []
    for number in range(CHANGES):
        starts = clock.now() + timedelta(days=3, minutes=number)
        times = {"start": starts.isoformat(), "end": (starts + timedelta(hours=1)).isoformat()}
        tell("add", calendar=large["calendar"], summary="Dentist", **times)
        took, waited = _read(large)
        own.append(took - waited)
    report(f"calendar_change_{engine}", statistics.median(own) * 1000, "ms of our own", CHANGES)


def _crowd(tell: Tell, engine: str) -> None:
    """A thousand connections that one worker reads unasked: nothing has changed in them."""
    marketplace.generate(CONNECTIONS, 10)
    _connected(tell, count=CONNECTIONS, entries=20)
    first = _all_read()
    report(f"calendars_first_{engine}", first, "s", CONNECTIONS)
    report(f"calendars_poll_{engine}", _all_read(), "s", CONNECTIONS)


def _connected(tell: Tell, count: int, entries: int) -> list[dict[str, Any]]:
    """Accounts with so many entries ahead, each connected by another therapist as far as there are."""
    begins = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    made = tell("crowd", count=count, entries=entries, start=begins.isoformat())
    db.session.execute(update(Therapist).values(horizon_days=HORIZON_DAYS))
    therapists = list(db.session.scalars(select(Therapist.id)))
    for number, one in enumerate(made):
        connection = CalendarConnection(
            therapist_id=therapists[number % len(therapists)],
            kind="google",
            refresh_token=one["refresh"],
            access_token=one["access"],
            access_until=datetime.fromisoformat(one["expires_at"]),
        )
        calendar = OutsideCalendar(external_id=one["calendar"], zone="Europe/London", is_read=True, is_primary=True)
        calendar.next_sync_at = clock.now() + timedelta(days=1)
        connection.calendars = [calendar]
        db.session.add(connection)
        db.session.flush()
        one["id"] = calendar.id
    db.session.commit()
    return list(made)


def _read(one: dict[str, Any], anew: bool = False) -> tuple[float, float]:
    """Seconds that reading took, and how many of them passed at Google."""
    values: dict[str, Any] = {"next_sync_at": clock.now() - timedelta(seconds=1)}
    if anew:
        values["sync_token"] = None
        db.session.execute(db.delete(BusyTime).where(BusyTime.calendar_id == one["id"]))
    db.session.execute(update(OutsideCalendar).where(OutsideCalendar.id == one["id"]).values(values))
    db.session.commit()
    with _waiting() as waited:
        began = time.perf_counter()
        claim = claim_next()
        assert claim
        assert claim.calendar_id == one["id"]
        calendars.sync(claim)
        took = time.perf_counter() - began
    _check(OutsideCalendar.id == one["id"])
    return took, sum(waited)


def _all_read() -> float:
    db.session.execute(update(OutsideCalendar).values(next_sync_at=clock.now() - timedelta(seconds=1)))
    db.session.commit()
    began = time.perf_counter()
    calendars.start()
    calendars.wait()
    took = time.perf_counter() - began
    _check()
    return took


def _check(*which: Any) -> None:
    """Nothing failed, and nothing is left."""
    failed = db.session.scalars(select(OutsideCalendar.error).where(*which, OutsideCalendar.error.is_not(None))).first()
    due = db.session.scalar(select(db.func.count()).where(*which, OutsideCalendar.next_sync_at <= clock.now()))
    db.session.commit()
    if failed or due:
        raise SystemExit(f"Calendars were not read: {failed}, {due} are still due.")


@contextmanager
def _waiting() -> Iterator[list[float]]:
    """Seconds from each question to the last byte of Google's answer."""
    send, waited = CalendarAPI._send, []

    def timed(*about: Any, **options: Any) -> Any:
        began = time.perf_counter()
        try:
            return send(*about, **options)
        finally:
            waited.append(time.perf_counter() - began)

    CalendarAPI._send = timed  # type: ignore[method-assign]
    try:
        yield waited
    finally:
        CalendarAPI._send = send  # type: ignore[method-assign]


def _memory(which: str) -> float:
    """Megabytes: VmRSS now, VmHWM at most."""
    told = Path("/proc/self/status").read_text()
    return int(told.split(f"{which}:")[1].split()[0]) / 1024
