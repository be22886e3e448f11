"""Today: what waits for the therapist, what waits for clients, and what comes next."""

from collections.abc import Collection, Sequence

from flask import Blueprint, Response
from flask_login import current_user

from app import clock
from app.blueprints.desk.outside_times import outside_context
from app.booking import lists
from app.booking.booking import Booking
from app.calendars.connections import notices
from app.calendars.deciding import clashes, undecided
from app.database import db
from app.web.access import therapist_only
from app.web.paging import page_of
from app.web.rendering import page_or_fragment

bp = Blueprint("dashboard", __name__)

AT_ONCE = 30  # of what waits for an answer; the rest is a page away
MOST = 200
NEXT = 20  # the rest is on the page of all sessions


@bp.get("/dashboard")
@therapist_only
def show() -> Response:
    now, therapist = clock.now(), current_user.therapist
    to_answer = lists.to_answer(therapist.id)
    awaiting = lists.waiting(therapist.id, "awaiting_client").order_by(Booking.starts_at, Booking.id)
    busy, outside = clashes.of_therapist(therapist.id), notices.of_therapist(therapist)
    to_decide = [*busy, *(edited := undecided.edits_in(outside.written))]
    decide = _agreed_among(to_decide, therapist.id)
    return page_or_fragment(
        "dashboard/show.html",
        "dashboard/_today.html",
        therapist=therapist,
        waiting=lists.numbers_waiting(therapist.id, now),
        to_answer=page_of(to_answer, AT_ONCE, "to-answer"),
        clashing=[one for one in decide if one.id in busy],
        edited_only=[one for one in decide if one.id not in busy],
        awaiting=page_of(awaiting, AT_ONCE, "awaiting"),
        upcoming=db.session.scalars(lists.agreed(therapist.id, now, without=to_decide).limit(NEXT)).all(),
        ended=db.session.scalars(lists.ended_without(therapist.id, now).limit(NEXT)).all(),
        busy=busy,
        busy_in_words=clashes.in_words,
        edited=edited,
        notices=outside.notices,
        now=now,
        **outside_context(therapist),
    )


def _agreed_among(ids: Collection[int], therapist_id: int) -> Sequence[Booking]:
    """Return those of the sessions that are agreed on and to come, the next one first."""
    wanted = lists.agreed(therapist_id, clock.now()).where(Booking.id.in_(ids)).limit(MOST)
    return db.session.scalars(wanted).all() if ids else []
