"""The timetable: every SWEEP_SECONDS each sweep is put into Redis for the worker.

Where Redis is away, or no worker takes a sweep, the timetable runs it itself: nothing waits longer than a round.
"""

import logging
import threading
import time

from flask import Flask, current_app
from redis import Redis
from redis.exceptions import RedisError
from rq.job import Job

from app import clock
from app.jobs import sweeps
from app.jobs.lease import Lease
from app.jobs.queue import SWEEPS, new_client, put, queue

log = logging.getLogger(__name__)

LEADER = "timetable"
PATIENCE_SECONDS = 5.0  # for a worker to begin; then it is busy, or there is none


def keep_time(app: Flask, stopping: threading.Event) -> None:
    """Run round after round until asked to stop. Of several timetables one leads; the others wait."""
    seconds = app.config["SWEEP_SECONDS"]
    while not stopping.is_set():
        began = time.monotonic()
        with app.app_context():
            led = _lead_one_round(seconds, stopping)
        pause = seconds if led else min(seconds, PATIENCE_SECONDS)
        stopping.wait(max(0.05, pause - (time.monotonic() - began)))
    with app.app_context():
        Lease.give_back(LEADER)


def _lead_one_round(seconds: float, stopping: threading.Event) -> bool:
    try:
        if not Lease.take(LEADER, 2 * seconds + PATIENCE_SECONDS):
            return False
        one_round(current_app.config["REDIS_URL"], min(PATIENCE_SECONDS, seconds / 2), stopping)
    except Exception:  # the database may be away: the timetable itself must not end
        log.exception("a round of the timetable failed")
    return True


def one_round(redis_url: str, patience: float, stopping: threading.Event) -> None:
    """Run every sweep once: by a worker that begins within `patience` seconds, otherwise in this process.

    Once asked to stop, it begins nothing more: the worker is being stopped as well, and the next start does it.
    """
    left = list(sweeps.SWEEPS)
    if redis_url:
        try:
            left = _not_begun(new_client(redis_url), left, patience, stopping)
        except RedisError as away:
            if not stopping.is_set():
                log.warning("Redis is away (%s): the timetable runs the sweeps itself", away)
    for name in left:
        if not stopping.is_set():
            sweeps.try_to_run(name)


def _not_begun(client: Redis, names: list[str], patience: float, stopping: threading.Event) -> list[str]:
    """Put these sweeps into the queue. Returns the names of those that no worker began."""
    this_round = int(clock.now().timestamp() * 1000)
    jobs = {name: put(name, into=SWEEPS, client=client, job_id=f"{name}-{this_round}") for name in names}
    ends = time.monotonic() + patience
    while (waiting := _waiting(client, jobs)) and time.monotonic() < ends and not stopping.wait(0.05):
        pass
    if stopping.is_set():
        return []  # what waits in Redis is there at the next start
    for job in waiting.values():
        job.delete()
    if waiting:
        log.warning("no worker took %s: the timetable runs it itself", ", ".join(waiting))
    return list(waiting)


def _waiting(client: Redis, jobs: dict[str, Job | None]) -> dict[str, Job]:
    ids = set(queue(SWEEPS, client).get_job_ids())
    return {name: job for name, job in jobs.items() if job is not None and job.id in ids}
