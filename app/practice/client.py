"""Who books."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Model, UTCDateTime, db
from app.wording import isolated

BRACKETS = re.compile(r"[(\[{<][^)\]}>]*[)\]}>]?")


class Client(Model):
    """A person as they gave themselves to one therapist when booking; there is no account.

    Anyone may type any address, so a later booking never changes an earlier client: other details, another row.
    """

    __tablename__ = "client"
    __table_args__ = (Index("ix_client_therapist_email", "therapist_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), index=True)
    phone: Mapped[str] = mapped_column(String(40), default="")
    zone: Mapped[str] = mapped_column(String(64))
    # That of their browser when they booked: their pages and mails keep it.
    language: Mapped[str] = mapped_column(String(5), default="en")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    @classmethod
    def known_or_new(
        cls, therapist_id: int, name: str, email: str, phone: str, zone: str, language: str = "en"
    ) -> "Client":
        """The client with exactly these details, made when there is none."""
        details: dict[str, Any] = {"therapist_id": therapist_id, "name": name, "email": email, "phone": phone}
        details |= {"zone": zone, "language": language}
        client = db.session.scalar(select(cls).filter_by(**details))
        if client is None:
            client = cls(**details)
            db.session.add(client)
            db.session.flush()
        return client

    @property
    def short_name(self) -> str:
        return short_name(self.name)

    @property
    def initials(self) -> str:
        return initials(self.name)


def short_name(name: str) -> str:
    """First name and initial, as lists show it: *Ines K.*"""
    first, *rest = _words(name)
    return isolated(f"{first} {_letter(rest[-1])}." if rest else first)


def initials(name: str) -> str:
    """Return a name as blocks of the calendar show it: *I. K.*"""
    first, *rest = _words(name)
    return f"{_letter(first)}. {_letter(rest[-1])}." if rest else f"{_letter(first)}."


def _words(name: str) -> list[str]:
    """The words of a name that have a letter; what is in brackets is no name, unless it is all that there is."""
    words = [word for word in BRACKETS.sub(" ", name).split() if any(map(str.isalnum, word))]
    return words or name.split()


def _letter(word: str) -> str:
    return next(filter(str.isalnum, word), word[0])
