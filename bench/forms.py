"""Forms of visitors, filled in beforehand: each is ready to be sent, once."""

import urllib.parse
import urllib.request
from collections.abc import Sequence
from datetime import timedelta
from http.cookiejar import CookieJar

from sqlalchemy import func, select

from app import clock
from app.booking.offer import Offer
from app.booking.personal_link import PersonalLink
from app.database import db
from app.practice.therapist import Therapist
from app.scheduling.open_day import OpenDay
from bench import waiting
from bench.asking import Asked, post
from bench.practices import Practice
from tests.browser import Browser


class Visitor(Browser):
    """A browser whose cookies can be told to others."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._jar = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))

    @property
    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)

    def filled(self, path: str, button: str, **typed: str) -> Asked:
        """The form on this page with that button, filled in and ready to be sent."""
        page = self.open(path)
        form, fields = page.filled(button, **typed)
        address = urllib.parse.urljoin(page.url, form.action)
        return Asked(post(address, self.cookie, urllib.parse.urlencode(fields)), (200, 303))


def requests(practice: Practice, visitor: Visitor, number: int) -> list[Asked]:
    """Each with another therapist, at the first time that is free."""
    first = (
        select(Therapist.slug, func.min(OpenDay.first_start))
        .join(OpenDay, OpenDay.therapist_id == Therapist.id)
        .where(Therapist.slug.like("therapist-%"), OpenDay.first_start > clock.now() + timedelta(days=3))
        .group_by(Therapist.id)
        .limit(number)
    )
    with practice.app.app_context():
        rows = db.session.execute(first).all()
        db.session.rollback()
    forms = []
    for n, (slug, starts) in enumerate(rows):
        path = f"/t/{slug}/request?start={starts:%Y-%m-%dT%H:%MZ}"
        forms.append(visitor.filled(path, "Request session", name=f"Client {n}", email=f"new{n}@example.net"))
    return forms


def open_offers(number: int) -> list[tuple[str, int]]:
    """The token of each offer's page, and its first alternative."""
    ids = waiting.offers(number, clock.now() + timedelta(hours=40))
    made = []
    for offer in db.session.scalars(select(Offer).where(Offer.id.in_(ids))).all():
        made.append((PersonalLink.to_offer(offer.booking_id, offer.id).token, offer.alternatives[0].id))
    db.session.commit()
    return made


def answers(visitor: Visitor, offers: Sequence[tuple[str, int]]) -> list[Asked]:
    return [visitor.filled(f"/o/{token}", "Accept", alternative=str(chosen)) for token, chosen in offers]
