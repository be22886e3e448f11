"""Two requests choose the calendar of a connection that sessions are written into, at the same moment."""

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.database import db
from app.integrations.google_calendar import READING, WRITING
from tests.races.conftest import ROUNDS
from tests.races.crowd import Crowd


@pytest.fixture
def connection(mara) -> CalendarConnection:
    """A Google account of Mara's with four calendars of her own, none of them written into."""
    scopes = " ".join(sorted(READING | WRITING))
    connection = CalendarConnection(therapist_id=mara.id, kind="google", label="mara", scopes=scopes)
    connection.calendars = [
        OutsideCalendar(external_id=f"{number}@group", name=f"Calendar {number}", can_write=True) for number in range(4)
    ]
    db.session.add(connection)
    db.session.commit()
    return connection


def written(connection) -> list[int]:
    db.session.rollback()
    mine = select(OutsideCalendar.id).where(OutsideCalendar.connection_id == connection.id, OutsideCalendar.is_written)
    return list(db.session.scalars(mine))


def test_of_several_calendars_chosen_at_once_one_is_written_into(web, tab, connection):
    address = f"{tab.url}/settings/calendars/{connection.id}/writing"
    ids = [calendar.id for calendar in connection.calendars]
    db.session.commit()
    page = tab.open("/settings/calendars")
    token = next(value for form in page.forms for name, value in form.fields if name == "csrf_token")
    for _ in range(2 * ROUNDS):
        crowd = [tab.wire(address, [("csrf_token", token), ("calendar", str(one))]) for one in ids]
        answers = Crowd(web.url, crowd).release()
        assert {answer.status for answer in answers} <= {200, 303}
        assert len(written(connection)) == 1


def test_the_database_lets_no_second_calendar_of_a_connection_be_written_into(connection):
    row = {"connection_id": connection.id, "is_written": True, "zone": "UTC"}
    db.session.execute(insert(OutsideCalendar).values(external_id="one", **row))
    again = insert(OutsideCalendar).values(external_id="another", **row)
    with pytest.raises(IntegrityError):
        db.session.execute(again)
    db.session.rollback()
