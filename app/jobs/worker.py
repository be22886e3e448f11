"""The worker: runs what the doorbell and the timetable put into Redis, and outlives Redis' absence."""

import logging
import threading
import time
from contextlib import suppress
from types import FrameType
from typing import Any

from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError

from app.jobs.lease import Lease
from app.jobs.queue import ACCEPTANCES, CALENDARS, DELIVERIES, ENTRIES, OPENINGS, PUSHES, SWEEPS, new_client, queue

log = logging.getLogger(__name__)

SIGN_OF_LIFE = "worker"
SIGN_OF_LIFE_SECONDS = 10.0
SIGN_OF_LIFE_LASTS = 60.0  # a worker may be busy with one job for a while
WORKER_TTL = 20  # seconds; RQ waits 15 less than this for a job, then looks around


def work(app: Flask, stopping: threading.Event) -> None:
    """Work until asked to stop. Without Redis there is nothing to do: the timetable does it meanwhile."""
    if not app.config["REDIS_URL"]:
        raise SystemExit("REDIS_URL is not set: the timetable runs every sweep itself, and no worker is needed.")
    alive = SignOfLife(app)
    while not stopping.is_set():
        with suppress(StopRequested):
            _work_while_redis_is_there(app, alive, stopping)


def _work_while_redis_is_there(app: Flask, alive: "SignOfLife", stopping: threading.Event) -> None:
    alive.give()
    try:
        client = new_client(app.config["REDIS_URL"])
        DeskWorker(app, client, alive, stopping).work(logging_level="WARNING")
    except (RedisError, OSError) as away:
        log.warning("the worker waits for Redis: %s", away)
    stopping.wait(1)  # RQ also leaves its loop quietly when Redis goes away in the middle of a job


class SignOfLife:
    """Writes a heartbeat to the database every few seconds, so that /readyz can say whether a worker runs."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._given = float("-inf")

    def give(self) -> None:
        if time.monotonic() - self._given < SIGN_OF_LIFE_SECONDS:
            return
        self._given = time.monotonic()
        try:
            with self._app.app_context():
                Lease.take(SIGN_OF_LIFE, SIGN_OF_LIFE_LASTS)
        except SQLAlchemyError as error:
            log.warning("the worker could not give its sign of life: %s", error)


class DeskWorker(SimpleWorker):
    """One process for all jobs: a sweep is cheaper than the fork that RQ would make for it."""

    max_connection_wait_time = 2.0  # seconds; Redis is back sooner than RQ's minute

    def __init__(self, app: Flask, client: Redis, alive: SignOfLife, stopping: threading.Event) -> None:
        self._app, self._alive, self._stopping = app, alive, stopping
        super().__init__(
            [queue(name, client) for name in (PUSHES, ENTRIES, CALENDARS, ACCEPTANCES, DELIVERIES, OPENINGS, SWEEPS)],
            connection=client,
            serializer=JSONSerializer,
            worker_ttl=WORKER_TTL,
            maintenance_interval=60,
            job_monitoring_interval=2,
            log_job_description=False,
        )

    def perform_job(self, *args: Any, **kwargs: Any) -> bool:
        with self._app.app_context():  # its end closes the database session, whatever the job left behind
            return super().perform_job(*args, **kwargs)

    def heartbeat(self, *args: Any, **kwargs: Any) -> None:
        self._alive.give()
        super().heartbeat(*args, **kwargs)

    def check_for_suspension(self, burst: bool) -> None:
        if self._stopping.is_set():  # asked while RQ was still setting up, before it listened for signals
            raise StopRequested
        super().check_for_suspension(burst)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self._stopping.set()
        super().request_stop(signum, frame)

    def procline(self, message: str) -> None:
        """Keep the name of the process: `ps` shows which part of Holdfast it is."""

    def subscribe(self) -> None:
        """Do not listen for RQ's commands (stop, shut down), which anybody who can write to Redis could send."""

    def unsubscribe(self) -> None:
        pass
