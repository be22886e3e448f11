"""A calendar anywhere, of which we know nothing but its ICS address."""

from urllib.parse import urlsplit

from sqlalchemy import select

from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.reading.by_address import Asking
from app.calendars.writing.own_entries import own_of
from app.cleaning import one_line
from app.database import db
from app.integrations.errors import GatewayError
from app.practice.therapist import Therapist
from app.practice.user import User, digest
from app.refusals import NotPossible
from app.scheduling import changes

MOST = 10  # addresses of one therapist


class AddressLost(GatewayError):
    """The address cannot be read, as the key that sealed it is gone: only the therapist can give it again."""

    def __init__(self) -> None:
        super().__init__("The address of this calendar is lost.", retry=False)


def connect(therapist_id: int, zone: str, address: str, name: str, told: str | None = None) -> CalendarConnection:
    """What is taken there closes time here from now on. `name`: typed, or what the calendar calls itself. `told`: what
    cannot be read of it. The same address once more is read anew, also where it could not be read any more. Call it in
    the therapist's turn; the caller commits. Raises NotPossible."""
    address = address.strip()
    connection = _known(therapist_id, address)
    if connection is None:
        connection = _new(therapist_id, zone, address)
    connection.label = one_line(name)[:100] or host_of(address)
    connection.state, connection.error, connection.failing_since, connection.told_at = "working", None, None, None
    for calendar in connection.calendars:
        calendar.name, calendar.address = connection.label, address
        calendar.full_sync_at, calendar.etag, calendar.attempts, calendar.error = None, None, 0, told
        calendar.fall_due()
    db.session.flush()
    changes.note_seen(therapist_id)
    return connection


def asking(calendar_id: int) -> Asking:
    """Return what is needed to read the calendar. Raises AddressLost."""
    query = (
        select(OutsideCalendar.address, OutsideCalendar.etag, Therapist.id, Therapist.zone, User.email)
        .join(CalendarConnection, CalendarConnection.id == OutsideCalendar.connection_id)
        .join(Therapist, Therapist.id == CalendarConnection.therapist_id)
        .join(User, User.id == Therapist.user_id)
    )
    address, seen, therapist_id, zone, email = db.session.execute(query.where(OutsideCalendar.id == calendar_id)).one()
    if not address:
        raise AddressLost
    return Asking(address, seen or "", zone, email, own_of(therapist_id))


def host_of(address: str) -> str:
    """Return the server of an address: the part that may be shown, as the rest is a secret."""
    return urlsplit(address).hostname or ""


def _new(therapist_id: int, zone: str, address: str) -> CalendarConnection:
    if len(CalendarConnection.of_therapist(therapist_id, "address")) >= MOST:
        raise NotPossible(f"You have connected {MOST} addresses; more are not read. Disconnect one of them first.")
    connection = CalendarConnection(therapist_id=therapist_id, kind="address")
    calendar = OutsideCalendar(external_id=digest(address), address=address, zone=zone, is_read=True)
    connection.calendars.append(calendar)
    db.session.add(connection)
    return connection


def _known(therapist_id: int, address: str) -> CalendarConnection | None:
    mine = select(CalendarConnection).join(OutsideCalendar).filter(CalendarConnection.therapist_id == therapist_id)
    return db.session.scalar(
        mine.where(CalendarConnection.kind == "address", OutsideCalendar.external_id == digest(address))
    )
