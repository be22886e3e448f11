"""What a therapist does with an offer: make it, withdraw it, record the client's choice."""

from flask import Blueprint, Response, request

from app.blueprints.desk.bookings import answer, changed_meanwhile, done
from app.blueprints.desk.session_page import rearrangement_page
from app.booking.booking import Booking
from app.booking.offer import Offer
from app.booking.rearrangement import offer_alternatives
from app.database import db
from app.forms.alternatives import AlternativesForm
from app.forms.client_number import TYPE_IT, ClientNumber
from app.forms.new_time import NewTime
from app.refusals import BookingChanged, NotPossible, OfferEnded, Refused
from app.web.access import therapist_only
from app.web.lookup import chosen_alternative, own_booking
from app.web.refusing import status_of

bp = Blueprint("offers", __name__)


@bp.post("/bookings/<int:booking_id>/offer")
@therapist_only
def make(booking_id: int) -> Response:
    booking = own_booking(booking_id)
    try:
        form = AlternativesForm.typed(request.form)
    except NotPossible as refusal:
        return rearrangement_page(booking, None, NewTime.of(booking), None, 422, refusal.sentence)
    terms = form.terms(booking)
    if terms is None:
        return rearrangement_page(booking, form.reason, NewTime.of(booking), form, 422)
    try:
        offer_alternatives(booking, form.reason, terms, form.words)
    except BookingChanged as refusal:
        return changed_meanwhile(booking_id, refusal)
    except Refused as refusal:
        db.session.rollback()
        booking, form.problem = own_booking(booking_id), refusal.sentence
        return rearrangement_page(booking, form.reason, NewTime.of(booking), form, status_of(refusal))
    return done(booking)


@bp.post("/bookings/<int:booking_id>/offer/withdrawal")
@therapist_only
def withdraw(booking_id: int) -> Response:
    return answer(booking_id, lambda booking: _open_offer(booking).withdraw())


@bp.post("/bookings/<int:booking_id>/offer/choice")
@therapist_only
def choose(booking_id: int) -> Response:
    """The client said by phone which one they take, and their number where the therapist will ring them."""

    def accept(booking: Booking) -> None:
        offer = _open_offer(booking)
        alternative = chosen_alternative(offer)
        if alternative is None:
            raise NotPossible("Choose which of the times your client takes.")
        number = ClientNumber.typed(booking, alternative.location, TYPE_IT)
        if number.error:
            raise NotPossible(number.error)
        offer.accept(alternative, by="therapist", phone=number.text)

    return answer(booking_id, accept)


def _open_offer(booking: Booking) -> Offer:
    offer = booking.open_offer
    if offer is None:
        raise OfferEnded
    return offer
