"""The calendar entry of a mail, as it arrives at a mail server.

Outlook and Gmail act on a `text/calendar` part whose `method` parameter is that of the entry (RFC 6047, 2.4) and that
is the last form of multipart/alternative; Apple's Mail opens the file beside it. All of them know a session again by
UID and SEQUENCE, and whose it is by ORGANIZER and ATTENDEE, the mail's sender and recipient.
"""

import email
from email import policy
from email.message import EmailMessage

import pytest
from icalendar import Calendar

from app.database import db
from app.jobs.deliver import deliver_waiting
from tests import world

SENDER = "Praxis Lindt <desk@praxis.example>"


@pytest.fixture
def arrived(smtp, server, monkeypatch):
    """The mails with a calendar entry that Ines has got, oldest first, of a session confirmed, moved and cancelled."""
    monkeypatch.setitem(smtp.config, "MAIL_SENDER", SENDER)
    mara = world.add_therapist("Mara Lindt")
    session = world.Person("Inès Keller", "ines@example.net", "Europe/Berlin", "fr").asks(mara, world.in_days(3))
    session.confirm()
    session.move(world.in_days(4), session.location)
    session.cancel(by="therapist")
    db.session.commit()
    deliver_waiting()
    mails = [parsed(mail) for mail in server.received if mail["To"] == "ines@example.net"]
    return [mail for mail in mails if "text/calendar" in {part.get_content_type() for part in mail.walk()}]


def parsed(mail) -> EmailMessage:
    return email.message_from_bytes(mail.as_bytes(), policy=policy.SMTP)


def entry_of(mail: EmailMessage) -> tuple[EmailMessage, Calendar]:
    (part,) = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    return part, Calendar.from_ical(part.get_payload(decode=True))


def test_the_entry_is_the_last_form_of_the_mail_and_a_file_beside_it(arrived):
    assert len(arrived) == 3
    for mail in arrived:
        assert mail.get_content_type() == "multipart/mixed"
        forms, file = mail.iter_parts()
        assert forms.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in forms.iter_parts()] == ["text/plain", "text/html", "text/calendar"]
        assert (file.get_content_type(), file.get_content_disposition()) == ("application/ics", "attachment")
        assert file.get_filename() == "invite.ics"
        entry, _ = entry_of(mail)
        assert entry.get_content_disposition() is None
        assert entry.get_payload(decode=True) == file.get_payload(decode=True)


def test_the_entry_says_in_its_type_what_it_asks_the_calendar_to_do(arrived):
    for mail, method in zip(arrived, ("REQUEST", "REQUEST", "CANCEL"), strict=True):
        part, calendar = entry_of(mail)
        assert (part.get_param("method"), calendar["METHOD"]) == (method, method)
        assert part.get_param("charset") == "utf-8"


def test_the_mail_and_its_entry_travel_in_seven_bits(server, arrived):
    assert "Séance avec" in entry_of(arrived[0])[0].get_content()
    for mail in server.received:
        wire = mail.as_bytes()
        assert wire.isascii()
        assert max(map(len, wire.splitlines())) <= 78
        for part in mail.walk():
            assert part.is_multipart() or part["Content-Transfer-Encoding"] in ("base64", "quoted-printable")


def test_calendars_know_the_session_and_its_people_again(arrived):
    entries = [calendar.walk("VEVENT")[0] for _, calendar in map(entry_of, arrived)]
    assert len({entry["UID"] for entry in entries}) == 1
    assert [entry["SEQUENCE"] for entry in entries] == [0, 1, 2]
    assert [entry["STATUS"] for entry in entries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    for mail, entry in zip(arrived, entries, strict=True):
        (sender,), (recipient,) = mail["From"].addresses, mail["To"].addresses
        assert entry["ORGANIZER"] == f"mailto:{sender.addr_spec}"
        assert (entry["ORGANIZER"].params["CN"], sender.display_name) == ("Praxis Lindt", "Praxis Lindt")
        assert entry["ATTENDEE"] == f"mailto:{recipient.addr_spec}"
