"""Booking rules: how soon, how far ahead, and what each kind of session needs."""

from flask import Blueprint, Response, request
from flask_login import current_user

from app.blueprints.desk.told import Told, told_by_address, told_context
from app.calendars.reading.unread import read_further
from app.database import db
from app.forms.booking_rules import LEAST_HOURS, MEASURES, MOST_DAYS, MOST_HOURS, MeasuresForm, NoticeForm
from app.practice.session_type import SessionType
from app.scheduling.fitting import fits_working_times
from app.scheduling.turn import take_turn_of
from app.web.access import therapist_only
from app.web.lookup import found
from app.web.rendering import page_or_fragment, see_other, wants_fragment

bp = Blueprint("booking_rules", __name__)


@bp.get("/working-times/rules")
@therapist_only
def show() -> Response:
    return rules_page(told=told_by_address())


@bp.post("/working-times/rules")
@therapist_only
def keep() -> Response:
    form = NoticeForm.typed(request.form)
    take_turn_of(current_user.therapist.id)
    therapist = current_user.therapist
    ahead = therapist.horizon_days
    if not form.apply(therapist):
        return rules_page(form, status=422)
    if therapist.horizon_days > ahead:
        read_further(therapist.id)
    db.session.commit()
    return _told_here(
        Told("Saved. This counts for new sessions; sessions already booked stay as they are.", where="how-soon")
    )


@bp.post("/working-times/rules/<int:session_type_id>")
@therapist_only
def measure(session_type_id: int) -> Response:
    take_turn_of(current_user.therapist.id)
    session_type = own_session_type(session_type_id)
    form = MeasuresForm.typed(request.form)
    if not form.apply(session_type):
        return rules_page(measures={session_type_id: form}, status=422)
    told = Told(f"{session_type.name}: saved. Sessions already booked keep their length.", f"type-{session_type_id}")
    db.session.commit()
    return _told_here(told)


def own_session_type(session_type_id: int) -> SessionType:
    return found(next((one for one in current_user.therapist.session_types if one.id == session_type_id), None))


def rules_page(
    notice: NoticeForm | None = None,
    measures: dict[int, MeasuresForm] | None = None,
    status: int = 200,
    told: Told | None = None,
) -> Response:
    """`measures` are the forms, by session type, that were typed and are to be looked at again."""
    therapist = current_user.therapist
    active = [one for one in therapist.session_types if one.active]
    context = {
        "therapist": therapist,
        "notice": notice or NoticeForm.of(therapist),
        "session_types": [(one, (measures or {}).get(one.id) or MeasuresForm.of(one)) for one in active],
        "measures": MEASURES,
        "least_hours": LEAST_HOURS,
        "most_hours": MOST_HOURS,
        "most_days": MOST_DAYS,
        "never_free": [one for one in active if therapist.working_times and not fits_working_times(therapist, one)],
        **told_context(told),
    }
    return page_or_fragment("working_times/rules.html", "working_times/_rules.html", status, **context)


def _told_here(told: Told) -> Response:
    return rules_page(told=told) if wants_fragment() else see_other(".show", told=told.token, _anchor=told.where)
