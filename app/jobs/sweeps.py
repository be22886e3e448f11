"""What the timetable does each round, by name."""

import logging
from collections.abc import Callable

from app.database import db
from app.jobs import acceptances, calendar_entries, calendars, pushes
from app.jobs.deliver import deliver_waiting
from app.jobs.expire import expire_offers, lapse_requests, release_unproven
from app.jobs.openings import refresh_openings
from app.jobs.remind import remind

log = logging.getLogger(__name__)

# In this order: what expires now is announced by the delivery of the same round.
SWEEPS: dict[str, Callable[[], object]] = {
    "expire_offers": expire_offers,
    "release_unproven": release_unproven,
    "lapse_requests": lapse_requests,
    "remind": remind,
    "refresh_openings": refresh_openings,
    "write_calendars": calendar_entries.start,
    "sync_calendars": calendars.start,
    "check_acceptances": acceptances.start,
    "deliver_pushes": pushes.start,
    "deliver_waiting": deliver_waiting,
}


def run(name: str) -> None:
    """Run one sweep. Needs an application context; leaves no transaction open, whatever happens."""
    try:
        SWEEPS[name]()
    finally:
        db.session.rollback()


def try_to_run(name: str) -> None:
    """Run one sweep in this process; its failure stops no other sweep."""
    try:
        run(name)
    except Exception:
        log.exception("the sweep %s failed and is run again in the next round", name)


def run_all() -> None:
    """Run every sweep once, in this process, and wait for the threads that they start."""
    for name in SWEEPS:
        try_to_run(name)
    calendar_entries.wait()
    calendars.wait()
    acceptances.wait()
    pushes.wait()
