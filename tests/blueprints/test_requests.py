"""What a client types when asking for a session: good or odd, it gets an answer in words and stays typed."""

import html
from datetime import timedelta
from email import message_from_bytes
from urllib.parse import urlsplit

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock
from app.booking.booking import Booking
from app.database import db
from app.messages.mail import compose
from app.messages.message import Message
from app.practice.session_type import SessionType
from tests import world
from tests.blueprints import odd_text
from tests.blueprints.pages import read
from tests.browser import Page
from tests.statements import statements
from tests.visitor import Visitor

GOOD = {"name": "Ines Keller", "email": "ines@example.net", "phone": "+44 7700 900123", "words": "Afternoons are best."}


@pytest.fixture
def client(visitor) -> Visitor:
    return visitor()


@pytest.fixture
def page(client: Visitor, mara) -> Page:
    """The form for 10:00 in three days, in Berlin's time."""
    return client.open(f"/t/mara-lindt/request?start={world.in_days(3):%Y-%m-%dT%H:%MZ}&zone=Europe/Berlin")


UNSEEN = dict.fromkeys(map(ord, "\u200b\u3164\u2800\uffa0\u115f\u1160\ufffc\U0001d159"), " ")


def bookings() -> int:
    return db.session.scalar(select(func.count()).select_from(Booking)) or 0


def shown(text: str) -> str:
    """What a person reads and finds in the fields."""
    return html.unescape(text)


def composed() -> list:
    return [compose(message) for message in db.session.scalars(select(Message).order_by(Message.id))]


def test_a_request_takes_at_most_twenty_statements(client, page, mara):
    """Each is a round trip in which the therapist's diary is locked for everybody else."""
    client.press(page, "Request session", **GOOD)  # what is kept of the practice is read now
    start = f"{world.in_days(3, '15:00'):%Y-%m-%dT%H:%MZ}"
    typed = GOOD | {"email": "jonas@example.net", "start": start, "once": "x" * 20, "csrf_token": client.form_token()}
    with statements() as sent:
        assert client.http.post("/t/mara-lindt/requests", data=typed).status_code == 303
    assert len(sent) <= 20, sent


def test_a_request_ends_on_the_page_of_the_session(client, page):
    answer = client.press(page, "Request session", **GOOD)
    assert (answer.status, "/s/" in answer.url) == (200, True)
    assert "has your request" in answer.text
    booking = db.session.scalars(select(Booking)).one()
    assert (booking.client.name, booking.client.zone, booking.words) == (GOOD["name"], "Europe/Berlin", GOOD["words"])


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "", "Please tell us your name."),
        ("name", " \t ", "Please tell us your name."),
        ("name", "\u200b\u2028", "Please tell us your name."),
        ("name", "\u3164", "Please tell us your name."),
        ("name", "\u2800 \u2800", "Please tell us your name."),
        ("name", "\uffa0\u115f\u1160", "Please tell us your name."),
        ("name", "\ufffc\U0001d159", "Please tell us your name."),
        ("name", "You won! http://spam.example/claim", "without a web or e-mail address"),
        ("name", "https://evil.example/pay now", "without a web or e-mail address"),
        ("name", "ines@example.net", "without a web or e-mail address"),
        ("name", "x" * 121, "shorten your name to 120"),
        ("email", "", "Please give an e-mail address"),
        ("email", "ines", "does not look like an e-mail address"),
        ("email", "ines@", "does not look like an e-mail address"),
        ("email", "ines@example.net, otto@example.net", "does not look like an e-mail address"),
        ("email", "ines@exa mple.net", "does not look like an e-mail address"),
        ("email", "josé@example.net", "We cannot send mail to an address with “é” before the @. Please use another."),
        ("email", "x" * 250 + "@example.net", "too long"),
        ("email", "ines@example.net\nbcc: otto@example.net", "does not look like an e-mail address"),
        ("phone", "call me", "digits, spaces"),
        ("phone", "+44 <script>", "digits, spaces"),
        ("phone", "+", "the whole number"),
        ("phone", "()()", "the whole number"),
        ("phone", "+44 1", "the whole number"),
        ("phone", "0" * 41, "shorten the phone number"),
        ("words", odd_text.LONG, "shorten this to 2000 characters"),
    ],
)
def test_what_cannot_be_taken_gets_a_sentence_and_stays(client, page, field, typed, sentence):
    answer = client.press(page, "Request session", **GOOD | {field: typed})
    assert answer.status == 422
    assert sentence in shown(answer.text)
    for name, text in (GOOD | {field: typed}).items():
        assert " ".join(text.translate(UNSEEN).split()) in " ".join(shown(answer.text).split()), name
    assert bookings() == 0
    assert client.press(answer, "Request session", **GOOD).status == 200


@pytest.mark.parametrize("name", [odd_text.EMOJI, odd_text.RIGHT_TO_LEFT, "O'Brien-Łukasz", "𝕴𝖓𝖊𝖘", "李小龍", "X"])
def test_names_of_all_kinds_are_taken_as_they_are(client, page, name, visitor):
    client.press(page, "Request session", **GOOD | {"name": name})
    assert db.session.scalars(select(Booking)).one().client.name == name
    desk = visitor("mara@example.com")
    for path in ("/dashboard", "/sessions", f"/sessions/{db.session.scalars(select(Booking.id)).one()}"):
        assert name in shown(desk.open(path).text)
    assert len(composed()) == 2


@pytest.mark.parametrize("field", ["name", "words", "phone", "email"])
def test_odd_text_in_any_field_is_answered_in_words(client, mara, field, visitor):
    for number, odd in enumerate(odd_text.TEXTS):
        page = client.open(f"/t/mara-lindt/request?start={world.in_days(3 + number):%Y-%m-%dT%H:%MZ}")
        typed = GOOD | {"email": f"client{number}@example.net", field: odd}
        before = bookings()
        answer = client.press(page, "Request session", **typed)
        assert answer.status in (200, 422), odd
        assert answer.status == 200 or "Please" in answer.text, odd
        assert bookings() - before == (answer.status == 200), odd
        assert "<script>alert" not in answer.text
    for mail in composed():
        mail.as_bytes()
        assert "\n" not in mail.subject
        assert "<script>alert" not in mail.html
    desk = visitor("mara@example.com")
    for path in ("/dashboard", *(f"/sessions/{one}" for one in db.session.scalars(select(Booking.id)))):
        shows = desk.open(path)
        assert (shows.status, "<script>alert" in shows.text) == (200, False), path


@pytest.mark.parametrize(
    "typed",
    [
        "\u202d+44 7700 900123\u202c",
        "\u2068+44 7700 900123\u2069",
        "\u200e+44 7700 900123\u200f",
        "\ufeff+44\u00a07700\u202f900123",
        "＋４４ ７７００ ９００１２３",
        "+٤٤ ٧٧٠٠ ٩٠٠١٢٣",
    ],
)
def test_a_phone_number_is_kept_without_what_nobody_sees(client, page, typed):
    assert client.press(page, "Request session", **GOOD | {"phone": typed}).status == 200
    assert db.session.scalars(select(Booking)).one().client.phone == "+44 7700 900123"


@pytest.mark.parametrize("dash", "-\u2010\u2011\u2012\u2013\u2014\u2212\uff0d")
def test_every_dash_of_a_phone_number_is_the_one_on_the_keyboard(client, page, dash):
    assert client.press(page, "Request session", **GOOD | {"phone": f"030{dash}123{dash}45"}).status == 200
    assert db.session.scalars(select(Booking)).one().client.phone == "030-123-45"


def test_an_address_is_kept_without_marks_that_nobody_sees(client, page):
    assert client.press(page, "Request session", **GOOD | {"email": "\u202aInes@Example.net\u202c"}).status == 200
    assert db.session.scalars(select(Booking)).one().client.email == "ines@example.net"


@pytest.mark.parametrize("name", ["You won! Call 0900 1234", "Please send your card number to us today", "Ines Keller"])
def test_only_a_plain_name_is_repeated_to_an_address_that_nobody_has_confirmed(client, page, name):
    assert client.press(page, "Request session", **GOOD | {"name": name}).status == 200
    (receipt,) = [mail for mail in composed() if mail.recipients == [GOOD["email"]]]
    greeting = receipt.body.partition("\n")[0]
    assert greeting == ("Hello Ines Keller," if name == "Ines Keller" else "Hello,")
    assert (name in receipt.body + receipt.html) == (name == "Ines Keller")


def test_a_name_with_a_line_break_forges_no_header(client, page):
    client.press(
        page, "Request session", **GOOD | {"name": "Ines\r\nBcc: everybody", "words": "Hello\r\nBcc: x@example.net"}
    )
    booking = db.session.scalars(select(Booking)).one()
    assert booking.client.name == "Ines Bcc: everybody"
    for mail in composed():
        head = dict(message_from_bytes(mail.as_bytes()).items())
        assert "bcc" not in {name.lower() for name in head}
        assert "everybody" not in str(head)
        assert len(mail.send_to) == 1


def test_without_a_time_the_form_says_so(client, page):
    for start in ["", *odd_text.DATES, "2027-05-05T10:00", "0001-01-01T00:00+14:00"]:
        answer = client.press(page, "Request session", start=start, **GOOD)
        assert answer.status in (409, 422), start
        assert any(words in answer.text for words in ("Choose a time first", "has just been taken", "too ")), start
        for text in GOOD.values():
            assert text in shown(answer.text), start
    assert bookings() == 0


@pytest.mark.parametrize(
    ("start", "status", "sentence"),
    [
        ("9000-12-31T23:00Z", 409, "too far ahead to be booked"),
        ("1970-01-01T00:00Z", 409, "too near to be booked"),
        (f"{world.in_days(3, '10:07'):%Y-%m-%dT%H:%MZ}", 409, "has just been taken"),
        (f"{world.in_days(3):%Y-%m-%dT%H:%M}:30.5Z", 422, "Choose a time first"),
        (f"{world.in_days(3):%Y-%m-%dT%H:%M}:00.9Z", 422, "Choose a time first"),
    ],
)
def test_a_time_that_nobody_offers_is_taken_by_nobody(client, page, start, status, sentence):
    answer = client.press(page, "Request session", start=start, **GOOD)
    assert answer.status == status
    assert sentence in answer.text
    for text in GOOD.values():
        assert text in shown(answer.text)
    assert bookings() == 0


NOT_BOOKABLE = {
    "type": "This kind of session cannot be booked any more. Please choose another.",
    "location": "This location cannot be booked any more. Please choose another.",
}


@pytest.mark.parametrize("field", NOT_BOOKABLE)
def test_what_was_chosen_and_is_not_there_is_not_replaced(client, page, field):
    for odd in ("", *odd_text.IDS[1:]):
        answer = client.press(page, "Request session", **GOOD | {field: odd})
        assert (answer.status, bookings()) == (422, 0), odd
        assert NOT_BOOKABLE[field] in shown(answer.text)
        for text in GOOD.values():
            assert text in shown(answer.text)
        _, fields = answer.filled("Request session")
        assert field not in dict(fields)  # nothing else is chosen beforehand


def test_a_location_that_was_closed_meanwhile_is_chosen_anew(client, mara):
    """Who chose video is not booked into Room 1."""
    _, room, video, _ = mara.locations
    page = client.open(f"/t/mara-lindt/request?location={video.id}&start={world.in_days(3):%Y-%m-%dT%H:%MZ}")
    video.active = False
    db.session.commit()
    answer = client.press(page, "Request session", **GOOD)
    assert (answer.status, bookings()) == (422, 0)
    assert "Video call" not in answer.text
    client.press(answer, "Request session", location=str(room.id))  # all that was typed is still in the form
    assert db.session.scalars(select(Booking)).one().location is room


def test_a_kind_of_session_that_was_closed_meanwhile_is_chosen_anew(client, mara, page):
    mara.session_types[0].active = False
    mara.session_types.append(SessionType(name="Long session", minutes=80, grid_minutes=30))
    db.session.commit()
    answer = client.press(page, "Request session", **GOOD | {"email": "ines"})
    assert (answer.status, bookings()) == (422, 0)
    assert "does not look like an e-mail address" in answer.text  # all that is wrong is marked at once
    client.press(answer, "Request session", type=str(mara.session_types[1].id), email=GOOD["email"])
    assert db.session.scalars(select(Booking)).one().session_type.minutes == 80


@pytest.mark.parametrize("field", NOT_BOOKABLE)
def test_an_address_with_a_choice_that_is_not_there_pretends_nothing(client, mara, field):
    week = client.open(f"/t/mara-lindt?{field}=999")
    assert (week.status, NOT_BOOKABLE[field] in week.text) == (404, True)
    assert "data-start" not in week.text
    choices = [link for link in read(week.text).all("a") if f"{field}=" in link.attributes["href"]]
    assert choices
    assert not any("aria-current" in link.attributes for link in choices)
    form = client.open(f"/t/mara-lindt/request?{field}=999&start={world.in_days(3):%Y-%m-%dT%H:%MZ}")
    assert (form.status, NOT_BOOKABLE[field] in form.text) == (404, True)
    assert field not in dict(form.filled("Request session")[1])


def test_an_odd_zone_becomes_the_therapists(client, mara):
    for number, zone in enumerate(odd_text.ZONES):
        page = client.open(f"/t/mara-lindt/request?start={world.in_days(3 + number):%Y-%m-%dT%H:%MZ}")
        client.press(page, "Request session", **GOOD | {"zone": zone, "email": f"client{number}@example.net"})
    zones = [booking.client.zone for booking in db.session.scalars(select(Booking))]
    assert zones == ["Europe/London"] * len(odd_text.ZONES)


def test_a_slot_taken_meanwhile_shows_what_is_still_free(client, page, mara):
    world.JONAS.asks(mara, world.in_days(3))
    answer = client.press(page, "Request session", **GOOD)
    assert answer.status == 409
    assert "Still free on" in answer.text
    chosen = f"{world.in_days(3, '11:00'):%Y-%m-%dT%H:%M}Z"
    again = client.press(answer, "Request session", start=chosen)  # all that was typed is still in the form
    assert "/s/" in again.url
    assert {booking.client.name for booking in db.session.scalars(select(Booking))} == {"Jonas Peters", "Ines Keller"}


def test_when_the_whole_day_is_taken_other_days_are_a_link_away(client, page, mara):
    mara.minimum_notice_minutes = 30 * 24 * 60
    db.session.commit()
    answer = client.press(page, "Request session", **GOOD)
    assert answer.status == 409
    assert "Look at other days" in answer.text
    assert GOOD["words"] in shown(answer.text)


def test_without_its_token_a_request_is_turned_away_with_our_page(client, page):
    answer = client.post("/t/mara-lindt/requests", GOOD)
    assert (answer.status, bookings()) == (400, 0)
    assert "reload the page" in answer.text.lower()
    assert client.post("/t/mara-lindt/requests", GOOD | {"csrf_token": "x" * 500}).status == 400


def test_a_body_that_is_no_form_is_turned_away(client, mara):
    for body, kind in (
        (b"{}", "application/json"),
        (b"\xff\xfe\x00", "multipart/form-data; boundary=x"),
        (b"\xff", "x"),
    ):
        answer = client.http.post("/t/mara-lindt/requests", data=body, content_type=kind)
        assert answer.status_code == 400
    huge = client.http.post(
        "/t/mara-lindt/requests", data=b"words=" + b"x" * 2_000_000, content_type="application/x-www-form-urlencoded"
    )
    assert huge.status_code == 413
    assert "too much text" in huge.text


# Limits


def test_too_many_requests_from_one_network_are_told_when_to_try_again(app, client, mara):
    app.config["REQUESTS_PER_HOUR"] = 2
    for day in (3, 4):
        start = f"{world.in_days(day):%Y-%m-%dT%H:%MZ}"
        page = client.open(f"/t/mara-lindt/request?start={start}")
        client.press(page, "Request session", name=f"Client {day}", email=f"c{day}@example.net")
    page = client.open(f"/t/mara-lindt/request?start={world.in_days(5):%Y-%m-%dT%H:%MZ}")
    answer = client.press(page, "Request session", **GOOD)
    assert answer.status == 429
    assert 3500 < int(client.answer.headers["Retry-After"]) <= 3600
    assert "Please try again in 60 minutes" in answer.text
    assert GOOD["words"] in shown(answer.text)
    assert bookings() == 2


def test_a_third_request_to_one_therapist_waits_for_an_answer(client, mara):
    for day in (3, 4):
        world.INES.asks(mara, world.in_days(day))
    page = client.open(f"/t/mara-lindt/request?start={world.in_days(5):%Y-%m-%dT%H:%MZ}")
    answer = client.press(page, "Request session", name="Ines", email="INES@example.net ")
    assert (answer.status, bookings()) == (429, 2)
    assert "You already have requests waiting" in answer.text
    assert "Mara Lindt has" not in answer.text


def test_a_blocked_sender_reads_what_anybody_at_a_limit_reads(client, request_of_ines, page):
    """Whoever types somebody's address must not learn that this person has asked here, or was turned away."""
    request_of_ines.block_sender()
    request_of_ines.cancel(by="therapist")
    db.session.commit()
    answer = client.press(client.open(page.url), "Request session", **GOOD)
    assert answer.status == 429
    assert "You already have requests waiting" in answer.text
    assert GOOD["words"] in shown(answer.text)


def test_the_same_form_sent_again_leads_to_the_same_session(client, page):
    first = client.press(page, "Request session", **GOOD)
    again = client.press(page, "Request session", **GOOD)
    assert (again.url, bookings()) == (first.url, 1)


def test_the_form_used_again_for_another_time_or_therapist_is_another_request(client, page, otto):
    """By the back button: neither does it lead to what was asked first, nor does it break."""
    first = client.press(page, "Request session", **GOOD)
    later = client.press(page, "Request session", start=f"{world.in_days(4):%Y-%m-%dT%H:%MZ}", **GOOD)
    assert (later.status, later.url != first.url) == (200, True)
    own = {"type": str(otto.session_types[0].id), "location": str(otto.locations[0].id)}
    _, fields = page.filled("Request session", **GOOD, **own)
    ottos = client.post("/t/otto-brandt/requests", fields)
    assert ottos.status == 200
    assert bookings() == 3


# Back, after a request


def test_who_comes_back_to_the_form_reads_that_they_have_requested_this_time(client, page):
    session = client.press(page, "Request session", **GOOD)
    back = client.open(page.url)
    assert (back.status, "You have requested this time" in back.text) == (200, True)
    assert "Request session</button>" not in back.text  # no second press books a second slot
    assert path_of(session) in links_on(back)


def test_who_presses_again_reads_it_too_and_is_led_to_their_session(client, page):
    """With other words, so that it is not the same form sent twice."""
    session = client.press(page, "Request session", **GOOD)
    again = client.press(page, "Request session", **GOOD | {"words": "Mornings are best."})
    assert (again.status, "You have requested this time" in again.text) == (409, True)
    assert path_of(session) in links_on(again)
    assert bookings() == 1


@pytest.mark.parametrize("typed", [{"name": "Jonas Peters"}, {"email": "jonas@example.net"}])
def test_another_person_at_the_same_browser_is_not_led_to_the_session(client, page, typed):
    session = client.press(page, "Request session", **GOOD)
    answer = client.press(page, "Request session", **GOOD | typed)
    assert (answer.status, "This time has just been taken" in answer.text) == (409, True)
    assert path_of(session) not in answer.text


def test_another_browser_reads_that_the_time_is_taken(client, page, visitor):
    client.press(page, "Request session", **GOOD)
    answer = visitor().open(page.url)
    assert "This time has just been taken" in answer.text
    assert "You have requested" not in answer.text


def test_a_quarter_of_an_hour_later_the_browser_has_forgotten_the_request(client, page):
    client.press(page, "Request session", **GOOD)
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert "You have requested" not in client.open(page.url).text


def test_a_request_that_has_ended_holds_its_time_no_longer(client, page):
    client.press(page, "Request session", **GOOD)
    db.session.scalars(select(Booking)).one().cancel(by="client")
    db.session.commit()
    assert "Request session</button>" in client.open(page.url).text


def test_the_cookie_of_a_request_is_for_this_therapists_pages_and_no_script(client, page):
    _, fields = page.filled("Request session", **GOOD)
    answer = client.http.post("/t/mara-lindt/requests", data=dict(fields))
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("requested=")]
    for part in ("HttpOnly", "Path=/t/mara-lindt", "SameSite=Lax", "Max-Age=900"):
        assert part in cookie
    for forged in ("", "x", cookie[10:20], "WyJ4Il0.x"):
        client.http.set_cookie("requested", forged, path="/t/mara-lindt")
        assert "This time has just been taken" in client.open(page.url).text


def path_of(page: Page) -> str:
    return urlsplit(page.url).path


def links_on(page: Page) -> list[str]:
    return [link.attributes["href"] for link in read(page.text).all("a")]
