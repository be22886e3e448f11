"""What happens to a session stands in the therapist's calendar within seconds: the worker is rung, no timetable."""

from app.database import db
from tests import world
from tests.calendars.written import entries, session, write, written
from tests.waiting import wait_until

__all__ = ["session", "write", "written"]

SECONDS = 5.0
SLACK = 10.0  # the machine may be busy with other tests


def test_confirmed_and_cancelled_at_the_desk_and_seen_there(serve, google, maras, mara, written, request_of_ines):
    practice = serve("redis", "web", "worker", **google.settings())
    page = f"/sessions/{request_of_ines.id}"
    db.session.commit()
    desk = practice.browser()
    desk.sign_in("mara@example.com", world.PASSWORD)
    desk.press(desk.open(page), "Confirm session")
    wait_until(lambda: entries(maras.primary) == [(world.in_days(3), "confirmed", "I. K.")], timeout=SECONDS + SLACK)
    desk.press(desk.open(page), "Cancel session")
    wait_until(lambda: entries(maras.primary) == [], timeout=SECONDS + SLACK)
