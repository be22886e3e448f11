"""Today: what waits for the therapist, what waits for clients, and what comes next."""

from flask import Blueprint, Response
from flask_login import current_user
from sqlalchemy import select

from app import clock
from app.blueprints.access import therapist_only
from app.blueprints.rendering import page_or_fragment
from app.booking.booking import Booking
from app.calendars import clashes, notices, undecided
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
    busy, outside = clashes.of_therapist(therapist.id), notices.of_therapist(therapist)
    to_decide = [*busy, *(edited := undecided.edits_in(outside.written))]
    confirmed = mine.where(Booking.status == "confirmed", Booking.ends_at >= now).order_by(Booking.starts_at)
    decide = db.session.scalars(confirmed.where(Booking.id.in_(to_decide))).all() if to_decide else []
    upcoming = confirmed.where(Booking.id.not_in(to_decide)).limit(NEXT)
    return page_or_fragment(
        "dashboard/show.html",
        "dashboard/_today.html",
        therapist=therapist,
        to_answer=db.session.scalars(to_answer).all(),
        clashing=[one for one in decide if one.id in busy],
        edited_only=[one for one in decide if one.id not in busy],
        awaiting=db.session.scalars(awaiting).all(),
        upcoming=db.session.scalars(upcoming).all(),
        busy=busy,
        busy_in_words=clashes.in_words,
        edited=edited,
        notices=outside.notices,
        now=now,
    )
