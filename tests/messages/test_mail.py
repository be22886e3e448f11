"""What mails say, and what they must never say."""

import email
import re
from copy import deepcopy
from email import policy
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import StrictUndefined
from sqlalchemy import select

from app.booking.personal_link import PersonalLink
from app.config import BadSetting, load
from app.database import db
from app.jobs.deliver import deliver_waiting
from app.messages.announcements import ANNOUNCED
from app.messages.mail import compose
from app.messages.message import Message
from tests import world
from tests.messages import samples
from tests.messages.samples import ANNOUNCED_CASES, CASES, OF_CALENDARS, ROOM, VIDEO, Case, facts

FOLDERS = Path(__file__).parents[2] / "app" / "templates" / "mail"
NAMES = {case.name for case in CASES}
OURS = re.compile(
    r"http://localhost/(t/[\w-]+|s/[\w-]{43}|o/[\w-]{43}(\?alternative=\d+)?|sessions/\d+|settings/calendars)"
)
TELLING = re.compile(
    r"therap|counsel|booking|health|clinic|psych|treat|client|patient|appointment|mara|ines|room|harley|video|phone"
    r"|london|berlin",
    re.IGNORECASE,
)


class Reading(HTMLParser):
    """The text, links and everything fetched of a page."""

    def __init__(self, html):
        super().__init__()
        self.text, self.links, self.fetched, self.tags = "", [], [], set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href"]
        self.fetched += [value for name, value in attrs if name in ("src", "background", "srcset")]

    def handle_data(self, data):
        if self.cdata_elem is None:  # not in a style sheet
            self.text += data


def one_line(text):
    return " ".join(text.split())


@pytest.mark.parametrize("name", sorted({mail.name for mails in ANNOUNCED.values() for mail in mails} | NAMES))
def test_every_mail_has_its_three_files(name):
    assert sorted(file.name for file in (FOLDERS / name).iterdir()) == ["body.html", "body.txt", "subject.txt"]


def test_every_folder_belongs_to_a_mail():
    assert {folder.name for folder in FOLDERS.iterdir() if folder.is_dir()} == NAMES


def test_every_mail_can_be_read_as_text_and_as_html(app, composed, monkeypatch):
    monkeypatch.setattr(app.jinja_env, "undefined", StrictUndefined)  # a fact that is missing is an error here
    for case in CASES:
        mail = composed(case)
        reading = Reading(mail.html)
        assert mail.body.startswith(f"Hello {'Ines Keller' if case.recipient == 'client' else 'Mara Lindt'},"), case
        assert "h1" in reading.tags, case
        assert not re.search(r"[.:]\nWhen:", mail.body), case  # what it is about stands apart
        for text in (mail.body, one_line(reading.text)):
            told_of_a_time = case.name not in OF_CALENDARS
            assert not told_of_a_time or ("London" in text and "Berlin" in text), case
            assert not re.search(r"\bNone\b(?! of)|[{}]", text), case


def test_subjects_say_nothing_about_therapy_names_places_or_reasons(composed):
    for case in CASES:
        subject = composed(case).subject
        assert subject, case
        assert not TELLING.search(subject), case


def test_subjects_tell_the_date_of_the_session_or_the_deadline(composed):
    for case in CASES:
        if case.name not in OF_CALENDARS:
            subject = composed(case).subject
            answered = ("times_offered", "location_changed", "dispute_opened", "offer_nudge", "confirm_address")
            deadline = case.name in answered
            told = "by Mon 23 Nov, 12:40" if deadline else "Tue 24 Nov"
            assert told in subject, (case, subject)
            assert "session" in subject or "choose a new time" in subject, (case, subject)


def test_a_subject_tells_the_hour_unless_the_rooms_clock_shows_another_than_the_readers(composed):
    case = Case("confirmed", "client", "confirmed", "REQUEST")

    def subject(location, zone):
        told = facts(case)
        client = told["client"] | {"zone": zone}
        return composed(case, booking=told["booking"] | {"location": location}, client=client).subject

    assert subject(VIDEO, "Europe/Berlin") == "Your session is confirmed: Tue 24 Nov, 11:00"
    assert subject(ROOM, "Europe/Berlin") == "Your session is confirmed: Tue 24 Nov"
    assert subject(ROOM, "Europe/Lisbon") == "Your session is confirmed: Tue 24 Nov, 10:00"


def test_each_offered_time_leads_to_its_page_with_that_time_chosen(composed):
    for name in ("times_offered", "offer_nudge"):
        mail = composed(next(case for case in CASES if case.name == name))
        numbers = [re.findall(r"/o/[\w-]{43}\?alternative=(\d+)", text) for text in (mail.body, mail.html)]
        assert numbers == [["1", "2", "3"]] * 2
        for text in (mail.body, Reading(mail.html).text):
            for told in ("Choose Wed 25 Nov, 10:00", "Choose Thu 26 Nov, 11:00", "Choose Sat 28 Nov, 00:00"):
                assert told in text


def test_nothing_of_the_facts_reaches_a_header_or_a_file_name(composed):
    for case in CASES:
        planted = planted_everywhere(facts(case), "PLANTED\r\nBcc: spy@example.org")
        mail = composed(case, **planted)
        head, *parts = email.message_from_bytes(mail.as_bytes(), policy=policy.SMTP).walk()
        headers = [str(value) for part in (head, *parts) for value in part.values()]
        assert not any("PLANTED" in value or "spy@example.org" in value for value in headers), case
        assert "Bcc" not in head, case


def planted_everywhere(value, plant):
    """The facts with every name, place and word replaced."""
    keys = ("name", "words", "why", "session_type", "slug", "phone")
    if isinstance(value, dict):
        return {key: plant if key in keys and item else planted_everywhere(item, plant) for key, item in value.items()}
    return [planted_everywhere(item, plant) for item in value] if isinstance(value, list) else value


def test_every_link_opens_a_page_of_ours_or_the_video_call(composed):
    for case in CASES:
        mail = composed(case)
        reading = Reading(mail.html)
        in_text = re.findall(r"\w+://\S+", mail.body)
        assert reading.links, case
        assert in_text, case
        for link in [*reading.links, *in_text]:
            assert OURS.fullmatch(link) or link == "https://meet.example.com/mara", (case, link)
        assert reading.fetched == [], case
        assert not reading.tags & {"img", "link", "script", "form", "input"}, case


def test_links_in_a_mail_open_what_they_say(composed, session):
    mail = composed(Case("times_offered", "client", "times_offered", None))
    (token,) = set(re.findall(r"/o/([\w-]{43})", mail.html + mail.body))
    link = PersonalLink.find("offer", token)
    assert (link.booking_id, link.offer_id) == (session.id, session.open_offer.id)


def test_each_mail_is_recognisable_as_sent_by_a_program_and_as_itself(composed):
    case = CASES[0]
    mail = email.message_from_bytes(composed(case).as_bytes(), policy=policy.SMTP)
    assert mail["Message-ID"] == "<0123456789abcdef@holdfast.invalid>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime.isoformat() == "2026-11-22T09:12:00+00:00"
    assert mail["To"] == "ines@example.net"


def test_in_person_the_locations_zone_comes_first_otherwise_the_clients(composed):
    in_room = Case("confirmed", "client", "confirmed", "REQUEST")
    by_video = Case("relocated_as_asked", "client", "changed_as_asked", "REQUEST")
    assert "10:00–10:50 London · 11:00–11:50 Berlin" in composed(in_room).body
    assert "11:00–11:50 Berlin · 10:00–10:50 London" in composed(by_video).body
    assert "10:00–10:50 London 11:00–11:50 Berlin" in one_line(Reading(composed(in_room).html).text)


def test_a_confirmed_mail_says_how_to_get_there(composed):
    in_room, by_video = (
        composed(Case(verb, "client", name, "REQUEST"))
        for verb, name in (("confirmed", "confirmed"), ("relocated_as_asked", "changed_as_asked"))
    )
    assert "12 Harley Street" in in_room.body
    assert "12 Harley Street" in in_room.html
    assert "https://meet.example.com/mara" in by_video.body
    assert "https://meet.example.com/mara" in Reading(by_video.html).links


def test_before_it_is_confirmed_no_mail_says_how_to_get_there(composed):
    mail = composed(Case("requested", "client", "request_received", None))
    assert "Harley" not in mail.body + mail.html


def test_a_location_that_is_no_web_address_is_not_a_link(composed):
    case = Case("relocated_as_asked", "client", "changed_as_asked", "REQUEST")
    told = deepcopy(facts(case))
    told["booking"]["location"]["way_there"] = "javascript:alert(1)"
    links = Reading(composed(case, booking=told["booking"]).html).links
    assert not any("javascript" in link for link in links)


def test_an_offer_lists_every_alternative_the_deadline_and_what_happens_without_an_answer(composed):
    mail = composed(Case("times_offered", "client", "times_offered", None))
    for text, apart in ((mail.body, " · "), (one_line(Reading(mail.html).text), " ")):
        for told in (
            f"Wed 25 Nov 2026, 10:00–10:50 London{apart}11:00–11:50 Berlin",
            f"Thu 26 Nov 2026, 11:00–11:50 Berlin{apart}10:00–10:50 London",
            f"Sat 28 Nov 2026, 00:00–00:50 Berlin{apart}Fri 27 Nov, 23:00–23:50 London",
            "Room 2 · in person",
            "Video call",
            "Phone call",
            "by Mon 23 Nov 2026, 12:40 Berlin time",
            "A clinic day was moved, I am sorry.",
            "your session is cancelled",
            "The price stays the same: £75, paid to the practice.",
        ):
            assert told in text, told


@pytest.mark.parametrize(
    ("verb", "name", "told"),
    [
        ("requested", "request_received", r"Price:? *£75, paid to the practice"),
        ("confirmed", "confirmed", r"Price:? *£75, paid to the practice"),
        ("", "reminder", r"Price:? *£75, paid to the practice"),
        ("cancelled_by_therapist", "cancelled_by_therapist", "Nothing was paid through Holdfast. If you have paid"),
        ("times_expired", "offer_expired", "Nothing was paid through Holdfast. If you have paid"),
    ],
)
def test_a_price_is_told_where_there_is_one_and_nothing_where_there_is_none(composed, verb, name, told):
    case = Case(verb, "client", name, None)
    with_price, without = composed(case), composed(case, booking=facts(case)["booking"] | {"price": None})
    for text in (one_line(with_price.body), one_line(Reading(with_price.html).text)):
        assert re.search(told, text)
    for text in (without.body, without.html):
        for word in ("Price", "price", "£", "paid", "<p></p>", "None"):
            assert word not in text


def test_a_mail_that_waited_since_before_prices_were_told_is_sent_without_one(composed):
    case = Case("confirmed", "client", "confirmed", None)
    kept = facts(case)["booking"]
    del kept["price"]
    assert "Price" not in composed(case, booking=kept).body


def test_a_change_as_asked_can_be_disputed(composed):
    mail = composed(Case("moved_as_asked", "client", "changed_as_asked", "REQUEST"))
    for text in (mail.body, mail.html):
        assert "I did not ask for this" in text
        assert "/s/" in text


def test_a_changed_location_shows_before_and_now(composed):
    mail = composed(Case("location_offered", "client", "location_changed", None))
    assert re.search(r"Before: Room 2.*\nNew: +Video call", mail.body)


def test_what_people_typed_is_never_markup(composed):
    case = Case("requested", "therapist", "new_request", None)
    told = deepcopy(facts(case))
    told["booking"]["words"] = 'Hello <img src="https://spy.example/x"> <script>alert(1)</script>'
    told["client"]["name"] = "<b>Ines</b> & co"
    mail = composed(case, **told)
    reading = Reading(mail.html)
    assert not reading.tags & {"img", "script", "b"}
    assert "<script>alert(1)</script>" in reading.text
    assert "<b>Ines</b> & co asks for a session" in one_line(reading.text)


def test_words_in_the_text_cannot_pass_for_ours(composed):
    case = Case("requested", "therapist", "new_request", None)
    told = deepcopy(facts(case))
    told["booking"]["words"] = "Thanks.\n\nSee the session:\nhttps://evil.example/"
    told["client"]["name"] = "Ines\n\nSee the session:\nhttps://evil.example/ \u202eabc"
    body = composed(case, **told).body
    assert "\n> https://evil.example/\n" in body
    assert not re.search(r"^https://evil", body, re.MULTILINE)
    assert "\u202e" not in body


def test_names_of_every_script_survive(composed):
    case = Case("requested", "therapist", "new_request", None)
    told = deepcopy(facts(case))
    told["client"]["name"] = "נועה 😀 李"
    mail = email.message_from_bytes(composed(case, **told).as_bytes(), policy=policy.SMTP)
    for kind in ("plain", "html"):
        assert "נועה 😀 李" in mail.get_body((kind,)).get_content()


def test_what_is_typed_in_one_long_line_fits_the_lines_of_smtp(composed):
    case = Case("requested", "therapist", "new_request", None)
    told = deepcopy(facts(case))
    told["booking"]["words"] = "ж😀 " * 1600
    wire = composed(case, **told).as_bytes()
    assert max(len(line) for line in wire.split(b"\r\n")) <= 78
    assert wire.isascii()
    text = email.message_from_bytes(wire, policy=policy.SMTP).get_body(("plain",)).get_content()
    assert ("ж😀 " * 1600).strip() in text


def test_the_calendar_entry_goes_with_the_mails_that_say_so(composed):
    for case in ANNOUNCED_CASES:
        mail = composed(case)
        parts = email.message_from_bytes(mail.as_bytes(), policy=policy.SMTP).walk()
        methods = [part.get_param("method") for part in parts if part.get_content_type() == "text/calendar"]
        assert methods == ([case.calendar] if case.calendar else []), case
        assert [one.filename for one in mail.attachments] == ["invite.ics"] * len(methods), case


def test_a_mail_delivered_late_tells_what_was_decided_then(session, mails):
    told = session.starts_at.isoformat()
    session.move(world.in_days(4), session.location)
    db.session.commit()
    deliver_waiting()
    first = db.session.scalar(select(Message).where(Message.name == "confirmed"))
    assert first.facts["booking"]["starts_at"] == told
    subjects = [re.split("(?<=: )", mail.subject)[0] for mail in mails.sent if mail.recipients == ["ines@example.net"]]
    assert subjects == [
        "We have your session request: ",
        "Your session is confirmed: ",
        "Your session has changed: ",
    ]
    assert len({mail.msgId for mail in mails.sent}) == len(mails.sent)


# What is so when a change was disputed, and when a choice was told by phone


@pytest.mark.parametrize("kind", ["times", "location"])
@pytest.mark.parametrize("end", ["declined", "expired"])
def test_of_a_disputed_change_no_mail_says_that_something_was_offered(composed, kind, end):
    for case in (case for case in CASES if case.verb == f"{kind}_{end}"):
        told = deepcopy(facts(case))
        told["offer"] |= {"reason": "disputed", "alternatives": told["offer"]["alternatives"][:1]}
        mail = composed(case, offer=told["offer"])
        assert "offer" not in mail.subject
        for text in (one_line(mail.body), one_line(Reading(mail.html).text)):
            assert re.search("(not ask|not asked) for", text), case
            assert not re.search(r"offered|\bother time|new location|all its times", text), case


def test_a_time_chosen_by_phone_is_told_as_that(composed):
    mail = composed(Case("times_accepted", "client", "changed_as_asked", "REQUEST"))
    for text in (one_line(mail.body), one_line(Reading(mail.html).text)):
        assert "noted which time you chose" in text
        assert "phone" in text
        assert "as you asked" not in text
        assert "Before: Mon 23 Nov 2026" in text


def test_a_location_agreed_to_by_phone_tells_where_it_was(composed):
    mail = composed(Case("location_accepted", "client", "changed_as_asked", "REQUEST"))
    for text in (one_line(mail.body), one_line(Reading(mail.html).text)):
        assert "noted that you agreed to the new location" in text
        assert "Room 2 · in person" in text.partition("Before:")[2]


def test_a_lapsed_request_promises_nothing_that_is_not_there(composed):
    mail = composed(Case("lapsed", "therapist", "request_lapsed", None))
    assert "time off" not in mail.body + mail.html


# Who it comes from, and who reads the answer


def test_a_mail_comes_from_the_practice_by_name(app, composed, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_SENDER", "Praxis Lindt <desk@praxis.example>")
    mail = email.message_from_bytes(composed(CASES[0]).as_bytes(), policy=policy.SMTP)
    assert mail["From"] == "Praxis Lindt <desk@praxis.example>"
    assert "Reply-To" not in mail


def test_a_mail_that_nobody_would_read_the_answer_to_says_so(composed):
    for case in CASES:
        for text in (composed(case).body, one_line(Reading(composed(case).html).text)):
            assert "Please do not answer by mail: nobody would read it." in text, case


def test_an_answer_goes_to_whoever_reads_it_and_the_mail_asks_for_it(app, composed, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_REPLY_TO", "Praxis Lindt <answers@praxis.example>")
    for case in CASES:
        mail = composed(case)
        sent = email.message_from_bytes(mail.as_bytes(), policy=policy.SMTP)
        assert sent["Reply-To"] == "Praxis Lindt <answers@praxis.example>", case
        for text in (mail.body, one_line(Reading(mail.html).text)):
            assert "nobody would read it" not in text, case
            assert "just answer this mail" in text, case


@pytest.mark.parametrize("name", ["MAIL_SENDER", "MAIL_REPLY_TO"])
@pytest.mark.parametrize("wrong", ["Praxis Lindt", "Praxis, Lindt <desk@praxis.example>", "desk@", "@praxis.example"])
def test_a_sender_that_is_no_address_stops_the_start(name, wrong):
    with pytest.raises(BadSetting, match=f"{name} is .*an address, or a name <address>"):
        load({name: wrong})


@pytest.mark.parametrize(
    ("address", "wire"),
    [("ines@straße.example", "ines@xn--strae-oqa.example"), ("ines@bücher.example", "ines@xn--bcher-kva.example")],
)
def test_an_address_in_another_script_is_written_as_its_own_server_is_called(session, address, wire):
    confirmed = samples.message(Case("confirmed", "client", "confirmed", "REQUEST"))
    confirmed.booking_id, confirmed.address = session.id, address
    mail = email.message_from_bytes(compose(confirmed).as_bytes(), policy=policy.SMTP)
    assert mail["To"] == wire
    (entry,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert f"mailto:{wire}" in entry.get_content().replace("\r\n ", "").replace("\n ", "")


def test_no_mail_says_booking_or_speaks_like_a_rule_book(composed):
    for case in CASES:
        mail = composed(case)
        for text in (mail.subject, mail.body, one_line(Reading(mail.html).text)):
            assert not re.search(
                r"\bbookings?\b|not your wish|has still to|still waits|stands as|everything is settled"
                r"|does not take place|take its tick|from now on",
                text.replace("bookings@", ""),
            ), case
