"""Time off: for now, undoing what a move has closed."""

from flask import Blueprint, Response
from flask_login import current_user
from sqlalchemy import select

from app.blueprints.access import therapist_only
from app.blueprints.bookings import done
from app.blueprints.lookup import found, own_booking
from app.database import db
from app.scheduling.time_off import TimeOff

bp = Blueprint("times_off", __name__)


@bp.post("/times-off/<int:time_off_id>/reopening")
@therapist_only
def reopen(time_off_id: int) -> Response:
    mine = select(TimeOff).where(TimeOff.id == time_off_id, TimeOff.therapist_id == current_user.therapist.id)
    time_off = found(db.session.scalar(mine))
    booking = own_booking(found(time_off.booking_id))
    time_off.reopen()
    return done(booking)
