"""Today: what waits for the therapist, what waits for clients, and what comes next."""

from flask import Blueprint, Response
from flask_login import current_user
from sqlalchemy import select

from app import clock
from app.blueprints.access import therapist_only
from app.blueprints.rendering import page_or_fragment
from app.booking.booking import Booking
from app.calendars import clashes, notices
from app.database import db

bp = Blueprint("dashboard", __name__)

MOST = 200
NEXT = 20  # the rest is on the page of all sessions


@bp.get("/dashboard")
@therapist_only
def show() -> Response:
    now, therapist = clock.now(), current_user.therapist
    mine = select(Booking).where(Booking.therapist_id == therapist.id).limit(MOST)
    to_answer = mine.where(Booking.status == "requested").order_by(Booking.requested_at)
    awaiting = mine.where(Booking.status == "awaiting_client").order_by(Booking.starts_at)
    busy = clashes.of_therapist(therapist.id)
    confirmed = mine.where(Booking.status == "confirmed", Booking.ends_at >= now).order_by(Booking.starts_at)
    clashing = db.session.scalars(confirmed.where(Booking.id.in_(busy))).all() if busy else []
    upcoming = confirmed.where(Booking.id.not_in(busy)).limit(NEXT)
    return page_or_fragment(
        "dashboard/show.html",
        "dashboard/_today.html",
        therapist=therapist,
        to_answer=db.session.scalars(to_answer).all(),
        clashing=clashing,
        awaiting=db.session.scalars(awaiting).all(),
        upcoming=db.session.scalars(upcoming).all(),
        busy=busy,
        busy_in_words=clashes.in_words,
        notices=notices.of_therapist(therapist),
        now=now,
    )
