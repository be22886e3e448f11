"""Every page and every mail is HTML as its standard has it, as html-validate reads it."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.booking.booking import Booking
from app.booking.personal_link import PersonalLink
from app.database import db
from app.language import NAMES
from app.messages.mail import compose
from tests import world
from tests.everything import Desk, everything
from tests.messages.samples import CASES, facts, message

VALIDATE = Path(__file__).with_name("validate.mjs")
Piece = dict[str, str]


@pytest.fixture
def desk(app: Flask, mara, otto, operator) -> Desk:
    return everything(mara, otto)


# What is drawn depends on no engine, and Node takes longer to start than any page to be drawn: once is enough.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_page_and_every_mail_is_valid_html(app, desk, visitor):
    pages = [*looked_at(app, desk, visitor), *refused(visitor)]
    mails = list(sent(desk))
    assert len(pages) > 60
    assert len(mails) > len(CASES)
    assert findings([*pages, *mails]) == []


@pytest.mark.parametrize("kind", ["page", "mail"])
def test_html_that_is_wrong_is_found(kind):
    wrong = '<!doctype html><html lang="en"><head><title>x</title></head><body><p>'
    told = " ".join(
        findings([{"name": "wrong", "kind": kind, "html": f'{wrong}<input required="True"></div></body></html>'}])
    )
    assert "attribute-boolean-style" in told
    assert "close-order" in told


def findings(pieces: list[Piece]) -> list[str]:
    """What is wrong with these, found by one process: one line each."""
    told = subprocess.run(
        ["node", str(VALIDATE)], input=json.dumps(pieces), capture_output=True, text=True, timeout=120, check=True
    )
    return told.stdout.splitlines()


def looked_at(app: Flask, desk: Desk, visitor) -> Iterator[Piece]:
    """Each address that answers with a page, as whoever may look at it is shown it."""
    for email, addresses in desk.looked_at(app).items():
        browser = visitor(email)
        for address in dict.fromkeys(addresses):
            answer = browser.http.get(address)
            if answer.mimetype == "text/html" and answer.status_code != 303:
                yield {"name": address, "kind": "page", "html": answer.text}


def refused(visitor) -> Iterator[Piece]:
    """Forms that are to be looked at again, and pages of what goes wrong."""
    client, desk = visitor(), visitor("mara@example.com")
    start = f"{world.in_days(9, '11:00'):%Y-%m-%dT%H:%MZ}"
    pages = {
        "nowhere": client.open("/nowhere"),
        "sign in": client.sign_in("mara@example.com", "wrong"),
        "sign in, empty": client.sign_in("", ""),
        "request": client.press(client.open(f"/t/mara-lindt/request?start={start}"), "Request session"),
        "time off": desk.press(desk.open("/times-off"), "Take time off"),
        "time off, taken": desk.press(
            desk.open("/times-off"), "Take time off", from_date=f"{world.in_days(3):%Y-%m-%d}"
        ),
        "extra time": desk.press(desk.open("/working-times/extra"), "Add extra time"),
    }
    for name, page in pages.items():
        yield {"name": name, "kind": "page", "html": page.text}


def sent(desk: Desk) -> Iterator[Piece]:
    """Each mail in each language in which it is sent."""
    booking = db.session.get(Booking, desk.bookings["offered"])
    assert booking
    PersonalLink.to_session(booking.id)
    for case in CASES:
        for language in NAMES if case.recipient == "client" else ("en",):
            told = facts(case)
            mail = message(case, **({"client": told["client"] | {"language": language}} if "client" in told else {}))
            mail.booking_id = mail.booking_id and booking.id
            if mail.facts.get("offer"):
                mail.facts["offer"]["id"] = booking.offers[0].id
            yield {"name": f"{case}, {language}", "kind": "mail", "html": compose(mail).html}
