"""Somebody who signs in."""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Optional

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError, VerifyMismatchError
from sqlalchemy import BindParameter, ColumnElement, ForeignKey, Select, String, and_, bindparam, delete, select, update
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app import clock
from app.database import Model, UTCDateTime, db

if TYPE_CHECKING:
    from app.practice.therapist import Therapist

_hasher = PasswordHasher()


def _hash_of_no_password() -> str:
    """Costs as much to check as any hash, and nothing to make: every process makes one when it starts."""
    salt, result = (base64.b64encode(secrets.token_bytes(n)).decode().rstrip("=") for n in (16, _hasher.hash_len))
    cost = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${result}"


# Checking a password for an unknown address costs the same as for a known one, so that time tells nothing.
_NOBODY = _hash_of_no_password()

SIGN_IN_LIFETIME = timedelta(days=14)
REMEMBERED = timedelta(days=30)  # after that: who signs in again in the same browser meanwhile is told there as before


def digest(token: str) -> str:
    """Return what is stored of a random token: its SHA-256 in hex, useless to whoever reads the database."""
    return hashlib.sha256(token.encode()).hexdigest()


class User(Model):
    """A therapist or an operator: an address, a password, and what they may do."""

    __tablename__ = "user"
    __allow_unmapped__ = True  # for sign_in_token

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    is_operator: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    therapist: Mapped[Optional["Therapist"]] = relationship(back_populates="user", uselist=False)

    is_authenticated = True
    is_active = True
    is_anonymous = False
    sign_in_token: str | None = None  # of the sign-in through which this user was found; never stored

    @property
    def is_therapist(self) -> bool:
        return self.therapist is not None

    def get_id(self) -> str | None:
        """Return what Flask-Login keeps in the cookie: the token of one sign-in, which the server can end."""
        return self.sign_in_token

    def set_password(self, password: str) -> None:
        self.password_hash = _hasher.hash(password)

    @classmethod
    def of_address(cls, email: str) -> "User | None":
        return db.session.scalar(select(cls).where(cls.email == email.strip().lower()))


def is_password(password_hash: str | None, password: str) -> bool:
    """Return whether this is the password of a user with this hash.

    None (no user) and a stored hash that cannot be read take as long to say no, so that time tells no address.
    Takes a tenth of a second on purpose: never call it inside a transaction.
    """
    try:
        return _hasher.verify(password_hash or _NOBODY, password)
    except VerifyMismatchError:
        return False
    except (VerificationError, ValueError):  # the stored hash was refused before anything was computed
        return bool(password_hash) and is_password(None, password)


class SignIn(Model):
    """One browser in which a user is signed in, until it signs out or two weeks pass."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship()

    @classmethod
    def start(cls, user: User) -> None:
        """Give the user a fresh token; the caller hands the user to Flask-Login."""
        user.sign_in_token = secrets.token_urlsafe(32)
        db.session.add(
            cls(
                user_id=user.id,
                token_hash=digest(user.sign_in_token),
                expires_at=clock.now() + SIGN_IN_LIFETIME,
            )
        )

    @classmethod
    def user_of(cls, token: str) -> User | None:
        """The user who is signed in by this token, or None when the sign-in ended."""
        user = db.session.scalar(_signed_in(), {"token_hash": digest(token), "now": clock.now()})
        if user:
            user.sign_in_token = token
        return user

    @classmethod
    def of(cls, token: str) -> "SignIn":
        """The sign-in that this token is of; there is one for whoever is signed in."""
        return db.session.scalars(select(cls).where(cls.token_hash == digest(token))).one()

    @classmethod
    def is_live(cls, now: BindParameter[datetime]) -> ColumnElement[bool]:
        """Neither signed out nor too old."""
        return and_(cls.ended_at.is_(None), cls.expires_at > now)

    @classmethod
    def end(cls, token: str) -> None:
        """Nobody is signed in by this token any more, and nobody is told in that browser."""
        from app.practice.push_subscription import PushSubscription

        live = (cls.token_hash == digest(token), cls.ended_at.is_(None))
        db.session.execute(update(cls).where(*live).values(ended_at=clock.now()))
        this = select(cls.id).where(cls.token_hash == digest(token)).scalar_subquery()
        PushSubscription.end(PushSubscription.sign_in_id == this)

    @classmethod
    def forget_old(cls) -> None:
        """Sign-ins that are long over, and the browsers that were told by them."""
        from app.practice.push_subscription import PushSubscription

        old = select(cls.id).where(cls.expires_at < clock.now() - REMEMBERED)
        if db.session.scalar(old.limit(1)) is None:
            return
        PushSubscription.end(PushSubscription.sign_in_id.in_(old))
        db.session.execute(delete(cls).where(cls.id.in_(old)))


@cache
def _signed_in() -> Select[User]:
    """Every page of the desk asks this, so it is put together once and brings the therapist along."""
    return (
        select(User)
        .join(SignIn, SignIn.user_id == User.id)
        .where(
            SignIn.token_hash == bindparam("token_hash"),
            SignIn.is_live(bindparam("now")),
        )
        .options(joinedload(User.therapist))
    )


class SignInAttempt(Model):
    """One try at something that has a limit, counted under its key for a while: a sign-in, a look at an address."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
