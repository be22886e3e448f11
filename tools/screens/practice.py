"""The demo practice, served in a folder of its own, at nine in the morning of the coming Tuesday."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine
from sqlalchemy import ColumnElement, select

from app import create_app
from app.booking.booking import Booking
from app.booking.offer import Offer
from app.booking.personal_link import PersonalLink
from app.booking.rearrangement import Terms, offer_alternatives
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.database import db
from app.demo.people import Person, add_therapist
from app.home import Home
from app.integrations.mail import letters
from app.integrations.mail.letters import Letter
from app.practice.client import Client
from app.practice.therapist import Therapist
from app.scheduling.availability import free_slots
from app.scheduling.busy_time import BusyTime
from tests.ports import free_port
from tests.waiting import wait_until

NADIA = "nadia@example.com"  # has just joined: nothing waits for her yet

# Every part is a fork of this one process, so that all of them have the same clock.
SERVE = """
import sys, time_machine
time_machine.travel(float(sys.argv.pop(1))).start()
from app.running.__main__ import main
main()
"""
ROOT = Path(__file__).parents[2]


def the_coming_tuesday() -> datetime:
    """The same day of the week and time of the day each time, or no picture would be like the one before."""
    today = datetime.now(UTC).replace(hour=9, minute=12, second=0, microsecond=0)
    return today + timedelta(days=(1 - today.weekday()) % 7)


class Practice:
    def __init__(self, home: Home, url: str, now: datetime) -> None:
        self.home, self.url, self.now = home, url, now
        self.app = create_app(os.environ | {"HOLDFAST_HOME": str(home.path)})

    @property
    def password(self) -> str:
        return self.home.demo_password or ""

    def mail(self, subject: str) -> Letter:
        """The last mail whose subject begins like this, once there is one."""
        return wait_until(lambda: self._mail(subject), timeout=60)

    def link(self, slug: str, client: str, to_offer: bool = False) -> str:
        """What this client of this therapist opens."""
        with self._at_work():
            booking = self._booking(slug, Client.name.startswith(client))
            if to_offer:
                token = PersonalLink.to_offer(booking.id, booking.offers[-1].id).token
            else:
                token = PersonalLink.to_session(booking.id).token
            db.session.commit()
        return f"/o/{token}" if to_offer else f"/s/{token}"

    def end_two_offers(self) -> None:
        """What the demo has none of: an offer that was accepted, and one that nobody answered."""
        with self._at_work():
            for slug in ("otto-brandt", "noor-de-vries"):
                booking = self._booking(slug, Booking.status == "confirmed")
                self._end_an_offer(booking, accepted=slug == "otto-brandt")
                db.session.commit()

    def add_what_the_demo_lacks(self) -> None:
        """Sessions of today, a calendar elsewhere, an offer that is read in German, and somebody without sessions."""
        self.end_two_offers()
        self.connect_a_calendar()
        with self._at_work():
            self._agree_on_today()
            self._offer_in_german()
            self._let_nadia_join()
            db.session.commit()

    def connect_a_calendar(self) -> None:
        """As if Mara had been at Google; not due for long, so that nobody asks there."""
        with self._at_work():
            mara = db.session.scalars(select(Therapist).where(Therapist.slug == "mara-lindt")).one()
            connection = CalendarConnection(therapist_id=mara.id, kind="google", label="mara.lindt@gmail.com")
            for name, read in (("mara.lindt@gmail.com", True), ("Choir", True), ("Family", False)):
                calendar = OutsideCalendar(external_id=name, name=name, is_primary="@" in name, is_read=read)
                calendar.can_write, calendar.last_sync_at = "@" in name, self.now - timedelta(minutes=2)
                calendar.next_sync_at = self.now + timedelta(days=1, minutes=7) if read else None
                connection.calendars.append(calendar)
            db.session.add(connection)
            for days, hour, hours in ((1, 14, 2), (2, 17, 3), (3, 9, 1)):
                starts_at = self.now.replace(hour=hour, minute=0) + timedelta(days=days)
                ends_at = starts_at + timedelta(hours=hours)
                db.session.add(BusyTime(therapist_id=mara.id, starts_at=starts_at, ends_at=ends_at))
            db.session.commit()

    def _mail(self, subject: str) -> Letter | None:
        found = letters.newest_first(self.home.mailbox, at_most=1000)
        return next((letter for letter in found if letter.subject.startswith(subject)), None)

    def _booking(self, slug: str, which: ColumnElement[bool]) -> Booking:
        found = select(Booking).join(Booking.therapist).join(Booking.client).where(Therapist.slug == slug, which)
        return db.session.scalars(found.order_by(Booking.id.desc())).first()

    def _agree_on_today(self) -> None:
        """As if they had been booked long ago."""
        mara = db.session.scalars(select(Therapist).where(Therapist.slug == "mara-lindt")).one()
        for hour, client in ((11, "Ada"), (15, "Jonas")):
            known = self._booking("mara-lindt", Client.name.startswith(client)).client
            starts_at = self.now.replace(hour=hour, minute=0)
            booking = Booking(
                therapist=mara,
                client=known,
                session_type=mara.session_types[0],
                location=mara.locations[0],
                starts_at=starts_at,
                ends_at=starts_at + mara.session_types[0].length,
                status="confirmed",
                requested_at=starts_at - timedelta(days=9),
            )
            booking.wait_since(booking.requested_at)
            db.session.add(booking)
            db.session.flush()
            booking.keep_holds()

    def _offer_in_german(self) -> None:
        booking = self._booking("samir-haddad", Booking.status == "confirmed")
        booking.client.language = "de"
        self._offer(booking, "Ich bin in dieser Woche auf einer Tagung.")

    def _let_nadia_join(self) -> None:
        hours = {day: [("09:00", "12:00")] for day in range(5)}
        nadia = Person("nadia-stern", NADIA, "Nadia Stern", "", "", "", "English", "Europe/London", hours=hours)
        add_therapist(nadia).user.set_password(self.password)

    def _offer(self, booking: Booking, words: str) -> Offer:
        day = self.now.date() + timedelta(days=8)
        slots = free_slots(booking.therapist, booking.session_type, booking.location, day, 7)
        terms = [Terms(slot, booking.location) for slot in slots[:: len(slots) // 3][:3]]
        return offer_alternatives(booking, "own", terms, words)

    def _end_an_offer(self, booking: Booking, accepted: bool) -> None:
        offer = self._offer(booking, "I am at a conference that week.")
        if accepted:
            offer.accept(offer.alternatives[1])
        else:
            offer.expires_at = self.now
            offer.expire()

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Beside the served program, in its home and at its time."""
        with time_machine.travel(self.now), self.app.app_context():
            yield


@contextmanager
def served(folder: Path) -> Iterator[Practice]:
    now, port = the_coming_tuesday(), free_port()
    environ = os.environ | {"HOLDFAST_HOME": str(folder), "PORT": str(port), "SWEEP_SECONDS": "1"}
    environ["GOOGLE_CLIENT_ID"] = "of-nobody"
    command = [sys.executable, "-c", SERVE, str(now.timestamp()), "--with-parent"]
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        wait_until(lambda: "Ctrl-C stops it" in (folder / "log").read_text() or process.poll() is not None, timeout=120)
        assert process.poll() is None, (folder / "log").read_text()
        practice = Practice(Home(folder), f"http://127.0.0.1:{port}", now)
        practice.add_what_the_demo_lacks()
        yield practice
    finally:
        process.terminate()
        process.wait(30)
