"""Any calendar by its ICS address: connected on a page, read again and again, and what it says closes time here."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text, update

from app import clock
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.ics.busy import ASIDE, INEXACT, MISSING
from app.calendars.ics.parsing import DISTORTED, INCOMPLETE
from app.calendars.reading.by_address import OFTEN
from app.database import db
from app.jobs import calendars
from app.messages.message import Message
from app.practice import throttle
from app.practice.therapist import Therapist
from tests import world
from tests.calendars.connected import busy_spans, is_due
from tests.calendars.ics_server import IcsServer, send

HOUR = timedelta(hours=1)
PAGE = "/settings/calendars"


def ics(*starts: datetime, head: str = "X-WR-CALNAME:Work") -> bytes:
    """A calendar with an hour at each of these times."""
    entries = [
        f"BEGIN:VEVENT\r\nUID:{number}@work.example\r\nDTSTART:{start.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\n"
        f"DURATION:PT1H\r\nSUMMARY:Dentist\r\nEND:VEVENT\r\n"
        for number, start in enumerate(starts)
    ]
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{head}\r\n{''.join(entries)}END:VCALENDAR\r\n".encode()


def hour(start: datetime) -> tuple[datetime, datetime]:
    return start, start + HOUR


@pytest.fixture
def server(app: Flask) -> Iterator[IcsServer]:
    with IcsServer() as server:
        app.config["ICS_HOSTS"] = (server.origin,)
        gives(server, ics(world.in_days(3)))
        yield server
        calendars.wait()


def gives(server: IcsServer, body: bytes = b"", status: int = 200, **headers: str) -> None:
    server.answer = lambda handler: send(handler, body, status, **headers)


@pytest.fixture
def connect(visitor: Callable[..., Any], mara: Therapist, server: IcsServer) -> Callable[..., Any]:
    """Mara connects an address on the page; what the page says."""

    def connect(address: str = "", name: str = "") -> Any:
        desk = visitor("mara@example.com")
        address = address or f"{server.origin}/private-1234/work.ics"
        return desk.press(desk.open(PAGE), "Connect calendar", address=address, name=name)

    return connect


@pytest.fixture
def sync(app: Flask) -> Callable[[], None]:
    def read() -> None:
        for one in db.session.scalars(select(CalendarConnection)):
            is_due(one)
        calendars.start()
        calendars.wait()
        db.session.rollback()
        db.session.expire_all()

    return read


def the_calendar() -> OutsideCalendar:
    db.session.rollback()
    return db.session.scalars(select(OutsideCalendar)).one()


def revision(therapist: Therapist) -> int:
    db.session.rollback()
    return db.session.scalars(select(Therapist.diary_revision).filter_by(id=therapist.id)).one()


def test_what_is_taken_there_closes_time_here(connect, sync, mara, visitor):
    page = connect()
    assert "Connected: Work. It is read at once." in page.text
    sync()
    assert busy_spans(mara) == [hour(world.in_days(3))]
    page = visitor("mara@example.com").open(PAGE)
    assert "By address:" in page.text
    assert "Last read" in page.text
    assert "private-1234" not in page.text
    assert "Dentist" not in page.text


def test_a_calendar_has_the_name_that_its_therapist_gives_it_or_that_of_its_server(connect, server):
    assert "Connected: Choir." in connect(name="  Choir ").text
    gives(server, ics(head="X-NOTHING:1"))
    assert "Connected: 127.0.0.1." in connect(f"{server.origin}/other.ics").text


def test_no_name_can_hold_what_no_database_keeps(connect, server):
    assert "Connected: Choir of the town." in connect(name="Choir\x00of\x07 the town").text
    gives(server, ics(head="X-WR-CALNAME:Work\x00\x1b of\u202e Mara"))
    assert connect(f"{server.origin}/other.ics").status == 200
    gives(server, ics(head="X-WR-CALNAME:\x00"))
    assert "Connected: 127.0.0.1." in connect(f"{server.origin}/third.ics").text


def test_an_address_with_what_none_has_is_refused(connect, server):
    page = connect(f"{server.origin}/private\x00.ics", "Choir\x00")
    assert page.status == 422
    assert "This is not the address of a calendar" in page.text


def test_what_changes_there_changes_here(connect, sync, server, mara):
    connect()
    sync()
    gives(server, ics(world.in_days(4), world.in_days(5)))
    sync()
    assert busy_spans(mara) == [hour(world.in_days(4)), hour(world.in_days(5))]
    gives(server, ics())
    sync()
    assert busy_spans(mara) == []


def test_a_reading_that_changes_nothing_tells_nobody_anything(connect, sync, server, mara):
    gives(server, ics(world.in_days(3)), ETag='"1"')
    connect()
    sync()
    before = revision(mara)
    sync()
    gives(server, status=304)
    sync()
    assert server.asked[-1].headers["if-none-match"] == '"1"'
    gives(server, ics(world.in_days(3), head="X-WR-CALNAME:Other words"))
    sync()
    assert revision(mara) == before
    assert busy_spans(mara) == [hour(world.in_days(3))]


def test_all_is_read_again_each_day_and_when_the_therapist_moves(connect, sync, server, mara):
    gives(server, ics(world.in_days(3)), ETag='"1"')
    connect()
    sync()
    for change in (
        update(OutsideCalendar).values(full_sync_at=clock.now() - timedelta(hours=25)),
        update(Therapist).values(zone="America/New_York"),
        update(Therapist).values(horizon_days=200),
    ):
        db.session.execute(change)
        db.session.commit()
        sync()
        assert "if-none-match" not in server.asked[-1].headers
        sync()
        assert server.asked[-1].headers["if-none-match"] == '"1"'


WRONG = {
    "away": lambda server: gives(server, status=500),
    "gone": lambda server: gives(server, status=404),
    "a page to sign in": lambda server: gives(server, b"<html>Sign in</html>"),
    "cut off": lambda server: gives(server, ics(world.in_days(9))[:-20]),
    "nothing at all": lambda server: gives(server, b""),
}


@pytest.mark.parametrize("what", WRONG)
def test_an_error_frees_no_time_and_is_told_until_it_is_over(connect, sync, server, mara, visitor, what):
    connect()
    sync()
    WRONG[what](server)
    sync()
    assert busy_spans(mara) == [hour(world.in_days(3))]
    calendar = the_calendar()
    assert calendar.attempts == 1
    assert calendar.error in visitor("mara@example.com").open(PAGE).text.replace("&#39;", "'")
    gives(server, ics(world.in_days(6)))
    sync()
    assert busy_spans(mara) == [hour(world.in_days(6))]
    assert (the_calendar().error, the_calendar().connection.error) == (None, None)


def test_an_entry_that_cannot_be_read_keeps_its_time(connect, sync, server, mara, visitor):
    gives(server, ics(world.in_days(3), world.in_days(4)))
    connect()
    sync()
    body = ics(world.in_days(8), world.in_days(5)).replace(b"DTSTART", b"DTSTART;X=1:soon\r\nX-WAS", 1)
    gives(server, body)
    sync()
    assert busy_spans(mara) == [hour(world.in_days(3)), hour(world.in_days(5))]
    assert "cannot read" in visitor("mara@example.com").open(PAGE).text


REFUSED = {
    "no address": ("calendar", "begins with https:// or webcal://"),
    "two words": ("my calendar", "This is not the address of a calendar"),
    "another kind of address": ("ftp://calendar.example/x.ics", "begins with https:// or webcal://"),
    "an inner network": ("http://127.0.0.1/x.ics", "leads into an inner network"),
    "cloud secrets": ("http://169.254.169.254/latest/meta-data", "leads into an inner network"),
    "too long": ("https://calendar.example/" + "x" * 2000, "This is not the address of a calendar"),
    "scripts": ('https://"><script>alert(1)</script>', "This is not the address|names no server"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_an_address_that_is_not_read_is_told_why(connect, what):
    address, sentence = REFUSED[what]
    page = connect(address)
    assert page.status == 422
    assert any(part in page.text for part in sentence.split("|"))
    assert "Nothing was connected." in page.text
    assert "<script>alert" not in page.text
    assert db.session.scalars(select(CalendarConnection)).all() == []


def test_what_is_no_calendar_is_not_connected(connect, server):
    gives(server, b"<html>Sign in</html>")
    page = connect()
    assert page.status == 422
    assert "What is at this address is not a calendar. Nothing was connected." in page.text
    assert "private-1234" in page.text  # what was typed stands there still
    gives(server, status=404)
    assert "There is no calendar at this address" in connect().text
    assert db.session.scalars(select(CalendarConnection)).all() == []


NOT_WHOLE = {
    "cut off": lambda body: body[:-20],
    "indented": lambda body: body.replace(b"\r\n", b"\r\n    ").replace(b"    END:VCAL", b"END:VCAL"),
}


@pytest.mark.parametrize("what", NOT_WHOLE)
def test_a_calendar_that_is_not_whole_is_refused_before_it_is_connected_and_frees_nothing_afterwards(
    connect, sync, server, mara, what
):
    gives(server, NOT_WHOLE[what](ics(world.in_days(3))))
    page = connect()
    assert page.status == 422
    assert "Nothing was connected." in page.text
    gives(server, ics(world.in_days(3)))
    connect()
    sync()
    gives(server, NOT_WHOLE[what](ics(world.in_days(4))))
    sync()
    assert busy_spans(mara) == [hour(world.in_days(3))]
    assert the_calendar().error in (INCOMPLETE, DISTORTED)


TOLD = {
    "a stray line": (lambda body: body + b"<!-- cached -->\r\n", ASIDE),
    "an endless rule": (lambda body: body.replace(b"SUMMARY", b"RRULE:FREQ=MONTHLY;INTERVAL=0\r\nSUMMARY"), MISSING),
    "an exception in no known zone": (
        lambda body: body.replace(b"UID", b"EXDATE;TZID=Mars/Olympus:20261124T100000\r\nUID"),
        INEXACT,
    ),
}


@pytest.mark.parametrize("what", TOLD)
def test_what_cannot_be_read_is_told_when_the_calendar_is_connected_and_stays_told(
    connect, sync, server, mara, visitor, what
):
    spoil, sentence = TOLD[what]
    gives(server, spoil(ics(world.in_days(3))))
    page = connect()
    assert page.text.index(sentence) < page.text.index("Connected: Work.")
    assert the_calendar().error == sentence
    sync()
    assert busy_spans(mara) == [hour(world.in_days(3))]
    assert sentence in visitor("mara@example.com").open(PAGE).text
    sync()
    assert the_calendar().error == sentence
    gives(server, ics(world.in_days(3)))
    sync()
    assert the_calendar().error is None


def test_only_so_many_addresses_are_looked_at_in_an_hour(connect, server, otto, visitor):
    for number in range(throttle.MOST_LOOKS):
        gives(server, status=404)
        assert connect(f"{server.origin}/{number}.ics").status == 422
    throttle.reserve_try("somebody@example.com", "127.0.0.9")  # what is remembered of signing in is forgotten sooner
    asked = len(server.asked)
    gives(server, ics(world.in_days(3)))
    page = connect(f"{server.origin}/another.ics", "Choir")
    assert page.status == 429
    assert "You have tried many addresses in the last hour. Please try this one after" in page.text
    assert "another.ics" in page.text
    assert 'value="Choir"' in page.text
    assert len(server.asked) == asked
    desk = visitor("otto@example.com")
    assert "Connected" in desk.press(desk.open(PAGE), "Connect calendar", address=f"{server.origin}/o.ics").text
    with time_machine.travel(clock.now() + throttle.LOOKS_WINDOW, tick=True):
        assert "Connected" in connect().text


def test_while_a_server_takes_its_time_others_write(connect, server, otto):
    engine, wrote = db.engine, []

    def answer(handler: Any) -> None:
        with engine.begin() as connection:
            connection.execute(update(Therapist).where(Therapist.id == otto_id).values(headline="Here"))
            wrote.append(True)
        send(handler, ics())

    otto_id = otto.id
    db.session.rollback()
    server.answer = answer
    assert "Connected" in connect().text
    assert wrote == [True]


def test_an_address_lies_sealed_in_the_database(connect):
    connect()
    stored = db.session.execute(text("SELECT address, external_id, name FROM outside_calendar")).one()
    assert not any("private-1234" in str(part) for part in stored)
    assert the_calendar().address.endswith("/private-1234/work.ics")


def test_the_same_address_again_is_the_same_calendar(connect, sync, mara):
    connect()
    connect(name="Choir")
    assert (the_calendar().name, the_calendar().connection.label) == ("Choir", "Choir")
    sync()
    assert busy_spans(mara) == [hour(world.in_days(3))]


def test_there_is_a_limit(connect, server, monkeypatch):
    monkeypatch.setattr("app.calendars.connections.by_address.MOST", 2)
    for number in range(2):
        assert "Connected" in connect(f"{server.origin}/{number}.ics").text
    page = connect(f"{server.origin}/3.ics")
    assert page.status == 422
    assert "Disconnect one of them first" in page.text


def test_disconnecting_frees_the_time_and_forgets_the_address(connect, sync, mara, visitor):
    connect()
    sync()
    desk = visitor("mara@example.com")
    page = desk.press(desk.open(PAGE), "Disconnect")
    assert "Disconnected: Work. The times it blocked are free again." in page.text
    assert busy_spans(mara) == []
    assert db.session.scalars(select(OutsideCalendar)).all() == []


@pytest.mark.parametrize(
    ("head", "wait"),
    [
        ("X-NOTHING:1", OFTEN),
        ("REFRESH-INTERVAL;VALUE=DURATION:PT1H", HOUR),
        ("X-PUBLISHED-TTL:PT1M", OFTEN),
        ("X-PUBLISHED-TTL:P1W", HOUR),
    ],
)
def test_a_calendar_is_asked_as_often_as_it_wishes_within_bounds(connect, sync, server, head, wait):
    gives(server, ics(head=head), ETag='"1"')
    connect()
    for _ in range(2):  # read, then found unchanged
        sync()
        ahead = the_calendar().next_sync_at - clock.now()
        assert wait * 0.98 < ahead < wait * 1.11
        gives(server, status=304)


def test_an_address_that_leads_nowhere_for_a_day_is_told_once_and_can_be_connected_again(connect, sync, server, mara):
    connect()
    sync()
    gives(server, status=404)
    sync()
    sync()
    assert mails() == []
    db.session.execute(update(CalendarConnection).values(failing_since=clock.now() - timedelta(hours=25)))
    db.session.commit()
    sync()
    assert mails() == ["calendar_broken"]
    assert (the_calendar().connection.state, the_calendar().next_sync_at) == ("broken", None)
    assert busy_spans(mara) == [hour(world.in_days(3))]
    gives(server, ics(world.in_days(5)))
    assert "Connected" in connect().text
    sync()
    assert the_calendar().connection.state == "working"
    assert busy_spans(mara) == [hour(world.in_days(5))]


def mails() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Message.name).filter_by(name="calendar_broken", channel="mail")))


def test_a_session_that_comes_back_from_elsewhere_closes_nothing_even_when_it_is_cancelled(
    connect, sync, server, mara, request_of_ines
):
    body = ics(world.in_days(3), world.in_days(4))
    body = body.replace(b"0@work.example", f"{request_of_ines.uid}@holdfast.invalid".encode())
    gives(server, body.replace(b"1@work.example", b"of-another-practice@holdfast.invalid"))
    connect()
    sync()
    assert busy_spans(mara) == [hour(world.in_days(4))]
    request_of_ines.cancel(by="client")
    db.session.execute(update(OutsideCalendar).values(full_sync_at=None))
    db.session.commit()
    sync()
    assert busy_spans(mara) == [hour(world.in_days(4))]
