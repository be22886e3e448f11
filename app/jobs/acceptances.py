"""What clients have accepted is looked up in the therapist's calendars, beside and a moment later.

No answer to a client waits for Google, whatever it does. See calendars/deciding/acceptance.py.
"""

import logging

from app.booking.booking import Booking
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.deciding import clashes
from app.calendars.deciding.acceptance import AcceptanceCheck
from app.calendars.deciding.live_check import Look, look
from app.database import db, reading
from app.jobs.beside import Beside
from app.messages.announcements import announce_clash, announce_not_looked_up

log = logging.getLogger(__name__)


def check_acceptances() -> None:
    """Look up all acceptances that are due. Safe to run late, twice, or on two workers."""
    with reading():
        due = db.session.scalars(AcceptanceCheck.due()).all()
        db.session.rollback()
    for booking_id in due:
        try:
            _check(booking_id)
        except Exception:
            db.session.rollback()
            log.exception("an acceptance could not be checked and is tried again in a later round")


def _check(booking_id: int) -> None:
    is_mine = AcceptanceCheck.claim(booking_id)
    db.session.commit()
    if not is_mine:
        return
    booking = db.session.get_one(Booking, booking_id)
    seen = look(booking.therapist, booking.span)
    db.session.rollback()  # whether or not anybody was asked
    booking.lock()
    busy = clashes.of_booking(booking, seen) if booking.status == "confirmed" else []
    # Where nothing clashes with what is known, and not all is, it is asked again for a while.
    waits = seen.unasked and not busy and AcceptanceCheck.put_off(booking_id)
    if not waits and AcceptanceCheck.end(booking_id):
        _tell(booking, busy, seen)
    OutsideCalendar.ask_for(OutsideCalendar.id.in_(seen.news))
    db.session.commit()


def _tell(booking: Booking, busy: list[clashes.Busy], seen: Look) -> None:
    if busy:
        announce_clash(booking, " ".join(filter(None, (clashes.in_words(busy, booking), seen.sentence))))
    elif seen.sentence and booking.status == "confirmed" and not booking.is_over:
        announce_not_looked_up(booking, seen.sentence)


_beside = Beside("acceptances", check_acceptances)


def start() -> None:
    """Look up acceptances in other threads, after each acceptance and every SWEEP_SECONDS. Returns at once."""
    _beside.start()


def wait() -> None:
    """Wait until all acceptances are looked up: for commands that end then."""
    _beside.wait()
