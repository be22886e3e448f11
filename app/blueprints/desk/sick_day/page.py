"""What the pages of a sick day show."""

from collections.abc import Sequence

from flask import Response
from flask_login import current_user
from sqlalchemy import select

from app import clock
from app.blueprints.desk.span_words import dates
from app.booking.booking import Booking
from app.booking.offer import Offer
from app.booking.outside import why_outside
from app.booking.personal_link import PersonalLink
from app.booking.rearrangement import REASONS, deadline, drafted, needs_consent
from app.booking.sick_day import SickDay
from app.booking.sick_day_plan import Plan, Share, sessions_in
from app.database import db
from app.forms.sick_day import SickDayForm, named
from app.messages import mail
from app.messages.facts import facts_of
from app.messages.message import Message
from app.refusals import NotPossible
from app.scheduling.spans import Span, union
from app.scheduling.time_off import TimeOff
from app.web.rendering import page_or_fragment

RECENT = 5


def plan_page(form: SickDayForm, status: int = 200) -> Response:
    """From when to when, and why."""
    therapist = current_user.therapist
    mine = select(SickDay).where(SickDay.therapist_id == therapist.id)
    return page_or_fragment(
        "sick_days/new.html",
        "sick_days/_new.html",
        status,
        form=form.dates,
        sick_day=form,
        reasons=_reasons(),
        recent=db.session.scalars(mine.order_by(SickDay.made_at.desc()).limit(RECENT)).all(),
        therapist=therapist,
        dates=dates,
    )


def preview_page(form: SickDayForm, plan: Plan, status: int = 200, changes: Sequence[str] = ()) -> Response:
    """Everything that will be sent, to whom."""
    return page_or_fragment(
        "sick_days/preview.html",
        "sick_days/_preview.html",
        status,
        form=form,
        plan=plan,
        offers_told=_offers_told([share.booking for share in plan.offers]),
        changes=changes,
        previews={share.booking.id: _mail_of(share, form) for share in plan.offers},
        reason=_reasons()[form.reason],
        therapist=current_user.therapist,
        named=named,
        dates=dates,
    )


def sick_day_page(sick_day: SickDay, status: int = 200, problem: str | None = None) -> Response:
    """Show what was offered to whom on a sick day, and what became of it."""
    open_offers = [offer for offer in sick_day.offers if offer.is_open]
    waiting = [offer for offer in open_offers if offer.can_be_withdrawn]
    asked = {offer.booking_id for offer in sick_day.offers if offer.outcome is None}
    over = sick_day.undone_at is not None or sick_day.ends_at <= clock.now()
    left = [] if over else [one for part in sessions_in(current_user.therapist, sick_day.span) for one in part]
    closed = sick_day.closed_besides
    return page_or_fragment(
        "sick_days/show.html",
        "sick_days/_sick_day.html",
        status,
        sick_day=sick_day,
        offers=sick_day.offers,
        offers_told=_offers_told([offer.booking for offer in sick_day.offers]),
        waiting=waiting,
        too_late=[offer for offer in open_offers if offer not in waiting],
        closed=closed,
        is_closed=_covers([one.span for one in TimeOff.between(sick_day.therapist_id, sick_day.span)], sick_day.span),
        stays_closed=_covers([one.span for one in closed], sick_day.span),
        opened=_opened(sick_day),
        unsent={offer.booking_id for offer in open_offers} == Message.in_grace(asked) != set(),
        left=[one for one in left if one.id not in asked],
        outside_times=why_outside(current_user.therapist, [*left, *(offer.booking for offer in sick_day.offers)]),
        reason=REASONS[sick_day.reason],
        therapist=current_user.therapist,
        problem=problem,
        now=clock.now(),
        dates=dates,
    )


def _covers(spans: Sequence[Span], span: Span) -> bool:
    return any(starts <= span[0] and span[1] <= ends for starts, ends in union(spans))


def _offers_told(bookings: Sequence[Booking]) -> str:
    """*3 offers to 2 clients*: each session has one of its own."""
    clients = len({booking.client_id for booking in bookings})
    offers = "1 offer" if len(bookings) == 1 else f"{len(bookings)} offers"
    return f"{offers} to {'1 client' if clients == 1 else f'{clients} clients'}"


def _reasons() -> dict[str, str]:
    return {reason: label for reason, label in REASONS.items() if needs_consent(reason)}


def _mail_of(share: Share, form: SickDayForm) -> mail.Preview | None:
    """Return the mail that the client will read; None when the times have come too near meanwhile."""
    try:
        expires_at = deadline(max(terms.starts_at for terms in share.alternatives))
    except NotPossible:
        return None
    offer = drafted(share.booking, "times", form.reason, share.alternatives, expires_at, form.words)
    return mail.preview("times_offered", facts_of(share.booking, offer) | {"why": form.words})


def _opened(sick_day: SickDay) -> set[int]:
    """The offers whose page has been seen."""
    seen = select(PersonalLink.offer_id).join(Offer, Offer.id == PersonalLink.offer_id)
    return set(db.session.scalars(seen.where(Offer.sick_day_id == sick_day.id, PersonalLink.opened_at.is_not(None))))
