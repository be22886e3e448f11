"""What the operator looks at: disputes, and messages that could not be delivered."""

from flask import Blueprint, Response
from sqlalchemy import select

from app.blueprints.access import operator_only
from app.blueprints.rendering import page_or_fragment
from app.database import db
from app.messages.activity import Activity
from app.messages.message import Message
from app.practice.therapist import Therapist

bp = Blueprint("operator", __name__)

MOST = 100


@bp.get("/operator")
@operator_only
def show() -> Response:
    disputes = (
        select(Activity)
        .where(Activity.verb.in_(("disputed", "disputed_late")))
        .order_by(Activity.id.desc())
        .limit(MOST)
    )
    given_up = select(Message).filter_by(status="given_up", channel="mail").order_by(Message.id.desc()).limit(MOST)
    therapists = select(Therapist).order_by(Therapist.name).limit(MOST)
    return page_or_fragment(
        "operator/show.html",
        "operator/_overview.html",
        disputes=db.session.scalars(disputes).all(),
        given_up=db.session.scalars(given_up).all(),
        therapists=db.session.scalars(therapists).all(),
    )
