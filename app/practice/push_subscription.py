"""Browsers in which a therapist wants to be told at once."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, String, delete, exists, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Model, UTCDateTime, db, take_turn
from app.practice.user import SignIn, digest
from app.sealed import Sealed

MOST_OF_A_USER = 10


class PushSubscription(Model):
    """One browser that is told, as long as its user stays signed in there."""

    __tablename__ = "push_subscription"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    sign_in_id: Mapped[int] = mapped_column(ForeignKey("sign_in.id"), index=True)
    endpoint: Mapped[str] = mapped_column(Sealed)  # whoever knows it and the keys can write to that browser
    endpoint_hash: Mapped[str] = mapped_column(String(64), unique=True)
    p256dh: Mapped[str] = mapped_column(Sealed)
    auth: Mapped[str] = mapped_column(Sealed)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    @classmethod
    def make(cls, sign_in: SignIn, endpoint: str, p256dh: str, auth: str) -> "PushSubscription":
        """Tell this browser from now on. Whoever was told there before is so no longer."""
        take_turn("push_subscription")  # the same browser twice at once, and the number that a user may have
        cls.end(or_(cls.endpoint_hash == digest(endpoint), cls.sign_in_id == sign_in.id))
        made = cls(
            user_id=sign_in.user_id,
            sign_in_id=sign_in.id,
            endpoint=endpoint,
            endpoint_hash=digest(endpoint),
            p256dh=p256dh,
            auth=auth,
        )
        db.session.add(made)
        db.session.flush()
        newest = select(cls.id).where(cls.user_id == sign_in.user_id).order_by(cls.id.desc()).limit(MOST_OF_A_USER)
        cls.end(cls.user_id == sign_in.user_id, cls.id.not_in(list(db.session.scalars(newest))))
        return made

    @classmethod
    def renew(cls, sign_in: SignIn, endpoint: str, p256dh: str, auth: str) -> bool:
        """The browser has a subscription of before: keep it, if it is this person's.

        True when they had it on, in this sign-in or in an earlier one. Otherwise somebody else had: nobody is told
        there any more until a person asks for it.
        """
        before = db.session.scalar(select(cls).where(cls.endpoint_hash == digest(endpoint)))
        owner = before.user_id if before else cls._user_told_in(sign_in)
        if owner != sign_in.user_id:
            cls.end(cls.endpoint_hash == digest(endpoint))
            return False
        same = before is not None and (before.sign_in_id, before.p256dh, before.auth) == (sign_in.id, p256dh, auth)
        if not same:
            cls.make(sign_in, endpoint, p256dh, auth)
        return True

    @classmethod
    def of_sign_in(cls, sign_in: SignIn) -> "PushSubscription | None":
        found = db.session.scalar(select(cls).where(cls.sign_in_id == sign_in.id))
        return found if found and found.is_readable else None

    @property
    def is_readable(self) -> bool:
        """Not when the key that sealed it is lost: then nothing is sent until the browser tells its address again."""
        return None not in (self.endpoint, self.p256dh, self.auth)

    @classmethod
    def told(cls, user_id: int) -> list["PushSubscription"]:
        """The browsers in which this user is told now: where they are signed in. They stay until the commit, so that
        whoever signs out there meanwhile does not break what a client is just doing."""
        told = select(cls).where(cls.user_id == user_id, cls.is_live()).order_by(cls.id)
        found = db.session.scalars(told.with_for_update(read=True, key_share=True))
        return [one for one in found if one.is_readable]

    @classmethod
    def still_told(cls, subscription_id: int) -> bool:
        return db.session.scalar(select(cls.id).where(cls.id == subscription_id, cls.is_live())) is not None

    @classmethod
    def is_live(cls) -> ColumnElement[bool]:
        return exists().where(SignIn.id == cls.sign_in_id, SignIn.ended_at.is_(None), SignIn.expires_at > clock.now())

    @classmethod
    def end(cls, *which: ColumnElement[bool]) -> None:
        """Tell these browsers nothing more, not even what waits for them."""
        from app.messages.message import Message

        ended = list(db.session.scalars(select(cls.id).where(*which)))
        if not ended:
            return
        waiting = (Message.subscription_id.in_(ended), Message.status == "waiting")
        db.session.execute(update(Message).where(*waiting).values(status="called_off"))
        db.session.execute(update(Message).where(Message.subscription_id.in_(ended)).values(subscription_id=None))
        db.session.execute(delete(cls).where(cls.id.in_(ended)))

    @classmethod
    def _user_told_in(cls, sign_in: SignIn) -> int | None:
        """The browser may have changed its address by itself; then its sign-in has the old one."""
        return db.session.scalar(select(cls.user_id).where(cls.sign_in_id == sign_in.id))
