"""A sick day: planned and previewed, sent in one go, followed, and taken back."""

from flask import Blueprint, Response, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.blueprints.desk.sick_day.page import plan_page, preview_page, sick_day_page
from app.booking.offer import Offer
from app.booking.sick_day import SickDay
from app.booking.sick_day_plan import PlanChanged, declare, plan, plan_as_chosen
from app.database import db
from app.forms.sick_day import SickDayForm
from app.practice.therapist import Therapist
from app.refusals import NotPossible, Refused
from app.scheduling.spans import Span
from app.web.access import therapist_only
from app.web.lookup import found
from app.web.refusing import status_of
from app.web.rendering import see_other
from app.web.sent_form import sent_key

bp = Blueprint("sick_days", __name__)


@bp.get("/sick-days/new")
@therapist_only
def new() -> Response:
    return plan_page(SickDayForm.linked(request.args))


@bp.post("/sick-days/preview")
@therapist_only
def preview() -> Response:
    """Show all offers that would be sent; nothing is stored."""
    form, therapist = SickDayForm.typed(request.form), current_user.therapist
    span = None if "change" in request.form else form.span(therapist)
    if span is None:
        return plan_page(form, 200 if "change" in request.form else 422)
    if "remove" in request.form:
        form.remove(request.form["remove"])
    try:
        planned = plan_as_chosen(therapist, span, form.chosen) if form.sessions else plan(therapist, span)
    except Refused as refusal:
        form.problem = refusal.sentence
        return plan_page(form, 422)
    return preview_page(form, planned)


@bp.post("/sick-days")
@therapist_only
def create() -> Response:
    form, therapist = SickDayForm.typed(request.form), current_user.therapist
    span = form.span(therapist)
    if span is None:
        return plan_page(form, 422)
    try:
        sick_day = declare(therapist, span, form.reason, form.words, form.sessions, form.chosen, sent_key())
    except Refused as refusal:
        db.session.rollback()
        return _refused(form, therapist, span, refusal)
    db.session.commit()
    return see_other(".show", sick_day_id=sick_day.id)


@bp.get("/sick-days/<int:sick_day_id>")
@therapist_only
def show(sick_day_id: int) -> Response:
    return sick_day_page(own_sick_day(sick_day_id))


@bp.post("/sick-days/<int:sick_day_id>/withdrawal")
@therapist_only
def take_back(sick_day_id: int) -> Response:
    sick_day = own_sick_day(sick_day_id)
    try:
        sick_day.take_back()
    except Refused as refusal:
        db.session.rollback()
        return sick_day_page(own_sick_day(sick_day_id), status_of(refusal), refusal.sentence)
    db.session.commit()
    return see_other(".show", sick_day_id=sick_day_id)


def _refused(form: SickDayForm, therapist: Therapist, span: Span, refusal: Refused) -> Response:
    """Everything anew, with what has changed; or the form, where it has become too much for one sick day."""
    form.problem = refusal.sentence
    changes = refusal.changes if isinstance(refusal, PlanChanged) else []
    try:
        return preview_page(form, plan(therapist, span, form.removed), status_of(refusal), changes)
    except NotPossible as too_much:
        form.problem = too_much.sentence
        return plan_page(form, 422)


def own_sick_day(sick_day_id: int) -> SickDay:
    """A sick day of the signed-in therapist with its offers, or 404."""
    mine = select(SickDay).where(SickDay.id == sick_day_id, SickDay.therapist_id == current_user.therapist.id)
    return found(db.session.scalar(mine.options(selectinload(SickDay.offers).joinedload(Offer.booking))))
