"""Answers that a therapist gave while offline, sent by the device once it is back (static/js/kept-answers.js)."""

import re
from datetime import timedelta

from flask import Blueprint, Flask, Response, abort, jsonify, request
from flask_login import current_user

from app.blueprints.desk.bookings import looked_at
from app.booking.kept_answer import KeptAnswer, Seen
from app.database import db
from app.forms.fields import whole_number
from app.keyed import keyed
from app.web.access import therapist_only
from app.web.lookup import own_booking

bp = Blueprint("kept_answers", __name__)

KEY = re.compile(r"[\w-]{16,64}", re.ASCII)
FOREVER = 10**9  # seconds, longer than any device keeps an answer


def init_app(app: Flask) -> None:
    app.add_template_global(owner_mark)


def owner_mark() -> str:
    """Return the mark by which a device knows whose answers it keeps; it tells nothing else about them."""
    return keyed("owner of what a device keeps", f" {current_user.id}")[:32]  # the blank: devices know it with one


@bp.post("/bookings/<int:booking_id>/kept-confirmation")
@therapist_only
def confirm(booking_id: int) -> Response:
    booking = own_booking(booking_id)
    if request.form.get("owner") != owner_mark():
        abort(409)  # pressed by somebody else, on this device
    key, start, location, age = request.form.get("key", ""), *map(_number, ("start", "location", "age"))
    if not KEY.fullmatch(key) or start is None or location is None or age is None:
        abort(400)
    look, seen = looked_at(booking), Seen(start, location)
    kept = KeptAnswer.confirm(booking, key, seen, timedelta(seconds=min(max(age, 0), FOREVER)), look)
    db.session.commit()
    return jsonify(done=kept.done, sentence=kept.sentence, session=f"/sessions/{booking_id}")


def _number(name: str) -> int | None:
    return request.form.get(name, type=whole_number)
