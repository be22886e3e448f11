"""A practice that is served, with therapists of its own for each test."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count

from flask import Flask
from sqlalchemy import update

from app import clock
from app.booking.booking import Booking
from app.booking.offer import Offer
from app.calendars.connections.connection import CalendarConnection
from app.database import db
from app.integrations.mail import letters
from app.integrations.mail.letters import Letter
from app.jobs.openings import refresh_openings
from app.practice.therapist import Therapist
from app.practice.user import User
from app.scheduling.busy_time import BusyTime
from tests.served import Served
from tests.world import CHEAP_HASH, Person, add_therapist, in_days

_numbers = count(1)


class Practice:
    """The served program; the app is for the one thing that has no page yet: therapists joining and leaving."""

    def __init__(self, served: Served, app: Flask) -> None:
        self.served = served
        self.app = app
        self._letters: dict[str, tuple[str, Letter]] = {}

    @property
    def url(self) -> str:
        return self.served.url

    @contextmanager
    def therapist(self, name: str, zone: str = "Europe/London") -> Iterator[tuple[str, str]]:
        """A therapist, listed meanwhile: their e-mail address and the last part of their page's address."""
        number = next(_numbers)
        first = name.split()[0].lower()
        email, slug = f"{first}-{number}@example.com", f"{first}-{number}"
        with self.app.app_context():
            known = add_therapist(name, zone, email=email, slug=slug).id
            refresh_openings()  # as the sweep would in a while
        yield email, slug
        with self.app.app_context():
            db.session.get_one(Therapist, known).listed = False
            db.session.commit()

    def add_operator(self) -> str:
        """An operator's e-mail address."""
        email = f"operator-{next(_numbers)}@example.com"
        with self.app.app_context():
            db.session.add(User(email=email, name="Olive Operator", is_operator=True, password_hash=CHEAP_HASH))
            db.session.commit()
        return email

    def add_session_today(self, slug: str, client: Person, hour: int) -> None:
        """A confirmed session of today, also when that hour has passed by now."""
        with self.app.app_context():
            therapist = db.session.scalars(db.select(Therapist).filter_by(slug=slug)).one()
            booking = client.is_booked(therapist, in_days(9, f"{hour:02}:00"))
            booking.starts_at, booking.ends_at = in_days(0, f"{hour:02}:00"), in_days(0, f"{hour:02}:50")
            booking.keep_holds()
            db.session.commit()

    def fill_elsewhere(self, slug: str, starts_at: datetime, ends_at: datetime) -> None:
        """The therapist is busy then, as another calendar of theirs says."""
        with self.app.app_context():
            therapist_id = db.session.scalars(db.select(Therapist.id).filter_by(slug=slug)).one()
            db.session.add(BusyTime(therapist_id=therapist_id, starts_at=starts_at, ends_at=ends_at))
            db.session.commit()

    def end_time_to_answer(self, slug: str) -> None:
        """Of what this therapist offers: it is over now."""
        with self.app.app_context():
            of_theirs = Offer.booking.has(Booking.therapist.has(slug=slug))
            db.session.execute(update(Offer).where(of_theirs).values(expires_at=clock.now()))
            db.session.commit()

    def break_connection(self, slug: str) -> None:
        """Google lets us into their calendar no more."""
        with self.app.app_context():
            therapist_id = db.session.scalars(db.select(Therapist.id).filter_by(slug=slug)).one()
            db.session.add(CalendarConnection(therapist_id=therapist_id, kind="google", state="broken"))
            db.session.commit()

    def new_address(self, name: str) -> str:
        """An e-mail address that nobody in this practice has used yet."""
        return f"{name.split()[0].lower()}-{next(_numbers)}@example.net"

    def mails(self, to: str) -> list[Letter]:
        """What has reached this address, oldest first. Each mail is read from the mailbox once: there will be many."""
        mailbox = self.served.home.mailbox
        for name in sorted(file.name for file in mailbox.glob("*.eml")):
            if name not in self._letters and (letter := letters.find(mailbox, name)):
                self._letters[name] = (letter.to, letter)
        return [letter for address, letter in self._letters.values() if to in address]
