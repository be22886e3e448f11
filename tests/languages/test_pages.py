"""In which language a page is, and that all of it is in that language."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.booking.booking import Booking
from app.booking.dispute import dispute
from app.booking.personal_link import PersonalLink
from app.booking.rearrangement import offer_location
from app.database import db
from app.jobs.openings import refresh_openings
from app.language import NAMES
from app.practice.client import Client
from tests import world
from tests.languages.reading import pieces

ASKED_FOR = {"name": "Ines Keller", "email": "ines@example.net"}
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


def link(purpose: str, booking: Booking, *more: int) -> str:
    token = getattr(PersonalLink, f"to_{purpose}")(booking.id, *more).token
    db.session.commit()
    return f"/{purpose[0]}/{token}"


def speaks(http, path: str, **headers: str) -> str:
    page = http.get(path, headers={name.replace("_", "-"): text for name, text in headers.items()}).text
    return page.partition('<html lang="')[2][:2]


# Whose language it is


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("fr-CH, it", "fr"),
        ("es", "es"),
        ("it,nl", "en"),
        ("en-US,de", "en"),
        ("", "en"),
    ],
)
def test_a_public_page_speaks_as_the_browser_asks(http, mara, asked, spoken):
    for path in ("/", "/t/mara-lindt", "/nowhere", "/s/wrong"):
        assert speaks(http, path, Accept_Language=asked) == spoken, path


def test_who_keeps_a_page_knows_that_it_depends_on_the_browser(http, mara):
    assert {"Accept-Language", "Cookie"} <= set(http.get("/t/mara-lindt").vary)


def test_a_language_chosen_on_the_page_is_kept(http, mara):
    page = http.get("/t/mara-lindt?location=3", headers=GERMAN)
    assert 'href="/t/mara-lindt?location=3&amp;lang=fr"' in page.text
    assert speaks(http, "/?lang=fr", **GERMAN) == "fr"
    assert speaks(http, "/t/mara-lindt", **GERMAN) == "fr"
    assert speaks(http, "/?lang=xx", **GERMAN) == "fr"
    assert speaks(http, "/?lang=en", **GERMAN) == "en"
    assert speaks(http, "/", **GERMAN) == "en"


def test_therapists_read_english_whatever_their_browser_asks_for(visitor, request_of_ines):
    request_of_ines.client.language = "de"
    db.session.commit()
    desk = visitor("mara@example.com").http
    for path in ("/dashboard", f"/sessions/{request_of_ines.id}", "/calendar", "/sign-in"):
        assert speaks(desk, path, **GERMAN) in ("en", ""), path
    assert "Ihre Sitzung" not in desk.get(f"/sessions/{request_of_ines.id}", headers=GERMAN).text


def asked_for_by(visitor, path: str, **headers: str) -> Booking:
    client = visitor()
    client.http.environ_base.update({f"HTTP_{name.upper()}": text for name, text in headers.items()})
    page = client.open(path)
    client.press(page, {"de": "Sitzung anfragen"}.get(headers["Accept_Language"][:2], "Request session"), **ASKED_FOR)
    return db.session.scalars(select(Booking).order_by(Booking.id.desc())).first()


def test_the_language_of_the_booking_is_kept_whatever_browser_opens_the_link(visitor, mara, http):
    path = f"/t/mara-lindt/request?start={world.in_days(3):%Y-%m-%dT%H:%MZ}"
    booking = asked_for_by(visitor, path, Accept_Language="de-AT,de;q=0.9")
    assert booking.client.language == "de"
    offer = world.offer_times(booking, world.in_days(4))
    for path in (link("session", booking), link("offer", booking, offer.id)):
        for browser in ("fr", "en", ""):
            assert speaks(http, path, Accept_Language=browser) == "de", (path, browser)
        assert "lang=fr" not in http.get(path).text  # nothing to choose


def test_a_therapists_booking_speaks_as_the_client_did_before(mara, request_of_ines):
    request_of_ines.client.language = "es"
    db.session.commit()
    assert world.INES.is_booked(mara, world.in_days(5)).client.language == "es"
    assert world.JONAS.is_booked(mara, world.in_days(6)).client.language == "en"


def test_with_another_therapist_a_client_is_not_known(mara, otto, request_of_ines):
    request_of_ines.client.language = "es"
    db.session.commit()
    assert world.INES.is_booked(otto, world.in_days(5)).client.language == "en"


# All of it in that language


def confirmed(mara, days: int) -> Booking:
    booking = world.INES.asks(mara, world.in_days(days), words="As I said.")
    booking.confirm()
    return booking


def answered(mara, days: int, end: str):
    offer = world.offer_times(confirmed(mara, days), world.in_days(days + 1))
    getattr(offer, end)(*([offer.alternatives[0]] if end == "accept" else []))
    return offer


def pages_of_clients(mara) -> dict[str, str]:
    """A page of every kind that a client can come to, by what it shows."""
    moved, relocated = confirmed(mara, 4), confirmed(mara, 6)
    times = world.offer_times(
        moved, world.in_days(5), world.in_days(5, "12:00"), reason="mistake", words="A clinic day was moved."
    )
    place = offer_location(relocated, "mistake", mara.locations[2], "A clinic day was moved.")
    asked, disputed = confirmed(mara, 8), confirmed(mara, 10)
    asked.move(world.in_days(9), mara.locations[1])
    disputed.move(world.in_days(11), mara.locations[0])
    contested = dispute(disputed)
    elsewhere = confirmed(mara, 12)
    elsewhere.relocate(mara.locations[3])
    contested_place = dispute(elsewhere)
    ended = {end: answered(mara, days, end) for days, end in ((14, "accept"), (16, "decline"), (18, "withdraw"))}
    cancelled = confirmed(mara, 20)
    cancelled.cancel(by="client")
    waiting = world.INES.asks(mara, world.in_days(22))
    declined = world.INES.asks(mara, world.in_days(24))
    declined.cancel(by="therapist")
    sessions = [moved, relocated, asked, disputed, cancelled, waiting, declined]
    offers = [times, place, contested, contested_place, *ended.values()]
    links = [link("session", one) for one in sessions] + [link("offer", one.booking, one.id) for one in offers]
    start = f"{world.in_days(30):%Y-%m-%dT%H:%MZ}"
    public = [
        "/",
        "/?kind=phone&type=couples&on=2030-01-01",
        "/?sort=soonest&page=9",
        "/t/mara-lindt",
        "/nowhere",
        "/sign-out",
    ]
    public += [
        "/t/mara-lindt?from=2099-01-01",
        f"/t/mara-lindt/request?start={start}",
        "/t/mara-lindt/request?start=2020-01-01T10:00Z",
    ]
    return {path: path for path in public + links}


def test_no_english_is_left_over_in_another_language(app, http, mara):
    paths = pages_of_clients(mara)
    refresh_openings()
    db.session.commit()
    shown = {language: {} for language in NAMES}
    for language in NAMES:
        for client in db.session.scalars(select(Client)):
            client.language = language
        db.session.commit()
        for path in paths:
            shown[language][path] = pieces(http.get(path, headers={"Accept-Language": language}).text)
    for language in ("de", "fr", "es"):
        for path in paths:
            left = shown["en"][path] & shown[language][path]
            assert left - SAME[language] == set(), (language, path)


# What happens to be the same word in both languages.
SAME = {"de": {"optional"}, "fr": {"E-mail"}, "es": set()}


def test_what_is_wrong_with_a_form_is_told_in_its_language(visitor, mara):
    client = visitor()
    client.http.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr"
    page = client.open(f"/t/mara-lindt/request?start={world.in_days(3):%Y-%m-%dT%H:%MZ}")
    answer = client.press(page, "Demander la séance", name="x" * 121, email="nobody", phone="?")
    for sentence in (
        "Veuillez raccourcir votre nom à 120 caractères.",
        "Cela ne ressemble pas à une adresse e-mail.",
        "ou laissez le champ vide",
        "Rien n’a encore été envoyé.",
    ):
        assert sentence in answer.text


def test_what_a_verb_refuses_is_told_in_the_language_of_the_client(visitor, mara):
    booking = world.INES.asks(mara, world.in_days(3))
    offer = world.offer_times(booking, world.in_days(4))
    booking.client.language = "de"
    client = visitor()
    page = client.open(link("offer", booking, offer.id))
    with time_machine.travel(clock.now() + timedelta(days=2)):
        late = client.press(page, "Diese Zeit annehmen", alternative=offer.alternatives[0].id)
    assert "Dieser Vorschlag ist beendet. So steht es jetzt um die Sitzung." in late.text
    assert "Die Zeit zum Antworten ist vorbei" in late.text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "too little time is left"),
        ("de", "Es bleibt zu wenig Zeit"),
        ("fr", "il reste trop peu de temps"),
        ("es", "queda demasiado poco tiempo"),
    ],
)
def test_a_time_that_came_too_near_is_not_called_too_early(http, mara, language, sentence):
    booking = world.INES.asks(mara, world.in_days(3))
    offer = world.offer_times(booking, world.in_days(2), world.in_days(3, "15:00"))
    booking.client.language = language
    address = link("offer", booking, offer.id)
    offer.expires_at = world.in_days(3)
    db.session.commit()
    with time_machine.travel(world.in_days(2) - timedelta(minutes=30)):
        assert sentence in http.get(address).text


@pytest.mark.parametrize(
    ("language", "day"), [("en", "Tue 24 Nov"), ("de", "Di., 24. Nov."), ("fr", "mar. 24 nov."), ("es", "mar, 24 nov")]
)
def test_days_follow_the_language_and_times_stay_as_they_are(http, mara, language, day):
    with time_machine.travel(world.at("2026-11-20T09:00"), tick=False):
        page = http.get("/t/mara-lindt?from=2026-11-24", headers={"Accept-Language": language}).text
    assert f">{day}</h3>" in page
    assert '">10:00</a>' in page


def test_a_city_goes_by_the_name_it_has_in_the_language(http, mara):
    assert "Londres" in http.get("/t/mara-lindt", headers={"Accept-Language": "fr"}).text


# Languages by their names in the language


@pytest.mark.parametrize(
    ("spoken", "sentence", "card", "options"),
    [
        (
            "en",
            "Speaks Spanish, German, Plattdüütsch",
            "Spanish, German, Plattdüütsch",
            "Any German Plattdüütsch Spanish",
        ),
        (
            "de",
            "Spricht Spanisch, Deutsch, Plattdüütsch",
            "Spanisch, Deutsch, Plattdüütsch",
            "Beliebig Deutsch Plattdüütsch Spanisch",
        ),
        (
            "fr",
            "Parle espagnol, allemand, Plattdüütsch",
            "Espagnol, allemand, Plattdüütsch",
            "Peu importe Allemand Espagnol Plattdüütsch",
        ),
        (
            "es",
            "Habla español, alemán, Plattdüütsch",
            "Español, alemán, Plattdüütsch",
            "Cualquiera Alemán Español Plattdüütsch",
        ),
    ],
)
def test_what_a_therapist_speaks_is_named_in_the_language_of_the_page(http, mara, spoken, sentence, card, options):
    mara.languages, mara.headline = "Spanish, German, Plattdüütsch", "Listens"
    db.session.commit()
    asked = {"Accept-Language": spoken}
    assert sentence in http.get("/t/mara-lindt", headers=asked).text
    page = http.get("/", headers=asked).text
    assert card in page
    listed = re.findall(
        r'<option value="(.*?)".*?>(.*?)</option>', page.partition('id="language"')[2].partition("</select>")[0]
    )
    assert " ".join(shown for _, shown in listed) == options
    assert {value for value, _ in listed} == {"", "German", "Plattdüütsch", "Spanish"}
    found = http.get("/?language=Spanish", headers=asked).text
    assert f"</span>{card.split(',')[0]} <span" in found
