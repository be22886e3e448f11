"""The signed-in therapist's own page. Settings will grow here."""

from flask import Blueprint, Response
from flask_login import current_user

from app.blueprints.desk.push import push_state
from app.web.access import therapist_only
from app.web.rendering import page_or_fragment

bp = Blueprint("you", __name__)


@bp.get("/settings")
@therapist_only
def show() -> Response:
    return page_or_fragment("you/show.html", "you/_you.html", therapist=current_user.therapist, push=push_state())
