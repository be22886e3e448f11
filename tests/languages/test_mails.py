"""Every mail to a client in the client's language; therapists read English."""

import pytest
from sqlalchemy import select

from app.booking.personal_link import PersonalLink
from app.database import db
from app.messages.facts import facts_of
from app.messages.mail import compose, preview
from app.messages.message import Message
from tests import world
from tests.languages.reading import lines, pieces
from tests.messages.samples import CASES, Case, facts, message
from tests.messages.test_mail import TELLING

TO_CLIENTS = [case for case in CASES if case.recipient == "client"]
OTHERS = ("de", "fr", "es")
# As TELLING, in the other languages.
TELLING_TOO = r"(?i)therap|thérap|terap|gesund|santé|salud|klinik|zimmer|mara|ines|praxis|londres|berlín"
GREETING = {
    "en": "Hello Ines Keller,",
    "de": "Guten Tag Ines Keller,",
    "fr": "Bonjour Ines Keller,",
    "es": "Hola, Ines Keller:",
}


@pytest.fixture
def composed(app):
    booking = world.INES.asks(world.add_therapist("Mara Lindt"), world.in_days(3))
    offer = world.offer_times(booking, world.in_days(4))
    PersonalLink.to_session(booking.id)
    db.session.commit()

    def compose_case(case: Case, language: str):
        told = facts(case)
        changed = {"client": told["client"] | {"language": language}} if "client" in told else {}
        sent = message(case, **changed)
        if sent.booking_id:
            sent.booking_id = booking.id
        if sent.facts.get("offer"):
            sent.facts["offer"]["id"] = offer.id
        return compose(sent)

    return compose_case


def test_every_mail_to_a_client_is_in_the_clients_language(composed):
    for case in TO_CLIENTS:
        english = composed(case, "en")
        for language in OTHERS:
            mail = composed(case, language)
            assert mail.subject != english.subject, (case, language)
            assert mail.body.startswith(GREETING[language]), (case, language)
            assert f'<html lang="{language}">' in mail.html, (case, language)
            assert lines(mail.body) & lines(english.body) == set(), (case, language)
            assert pieces(mail.html) & pieces(english.html) == set(), (case, language)


def test_both_halves_of_a_mail_tell_when_in_both_zones(composed):
    for case in TO_CLIENTS:
        for language in OTHERS:
            mail = composed(case, language)
            for half in (mail.body, mail.html):
                assert "London" in half or "Londres" in half, (case, language)
                assert "Berl" in half, (case, language)
                assert "%(" not in half, (case, language)


def test_subjects_and_calendar_titles_tell_nothing_in_any_language(composed):
    import re

    for case in TO_CLIENTS:
        for language in OTHERS:
            mail = composed(case, language)
            assert not TELLING.search(mail.subject), (case, language)
            assert not re.search(TELLING_TOO, mail.subject), (case, language)


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "Session with M. L."),
        ("de", "Sitzung mit M. L."),
        ("fr", "Séance avec M. L."),
        ("es", "Sesión con M. L."),
    ],
)
def test_the_calendar_entry_has_a_title_in_the_language(composed, language, title):
    mail = composed(Case("confirmed", "client", "confirmed", "REQUEST"), language)
    (entry,) = mail.attachments
    assert f"SUMMARY:{title}\r\n".encode() in entry.data


def test_a_therapist_reads_english(composed):
    for case in CASES:
        if case.recipient == "therapist":
            assert composed(case, "de").body == composed(case, "en").body, case


def test_a_message_written_before_there_were_languages_is_english(app, mara):
    case = Case("confirmed", "client", "confirmed", "REQUEST")
    assert "language" not in facts(case)["client"]
    booking = world.INES.asks(mara, world.in_days(3))
    sent = message(case)
    sent.booking_id = booking.id
    assert compose(sent).body.startswith(GREETING["en"])


def test_the_language_is_kept_with_the_message(app, mara):
    booking = world.INES.asks(mara, world.in_days(3))
    booking.client.language = "de"
    booking.confirm()
    db.session.commit()
    sent = db.session.scalars(select(Message).filter_by(name="confirmed")).one()
    booking.client.language = "fr"
    db.session.commit()
    assert sent.facts["client"]["language"] == "de"
    assert compose(sent).subject.startswith("Ihre Sitzung ist bestätigt: ")


def test_the_preview_of_a_mail_shows_it_as_the_client_will_read_it(app, mara):
    booking = world.INES.asks(mara, world.in_days(3))
    booking.client.language = "fr"
    offer = world.offer_times(booking, world.in_days(4))
    shown = preview("times_offered", facts_of(booking, offer))
    assert shown.language == "fr"
    assert shown.subject.startswith("Choisissez un nouvel horaire avant le ")
    assert "(un lien personnel)" in shown.text
