"""The address by which a client without an account reaches one session or one offer."""

import hmac
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, String, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.booking.offer import Offer
from app.database import Model, UTCDateTime, db, rows_changed
from app.keyed import derived_token
from app.practice.user import digest
from app.scheduling import changes

if TYPE_CHECKING:
    from app.booking.booking import Booking


About = tuple[int, int | None]  # a booking, and an offer of it or None
Tokens = Mapping[About, str]


class PersonalLink(Model):
    """One purpose, one booking (and offer). The token follows from a stored seed and the secret key, so that
    later mails can carry the same link although only the token's hash is stored."""

    __tablename__ = "personal_link"
    __table_args__ = (CheckConstraint("purpose in ('session', 'offer')", name="purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10))
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"), index=True)
    seed: Mapped[str] = mapped_column(String(32))
    # Of the token that the browser was given which asked: it opens the same pages and proves no address.
    shown_hash: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    booking: Mapped["Booking"] = relationship()
    offer: Mapped[Offer | None] = relationship()

    @classmethod
    def to_session(cls, booking_id: int) -> "PersonalLink":
        """The client's link to a session, made at the first call and again when the secret key has changed."""
        return cls._known_or_new("session", booking_id, None)

    @classmethod
    def first_to_session(cls, booking_id: int) -> "PersonalLink":
        """The link to a session that was made just now, and so has none yet."""
        link = cls._new("session", booking_id, None)
        db.session.flush()
        return link

    @classmethod
    def to_offer(cls, booking_id: int, offer_id: int) -> "PersonalLink":
        """The client's link to one offer, made like that."""
        return cls._known_or_new("offer", booking_id, offer_id)

    @classmethod
    def find(cls, purpose: str, token: str) -> "PersonalLink | None":
        """The link that this token opens for this purpose, if there is one."""
        return db.session.scalar(select(cls).where(cls.purpose == purpose, cls.is_opened_by(digest(token))))

    @classmethod
    def is_opened_by(cls, token_hash: Any) -> ColumnElement[bool]:
        """Return the condition for the link that a token opens, the mailed or the shown one."""
        return or_(cls.token_hash == token_hash, cls.shown_hash == token_hash)

    @classmethod
    def revision_of(cls, purpose: str, token: str) -> int | None:
        """Return how often what the client's pages show has changed, if this token opens one of them."""
        from app.booking.booking import Booking

        mine = select(Booking.revision).join(cls, cls.booking_id == Booking.id)
        return db.session.scalar(mine.where(cls.purpose == purpose, cls.is_opened_by(digest(token))))

    @classmethod
    def of_calendar(cls, link_id: int, token: str) -> "PersonalLink | None":
        """The link to a session whose calendar this token opens; it opens no page."""
        link = db.session.scalar(select(cls).filter_by(id=link_id, purpose="session"))
        return link if link and hmac.compare_digest(link.calendar_token.encode(), token.encode()) else None

    @property
    def token(self) -> str:
        """Return the mailed token: 43 characters, unguessable without the secret key, another for each purpose."""
        return _token(self.purpose, self.seed)

    @property
    def shown_token(self) -> str:
        """Return the token for the browser that asked: it opens the same page and proves nothing of the address.

        Links from before there were two have one token.
        """
        return self._to_be_shown if self.shown_hash else self.token

    @property
    def _to_be_shown(self) -> str:
        return derived_token(f"shown link:{self.purpose}", self.seed)

    def came_by_mail(self, token: str) -> bool:
        """Return whether this token stands in mails only: who has it reads what comes to the address."""
        return hmac.compare_digest(digest(token), self.token_hash)

    @property
    def calendar_token(self) -> str:
        """Return the token of the session's calendar, as secret as the page's own, whose link the entry carries."""
        return derived_token("session calendar", self.seed)

    def note_opening(self) -> None:
        """Remember when the page was first seen in a browser; this is no answer and changes nothing else."""
        unseen = (PersonalLink.id == self.id, PersonalLink.opened_at.is_(None))
        if rows_changed(update(PersonalLink).where(*unseen).values(opened_at=clock.now())):
            changes.note_seen(self.booking.therapist_id)

    @classmethod
    def known(cls, booking_id: int, offer_id: int | None = None) -> "PersonalLink | None":
        """The link as it was last made, or None if its token can no longer be derived; for pages, which only read."""
        of_these = select(cls).filter_by(booking_id=booking_id, offer_id=offer_id)
        link = db.session.scalars(of_these.order_by(cls.id.desc())).first()
        return link if link and digest(link.token) == link.token_hash else None

    @classmethod
    def tokens_of(cls, wanted: Collection[About]) -> dict[About, str]:
        """The tokens of those of these links that there are, in one statement."""
        bookings = {booking_id for booking_id, _ in wanted}
        links = select(cls.booking_id, cls.offer_id, cls.purpose, cls.seed, cls.token_hash)
        found = db.session.execute(links.where(cls.booking_id.in_(bookings)).order_by(cls.id)) if wanted else ()
        tokens = {(row.booking_id, row.offer_id): (_token(row.purpose, row.seed), row.token_hash) for row in found}
        return {about: token for about, (token, known_as) in tokens.items() if digest(token) == known_as}

    @classmethod
    def make_all(cls, wanted: Collection[About]) -> dict[About, str]:
        """Make these links; their tokens."""
        made = {about: cls._new("offer" if about[1] else "session", *about) for about in sorted(wanted, key=str)}
        return {about: link.token for about, link in made.items()}

    @classmethod
    def _known_or_new(cls, purpose: str, booking_id: int, offer_id: int | None) -> "PersonalLink":
        link = cls.known(booking_id, offer_id)
        if link is None:
            link = cls._new(purpose, booking_id, offer_id)
            db.session.flush()
        return link

    @classmethod
    def _new(cls, purpose: str, booking_id: int, offer_id: int | None) -> "PersonalLink":
        link = cls(purpose=purpose, booking_id=booking_id, offer_id=offer_id, seed=secrets.token_hex(16))
        link.token_hash, link.shown_hash = digest(link.token), digest(link._to_be_shown)
        db.session.add(link)
        return link


def _token(purpose: str, seed: str) -> str:
    return derived_token(f"personal link:{purpose}", seed)
