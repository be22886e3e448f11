"""Our sessions are written into therapists' calendars elsewhere, in threads beside everything else.

What should stand there is compared with what does as often as anybody asks, so late, twice and on several workers are
all the same.
"""

import logging
import threading
import time

from flask import Flask, current_app
from sqlalchemy import delete, func, select, update

from app import clock
from app.calendars.connections import health
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.writing import moved_there
from app.calendars.writing.entry import CalendarEntry
from app.database import db
from app.integrations.errors import GatewayError
from app.integrations.google_calendar.errors import Revoked
from app.jobs.beside import Beside
from app.jobs.calendar_claims import LeaseLost
from app.jobs.entry_claims import EntryClaim, claim, claim_next
from app.jobs.entry_writer import Writer
from app.jobs.google_access import opened
from app.scheduling.busy_time import BusyTime
from app.scheduling.turn import take_turn_of

log = logging.getLogger(__name__)

AT_ONCE = 4
ROUND_SECONDS = 40.0  # in one calendar; then others have their turn
REMOVING = "removal elsewhere"  # the thread that does it for somebody who disconnects
A_MOMENT = 0.2  # seconds, while another worker is at it


def write_due() -> None:
    """Write sessions into all calendars that are due."""
    while claimed := claim_next():
        start()  # somebody else looks whether there are more
        write(claimed)


def write(claimed: EntryClaim, seconds: float = ROUND_SECONDS) -> None:
    """Bring one calendar up to date and store the outcome. Leaves no transaction open."""
    went_on = False
    try:
        with opened(claimed.place.connection_id) as google:
            writer = Writer(google, claimed)
            try:
                complete = writer.bring_up_to_date(seconds)
            finally:
                went_on = writer.done > 0
            _finish(claimed, complete, writer.problem)
    except LeaseLost:
        log.info("calendar %s is written by somebody else, or is no more", claimed.place.calendar_id)
    except Exception as error:
        db.session.rollback()
        _note_failure(claimed, error, went_on)


def remove_all(connection_id: int, seconds: float) -> int:
    """Before a connection ends: take away what of ours is to come in its calendars. How much could not be in that time.

    Nobody waits longer, however long Google takes for one answer. Commits.
    """
    if not _to_come(connection_id):
        return 0
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    removing = threading.Thread(target=_remove, args=(app, connection_id, seconds), name=REMOVING, daemon=True)
    removing.start()
    removing.join(seconds)
    return sum(_to_come(connection_id).values())


def _remove(app: Flask, connection_id: int, seconds: float) -> None:
    """Delete our entries until the time is up. A worker that comes later finds no connection, and stops."""
    try:
        with app.app_context():
            _remove_until(connection_id, time.monotonic() + seconds)
    except Exception:
        log.exception("sessions could not be taken out of the calendars of connection %s", connection_id)


def _remove_until(connection_id: int, ends: float) -> None:
    """Delete our entries, also while another worker does the same."""
    mine = update(OutsideCalendar).where(OutsideCalendar.connection_id == connection_id)
    db.session.execute(mine.values(is_written=False, next_write_at=clock.now()))
    db.session.commit()
    while (left := _to_come(connection_id)) and time.monotonic() < ends and _works(connection_id):
        claimed = next((one for one in map(claim, left) if one), None)
        if claimed is None:
            time.sleep(A_MOMENT)  # another worker is at it
        else:
            write(claimed, seconds=ends - time.monotonic())
            if not claimed.went_well:
                break


def _works(connection_id: int) -> bool:
    connection = db.session.get(CalendarConnection, connection_id, populate_existing=True)
    works = connection is not None and connection.state == "working" and connection.may_write
    db.session.rollback()
    return works


def _to_come(connection_id: int) -> dict[int, int]:
    """Return how many entries of ours are in each calendar of the connection."""
    rows = db.session.execute(
        select(CalendarEntry.calendar_id, func.count())
        .join(OutsideCalendar, OutsideCalendar.id == CalendarEntry.calendar_id)
        .where(OutsideCalendar.connection_id == connection_id, CalendarEntry.ends_at > clock.now())
        .group_by(CalendarEntry.calendar_id)
    )
    found = {calendar_id: number for calendar_id, number in rows}
    db.session.rollback()
    return found


def _finish(claimed: EntryClaim, complete: bool, problem: str | None) -> None:
    _free_what_was_decided(claimed)
    if complete:
        claimed.give_back(problem)
        if problem:
            health.tell_if_unwritten(claimed.place.calendar_id)
        _forget_where_nothing_is_written(claimed.place.calendar_id)
    else:
        claimed.go_on_later()
    db.session.commit()


def _free_what_was_decided(claimed: EntryClaim) -> None:
    """Free the time of decided edits, which the release before does not do: needed while both releases run."""
    decided = select(CalendarEntry.id).join(BusyTime, BusyTime.entry_id == CalendarEntry.id)
    mine = (CalendarEntry.calendar_id == claimed.place.calendar_id, CalendarEntry.state != "edited")
    if left := db.session.scalars(decided.where(*mine)).all():
        take_turn_of(claimed.place.therapist_id)
        moved_there.free(claimed.place.therapist_id, left)


def _forget_where_nothing_is_written(calendar_id: int) -> None:
    """Forget entries in calendars that are no longer written into; entries of past sessions stay there."""
    ended = select(OutsideCalendar.id).where(OutsideCalendar.id == calendar_id, ~OutsideCalendar.is_written)
    over = (CalendarEntry.calendar_id.in_(ended), CalendarEntry.ends_at <= clock.now())
    db.session.execute(delete(CalendarEntry).where(*over))


def _note_failure(claimed: EntryClaim, error: Exception, went_on: bool) -> None:
    place = claimed.place
    if isinstance(error, GatewayError):
        log.warning("calendar %s was not written (attempt %s): %s", place.calendar_id, place.attempts + 1, error)
    else:
        log.exception("calendar %s could not be written and is tried again later", place.calendar_id, exc_info=error)
        error = GatewayError(f"The calendar could not be written: {type(error).__name__}.", retry=True)
    try:
        take_turn_of(place.therapist_id)  # as whoever disconnects does: both then go on to calendar and connection
        claimed.put_off(error, attempts=1 if went_on else place.attempts + 1)
        health.tell_if_unwritten(place.calendar_id)
        if isinstance(error, Revoked):
            health.note_broken(place.connection_id, place.consent, error)
        db.session.commit()
    except LeaseLost:
        pass
    except Exception:  # the database may be away: the lease ends by itself
        db.session.rollback()
        log.exception("what came of writing calendar %s was not noted", place.calendar_id)


_beside = Beside("entries elsewhere", write_due, AT_ONCE)


def start() -> None:
    """Write entries in other threads, after each change of a session and every SWEEP_SECONDS. Returns at once."""
    if current_app.config["GOOGLE_CLIENT_ID"]:
        _beside.start()


def wait() -> None:
    """Wait until all entries are written: for commands that end then."""
    _beside.wait()
