"""What the operator looks at: disputes, messages that could not be delivered, and how calendars elsewhere are read."""

from datetime import timedelta

from flask import Blueprint, Response, current_app
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from app import clock
from app.booking.booking import Booking
from app.calendars.connections import health
from app.database import db
from app.integrations.google_calendar import consent
from app.messages.activity import Activity
from app.messages.message import Message
from app.practice.therapist import Therapist
from app.web.access import operator_only
from app.web.rendering import page_or_fragment

bp = Blueprint("operator", __name__)

MOST = 100
KEY_REFUSED = ("%: 401", "%: 403")  # how the words end that integrations/push/webpush.py keeps with a push


@bp.get("/operator")
@operator_only
def show() -> Response:
    disputes = (
        select(Activity)
        .where(Activity.verb.in_(("disputed", "disputed_late")))
        .order_by(Activity.id.desc())
        .limit(MOST)
        .options(joinedload(Activity.booking).selectinload(Booking.offers), joinedload(Activity.offer))
    )
    given_up = select(Message).filter_by(status="given_up", channel="mail").order_by(Message.id.desc()).limit(MOST)
    therapists = select(Therapist).order_by(Therapist.name).limit(MOST)
    return page_or_fragment(
        "operator/show.html",
        "operator/_overview.html",
        disputes=db.session.scalars(disputes).all(),
        given_up=db.session.scalars(given_up).all(),
        therapists=db.session.scalars(therapists).all(),
        calendars=health.for_operator(current_app.config),
        key_refused=_pushes_whose_key_was_refused(),
        google_offered=consent.is_offered(current_app.config),
        redirect_address=consent.redirect_address(current_app.config),
    )


def _pushes_whose_key_was_refused() -> int:
    """In the last day. They are tried again until they are of no use any more, and are then called off."""
    # What was sent meanwhile was taken with the same key. The index begins with the status.
    unsent = Message.status.in_(("waiting", "sending", "given_up", "called_off"))
    refused = or_(*(Message.last_error.like(words) for words in KEY_REFUSED))
    since = clock.now() - timedelta(days=1)
    pushes = (unsent, Message.channel == "push", Message.next_attempt_at > since, refused)
    return db.session.scalar(select(func.count()).select_from(Message).where(*pushes)) or 0
