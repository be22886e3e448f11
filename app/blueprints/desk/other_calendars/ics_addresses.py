"""Connecting any calendar by its ICS address: looked at once before it is taken."""

from datetime import datetime

from flask import Blueprint, Response, current_app, request
from flask_login import current_user

from app.blueprints.desk.other_calendars.show import HERE, calendars_page, told_here
from app.calendars.connections import by_address
from app.calendars.connections.connection import CalendarConnection
from app.calendars.reading import by_address as ics_reading
from app.cleaning import one_line
from app.database import db
from app.integrations.errors import GatewayError
from app.practice import throttle
from app.refusals import NotPossible
from app.scheduling.turn import take_turn_of
from app.web.access import therapist_only
from app.web.sent_form import sent_key
from app.wording import clock_time

bp = Blueprint("ics_addresses", __name__)


@bp.post(f"{HERE}/addresses")
@therapist_only
def connect() -> Response:
    address, name = (one_line(request.form.get(field)) for field in ("address", "name"))
    therapist = current_user.therapist
    therapist_id, zone, horizon_days, key = therapist.id, therapist.zone, therapist.horizon_days, sent_key()
    if made_before := CalendarConnection.made_by(key):
        return _told_of(made_before)
    if next_look := _note_look(therapist_id):
        when = clock_time(next_look, zone)
        problem = f"You have tried many addresses in the last hour. Please try this one after {when}."
        return calendars_page(429, typed={"address": address, "name": name, "problem": problem})
    try:
        looked = ics_reading.first_look(address, zone, horizon_days, current_app.config)
        take_turn_of(therapist_id)
        connection = by_address.connect(therapist_id, zone, address, name or looked.name, looked.told)
        connection.made_once = key
    except (GatewayError, NotPossible) as refused:
        db.session.rollback()
        typed = {"address": address, "name": name, "problem": f"{refused} Nothing was connected."}
        return calendars_page(422, typed=typed)
    db.session.commit()
    return _told_of(connection)


def _told_of(connection: CalendarConnection) -> Response:
    """Show that a calendar is connected, after what cannot be read of it."""
    problems = "".join(f"{calendar.error} " for calendar in connection.calendars if calendar.error)
    return told_here(f"{problems}Connected: {connection.label}. It is read at once.")


def _note_look(therapist_id: int) -> datetime | None:
    """When it may be looked at, if not now. Leaves no transaction behind: the calendar's server may take its time, and
    nobody shall wait for it."""
    take_turn_of(therapist_id)
    next_look = throttle.next_look(therapist_id)
    if next_look is None:
        throttle.note_look(therapist_id)
    db.session.commit()
    return next_look
