"""Connecting any calendar by its ICS address: looked at once before it is taken."""

from flask import Blueprint, Response, current_app, request
from flask_login import current_user

from app.blueprints.access import therapist_only
from app.blueprints.calendars_outside import HERE, calendars_page, told_here
from app.booking.refusals import NotPossible
from app.calendars import by_address, ics_reading
from app.database import db
from app.integrations.errors import GatewayError
from app.scheduling.turn import take_turn_of

bp = Blueprint("ics_addresses", __name__)


@bp.post(f"{HERE}/addresses")
@therapist_only
def connect() -> Response:
    address, name = (request.form.get(field, "").strip() for field in ("address", "name"))
    therapist = current_user.therapist
    therapist_id, zone = therapist.id, therapist.zone
    db.session.rollback()  # the calendar's server may take its time, and nobody shall wait for it
    try:
        called = ics_reading.first_look(address, current_app.config)
        take_turn_of(therapist_id)
        connection = by_address.connect(therapist_id, zone, address, name or called)
    except (GatewayError, NotPossible) as refused:
        db.session.rollback()
        typed = {"address": address, "name": name, "problem": f"{refused} Nothing was connected."}
        return calendars_page(422, typed=typed)
    label = connection.label
    db.session.commit()
    return told_here(f"Connected: {label}. It is being read now.")
