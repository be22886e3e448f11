"""A therapist in front of Google's consent page, on the way from our page and back to it."""

import html
import re
from urllib.parse import urlsplit

import requests

from app.booking.booking import Booking
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.deciding.settled_clash import settle
from app.database import db
from app.practice.therapist import Therapist
from tests import world
from tests.browser import Page
from tests.calendars.connected import known_busy
from tests.google import Google
from tests.visitor import Visitor

HERE = "/settings/calendars"


def asked(visitor: Visitor, button: str = "Connect Google Calendar", **typed: str) -> str:
    """The address at Google to which this button leads."""
    form, fields = visitor.open(HERE).filled(button, **typed)
    answer = visitor.http.post(form.action, data=dict(fields))
    assert answer.status_code == 303, answer.text
    return answer.location


def decides(address: str, decision: str = "allow", account: str = "", without: str = "") -> str:
    """What they do there; the address to which Google sends them back. `without`: a tick that they take away."""
    page = requests.get(address, timeout=10)
    assert page.status_code == 200, page.text
    fields = re.findall(r'<input type="(?:hidden|checkbox)" name="([^"]+)" value="([^"]*)"', page.text)
    form = {name: html.unescape(value) for name, value in fields if not (without and name.endswith(without))}
    chosen = re.search(r'name="account" value="([^"]*)" checked', page.text)
    form |= {"account": account or (chosen[1] if chosen else ""), "decision": decision}
    answer = requests.post(address.partition("?")[0], form, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def connects(visitor: Visitor, google: Google, account: str = "") -> Page:
    """From the button to the page that says that it is done."""
    page = visitor.open(decides(asked(visitor), account=account or next(iter(google.accounts))))
    return visitor.press(page, "Finish connecting")


def the_connection() -> CalendarConnection:
    """The only one, as it stands now."""
    db.session.rollback()
    return db.session.scalars(db.select(CalendarConnection)).one()


def decides_about_busy_time(therapist: Therapist, calendar: OutsideCalendar) -> Booking:
    """A session shall take place although the calendar says that they are busy."""
    booking = world.INES.asks(therapist, world.in_days(3))
    settle(booking.id, [known_busy(therapist, *booking.span, calendar).span])
    db.session.commit()
    return booking
