"""Calendars outside are read, in threads beside everything else: several at once, so that a slow one delays no other.

Late, twice and on several workers are all the same: see calendar_claims.py. While a calendar cannot be read its busy
times stay as they were last known.
"""

import logging
import random
import time
from collections.abc import Callable
from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from app import clock
from app.calendars.connections import by_address, gone, health
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import LOST
from app.calendars.ics.busy import ASIDE, INEXACT, MISSING
from app.calendars.reading import by_address as ics_reading
from app.calendars.reading import gathering as reading
from app.calendars.reading import keeping
from app.calendars.writing import edits
from app.calendars.writing import own_entries as ours
from app.calendars.writing.recognising import Own
from app.database import db
from app.database import reading as db_reading
from app.integrations.errors import GatewayError
from app.integrations.google_calendar.errors import Revoked
from app.jobs.beside import Beside
from app.jobs.calendar_channels import look_after
from app.jobs.calendar_claims import Claim, LeaseLost, claim_next, wait_after
from app.jobs.calendar_lists import list_again
from app.jobs.google_access import opened
from app.scheduling import changes
from app.scheduling.turn import take_turn_of

log = logging.getLogger(__name__)

AT_ONCE = 8
READING_SECONDS = 120.0  # of one calendar; what takes longer is begun anew later

NOT_ALL_READ = (MISSING, INEXACT, ASIDE)  # what stays told until all is looked at again


def sync_due() -> None:
    """Read all calendars that are due."""
    while claim := claim_next():
        start()  # somebody else looks whether there are more
        sync(claim)


def sync(claim: Claim) -> None:
    """Read one calendar and store the outcome. Leaves no transaction open."""
    try:
        _sync(claim)
    except LeaseLost:
        log.info("calendar %s was read by somebody else, or need not be read any more", claim.calendar_id)
    except Exception as error:
        db.session.rollback()
        _note_failure(claim, error)


def _sync(claim: Claim) -> None:
    if claim.kind == "address":
        _sync_address(claim)
        return
    own = _own(claim.therapist_id)
    with opened(claim.connection_id) as google:
        found = reading.gather(google, claim.known, _patience(claim), own)
        _keep(claim, found, etag=None)
        look_after(google, claim.calendar_id, claim.known.external_id)
        if claim.known.is_to_be_checked:
            list_again(google, claim.connection_id, claim.therapist_id)


def _sync_address(claim: Claim) -> None:
    answer = ics_reading.gather(_asking(claim.calendar_id), claim.known, current_app.config)
    after = answer.after * random.uniform(1.0, 1.1)  # so that they do not all come at once
    if answer.reading is not None:
        _keep(claim, answer.reading, after, etag=answer.seen)
        return
    error = claim.error if claim.error in NOT_ALL_READ else None
    claim.give_back(after, error=error, etag=answer.seen, last_sync_at=clock.now())
    health.note_success(claim.connection_id)
    db.session.commit()


def _own(therapist_id: int) -> Own:
    """Return by what the therapist's own entries are recognised. Leaves no transaction open."""
    with db_reading():
        try:
            return ours.own_of(therapist_id)
        finally:
            db.session.rollback()


def _asking(calendar_id: int) -> ics_reading.Asking:
    """Return what is needed to request an address. Leaves no transaction open."""
    with db_reading():
        try:
            return by_address.asking(calendar_id)
        finally:
            db.session.rollback()


def _patience(claim: Claim) -> Callable[[], None]:
    ends = time.monotonic() + READING_SECONDS

    def still() -> None:
        if time.monotonic() > ends:
            raise GatewayError("Reading this calendar took too long.", retry=True)
        claim.prolong()

    return still


def _keep(claim: Claim, found: reading.Reading, after: timedelta | None = None, **more: object) -> None:
    now = clock.now()
    outcome = {"sync_token": found.sync_token, "zone": found.zone[:64], "last_sync_at": now}
    outcome |= {"full_sync_at": now, "read_until": found.window[1]} if found.complete else {}
    told = found.told or (MISSING if found.unreadable else None)
    if not found.complete and claim.error in NOT_ALL_READ:
        told = told or claim.error  # until all is looked at again, what could not be read is still so
    take_turn_of(claim.therapist_id)
    claim.give_back(after, error=told, **outcome, **more)
    if claim.is_read:
        keeping.keep(claim.calendar_id, claim.therapist_id, found)
        if found.complete and claim.known.closes_what_is_unread:
            changes.note(db.session(), diaries=[claim.therapist_id])  # it is offered from now on where it is free
    if found.own:  # otherwise nothing of ours is written there
        all_of = found.window if found.complete else None
        edits.seen(claim.calendar_id, found.own, found.ours, found.ended, all_of)
    health.note_success(claim.connection_id)
    db.session.commit()


def _note_failure(claim: Claim, error: Exception) -> None:
    if not isinstance(error, GatewayError):
        log.exception("calendar %s could not be read and is tried again later", claim.calendar_id, exc_info=error)
        error = GatewayError(f"The calendar could not be read: {type(error).__name__}.", retry=True)
    else:
        log.warning("calendar %s was not read (attempt %s): %s", claim.calendar_id, claim.attempts + 1, error)
    try:
        _put_off(claim, error)
    except LeaseLost:
        pass
    except Exception:  # the database may be away: the lease ends by itself
        db.session.rollback()
        log.exception("what came of reading calendar %s was not written", claim.calendar_id)


def _put_off(claim: Claim, error: GatewayError) -> None:
    take_turn_of(claim.therapist_id)
    outcome: dict[str, str | None] = {"error": str(error)}
    outcome |= {"etag": error.seen} if isinstance(error, ics_reading.Refused) else {}
    if claim.kind == "google":
        outcome = gone.outcome(claim.seen, claim.error, error)
    claim.put_off(clock.now() + wait_after(claim.attempts + 1, error), **outcome)
    if claim.is_read and outcome["error"] == LOST and claim.error != LOST:
        gone.tell(claim.calendar_id)
    if isinstance(error, (Revoked, by_address.AddressLost)) or (claim.kind == "address" and _is_lost(claim, error)):
        health.note_broken(claim.connection_id, claim.consent, error)
    else:
        health.note_failure(claim.connection_id, error)
    db.session.commit()


def _is_lost(claim: Claim, error: GatewayError) -> bool:
    """Whether an address has led nowhere for so long that somebody must be told: no new consent is asked for by it."""
    since = db.session.scalar(select(CalendarConnection.failing_since).filter_by(id=claim.connection_id))
    return gone.is_over(since, error)


_beside = Beside("calendars outside", sync_due, AT_ONCE)


def start() -> None:
    """Read calendars in other threads, after a notification and every SWEEP_SECONDS. Returns at once."""
    _beside.start()


def wait() -> None:
    """Wait until all calendars are read: for commands that end then."""
    _beside.wait()
