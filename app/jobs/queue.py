"""The doorbell: Redis learns that something waits. No request waits for Redis, and losing it loses nothing."""

import logging
import os
import threading
from collections import deque
from collections.abc import Iterable
from functools import cache

from flask import Flask, current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.calendars.deciding.acceptance import AcceptanceCheck
from app.database import db
from app.messages.message import Message

log = logging.getLogger(__name__)

PUSHES = "pushes"  # rung by a change; costs the worker nothing, for they have a thread of their own
ENTRIES = "entries"  # rung by a change of a session: it stands in a calendar elsewhere, written by threads of their own
CALENDARS = "calendars"  # rung when one outside has changed; has threads of its own too
DELIVERIES = "deliveries"  # rung by a change; short, so that a mail goes out at once
ACCEPTANCES = "acceptances"  # rung too; these have a thread of their own as well
OPENINGS = "openings"  # rung too: the directory follows the diaries
SWEEPS = "sweeps"  # put in by the timetable

WEEK = 7 * 24 * 3600
JOB_SECONDS = 300


def redis_client(url: str | None = None) -> Redis:
    """Return a Redis client that gives up in well under a second; by itself redis-py retries and hangs for minutes."""
    return _client(url or current_app.config["REDIS_URL"], os.getpid())


@cache
def _client(url: str, _pid: int) -> Redis:  # a connection does not survive a fork
    return new_client(url)


def new_client(url: str, timeout: float = 0.5) -> Redis:
    return Redis.from_url(
        url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=Retry(NoBackoff(), 0), protocol=2
    )


def queue(name: str, client: Redis) -> Queue:
    # JSON, because with the default (pickle) writing to Redis would be running code.
    return Queue(name, connection=client, serializer=JSONSerializer)


def put(sweep: str, *, into: str, client: Redis, job_id: str | None = None) -> Job | None:
    """Put a sweep into a queue. Returns None if the same job is there already. Raises RedisError."""
    try:
        return queue(into, client).enqueue(
            "app.jobs.sweeps.run",
            args=(sweep,),
            job_id=job_id,
            unique=job_id is not None,
            job_timeout=JOB_SECONDS,
            result_ttl=0,
            failure_ttl=WEEK,
        )
    except DuplicateJobError:
        return None


# What a change may ask for, and what the session remembers of it until the commit.
RUNG = {
    "deliver_pushes": PUSHES,
    "write_calendars": ENTRIES,
    "sync_calendars": CALENDARS,
    "check_acceptances": ACCEPTANCES,
    "deliver_waiting": DELIVERIES,
    "refresh_openings": OPENINGS,
}
ASKED_BY = {
    "has_written_push": "deliver_pushes",
    "entries_are_due": "write_calendars",
    "calendars_are_due": "sync_calendars",
    "has_to_check": "check_acceptances",
    "has_written_mail": "deliver_waiting",
    "openings_are_due": "refresh_openings",
}


class Doorbell:
    """Rings the worker from a thread of its own; many rings while it is busy become one."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._rung = threading.Event()
        self._asked: deque[str] = deque()
        self._lock = threading.Lock()
        self._ringer: tuple[int, threading.Thread] | None = None

    def ring(self, sweeps: Iterable[str]) -> None:
        """Set a flag for the thread that rings; does not talk to Redis and raises nothing."""
        self._ensure_ringer()
        self._asked.extend(sweeps)
        self._rung.set()

    def _ensure_ringer(self) -> None:
        if self._ringer and self._ringer[0] == os.getpid():
            return
        with self._lock:
            if self._ringer and self._ringer[0] == os.getpid():
                return
            # Threads do not survive the fork of a web process: the thread belongs to one process id.
            self._rung = threading.Event()
            thread = threading.Thread(target=self._serve, name="doorbell", daemon=True)
            self._ringer = (os.getpid(), thread)
            thread.start()

    def _serve(self) -> None:
        client = new_client(self._url)
        while True:
            self._rung.wait()
            self._rung.clear()
            try:
                for sweep in self._take_asked():
                    # One that has not begun yet will see every row committed before now.
                    if queue(RUNG[sweep], client).count == 0:
                        put(sweep, into=RUNG[sweep], client=client)
            except RedisError as away:
                log.warning("Redis did not hear the doorbell (%s): the next sweep does it", away)

    def _take_asked(self) -> list[str]:
        """Return the sweeps that were asked for, the most important first, each once."""
        asked = set()
        while self._asked:
            asked.add(self._asked.popleft())
        return [sweep for sweep in RUNG if sweep in asked]


def init_app(app: Flask) -> None:
    """Ring after each commit that wrote a message or changed somebody's free time."""
    app.extensions["doorbell"] = Doorbell(app.config["REDIS_URL"]) if app.config["REDIS_URL"] else None
    if not event.contains(db.session, "after_commit", _after_commit):
        event.listen(db.session, "after_flush", _after_flush)
        event.listen(db.session, "after_commit", _after_commit)


def _after_flush(session: Session, _context: object) -> None:
    for row in session.new:
        if isinstance(row, Message):
            session.info[f"has_written_{row.channel}"] = True
        elif isinstance(row, AcceptanceCheck):
            session.info["has_to_check"] = True


def _after_commit(session: Session) -> None:
    # Also called when a savepoint is released: the rows are not there for others yet.
    if not session.in_nested_transaction():
        asked = [sweep for remembered, sweep in ASKED_BY.items() if session.info.pop(remembered, False)]
        if asked:
            ring(*asked)


def ring(*sweeps: str) -> None:
    """Have these sweeps run now: something was committed that waits for them."""
    doorbell: Doorbell | None = current_app.extensions.get("doorbell")
    if doorbell is not None:
        doorbell.ring(sweeps)
