"""Today's sessions as a device may keep them for when it is offline: nobody's name, place or words.

The service worker asks for this, and only on a device whose therapist has said so (see service-worker/kept-today.js).
"""

from datetime import datetime

from flask import Blueprint, Response, jsonify
from flask_login import current_user
from sqlalchemy import select

from app import clock
from app.blueprints.desk.kept_answers import owner_mark
from app.booking.booking import LIVE, Booking
from app.booking.outside import why_outside
from app.database import db
from app.practice.therapist import Therapist
from app.scheduling.local_days import day_span
from app.web.access import therapist_only
from app.wording import OUTSIDE_WORDS, clock_time, hours, short_day, status_word

bp = Blueprint("kept_today", __name__)


@bp.get("/dashboard/kept")
@therapist_only
def show() -> Response:
    now, therapist = clock.now(), current_user.therapist
    sessions = _today(therapist, now)
    outside = why_outside(therapist, sessions)
    return jsonify(
        owner=owner_mark(),
        date=f"{now.astimezone(therapist.tz):%Y-%m-%d}",
        zone=therapist.zone,
        day=short_day(now, therapist.zone),
        as_of=clock_time(now, therapist.zone),
        sessions=[_line(booking, therapist.zone, outside.get(booking.id)) for booking in sessions],
    )


def _today(therapist: Therapist, now: datetime) -> list[Booking]:
    today = now.astimezone(therapist.tz).date()
    begins, ends = day_span(today, therapist.tz)
    wanted = (Booking.therapist_id == therapist.id, Booking.status.in_(LIVE))
    of_today = select(Booking).where(*wanted, Booking.starts_at >= begins, Booking.starts_at < ends)
    return list(db.session.scalars(of_today.order_by(Booking.starts_at)))


def _line(booking: Booking, zone: str, outside: str | None) -> dict[str, str]:
    words = [] if booking.status == "confirmed" else [status_word(booking)]
    return {
        "time": hours(booking.starts_at, booking.ends_at, zone),
        "initials": booking.client.initials,
        "kind": booking.told_location.kind_word,
        "status": " · ".join([*words, OUTSIDE_WORDS[outside]] if outside else words),
    }
