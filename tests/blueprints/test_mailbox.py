"""The local mailbox's pages."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from app.integrations.mail.mailbox import keep


@pytest.fixture
def folder(app, tmp_path: Path) -> Path:
    app.config["MAILBOX_DIR"] = str(tmp_path)
    return tmp_path


def letter(subject: str = "You have a booking update", text: str = "Hello", html: str = "<p>Hello</p>") -> bytes:
    mail = EmailMessage()
    mail["To"], mail["From"], mail["Subject"] = "ines@example.net", "bookings@holdfast.example", subject
    mail["Date"] = "Sun, 22 Nov 2026 12:00:00 +0000"
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    mail.add_attachment("BEGIN:VCALENDAR\nEND:VCALENDAR\n", subtype="calendar", filename="booking.ics")
    return mail.as_bytes()


def test_it_shows_the_newest_mail_first(folder, http):
    keep(folder, letter("The first"))
    keep(folder, letter("The second"))
    page = http.get("/mailbox").text
    assert page.index("The second") < page.index("The first")
    assert "ines@example.net" in page


def test_a_mail_shows_its_text_with_links_and_its_attachment(folder, http):
    name = keep(folder, letter(text="Open https://example.org/s/abc_-123. <b>")).name
    page = http.get(f"/mailbox/{name}").text
    assert '<a href="https://example.org/s/abc_-123">https://example.org/s/abc_-123</a>.' in page
    assert "&lt;b&gt;" in page
    assert "BEGIN:VCALENDAR" in page


def test_the_html_of_a_mail_can_do_nothing(folder, http):
    name = keep(folder, letter(html="<script>alert(1)</script>")).name
    answer = http.get(f"/mailbox/{name}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


def test_a_mail_can_be_had_as_it_was_handed_in(folder, http):
    content = letter()
    name = keep(folder, content).name
    answer = http.get(f"/mailbox/{name}/raw")
    assert answer.data == content
    assert answer.mimetype == "message/rfc822"


@pytest.mark.parametrize("name", ["nothing.eml", "..%2f..%2fsecret-key", "20261122T120000.000000-00000000.eml"])
def test_nothing_else_of_the_machine_can_be_read(folder, http, name):
    for part in ("", "/html", "/raw"):
        assert http.get(f"/mailbox/{name}{part}").status_code == 404


def test_where_mail_is_sent_out_there_is_no_mailbox(app, http):
    app.config["MAILBOX_DIR"] = None
    for path in ("/mailbox", "/mailbox/20261122T120000.000000-00000000.eml"):
        assert http.get(path).status_code == 404
