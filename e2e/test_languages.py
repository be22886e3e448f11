"""A client books in German and reads German from then on; the therapist reads English all the while."""

import re

from playwright.sync_api import expect

from app.language import speaking
from app.wording import span
from e2e.steps import BERLIN, LENGTH, LONDON
from e2e.variants import on_a_phone, with_and_without_scripts
from tests.world import in_days

TEN, LATER = in_days(3, "10:00"), in_days(4, "12:00")


def in_german(at, zone):
    with speaking("de"):
        return span(at, at + LENGTH, zone)


@on_a_phone
@with_and_without_scripts
def test_a_german_browser_books_and_the_answer_comes_in_german(mara, new_client):
    ines = new_client("Ines Keller", BERLIN, "de-DE")
    ines.looks_at_times(mara)
    expect(ines.page.locator("html")).to_have_attribute("lang", "de")
    ines.sees("Zeit wählen")
    slot = ines.slot(TEN)
    ines.hands.press(slot)
    ines.sees_title("Eine Sitzung bei Mara Lindt anfragen")
    ines.types("Ihr Name", ines.name)
    ines.types("E-Mail", ines.email)
    ines.presses("Sitzung anfragen")
    ines.page.wait_for_url("**/s/*")
    ines.sees_title("Ihre Sitzung bei Mara Lindt")
    ines.sees("Wartet auf Antwort")
    received = ines.is_mailed("Ihre Anfrage für eine Sitzung ist da")
    assert in_german(TEN, LONDON) in received.text

    mara.is_mailed("A new session request")
    mara.opens(ines)
    mara.sees("To answer")
    mara.offers(ines, LATER)

    offered = ines.is_mailed("Bitte wählen Sie bis")
    assert in_german(LATER, LONDON) in offered.text
    ines.opens(offered)
    ines.sees_title("Mara Lindt muss Ihre Sitzung verschieben")
    expect(ines.page.locator("time-left")).to_have_text(re.compile(r"^noch \d+ Std\. \d+ Min\.$"))
    ines.hands.choose(ines.page.get_by_role("radio", name=in_german(LATER, LONDON)))
    ines.presses("Diese Zeit annehmen")
    ines.sees_title("Ihre Sitzung ist gebucht")
    confirmed = ines.is_mailed("Ihre Sitzung ist bestätigt")
    assert "Guten Tag Ines Keller," in confirmed.text
    mara.is_mailed("Your offer was accepted")


@on_a_phone
def test_a_link_opened_in_another_browser_stays_german(mara, new_client):
    ines = new_client("Ines Keller", BERLIN, "de-DE")
    ines.page.goto(f"/t/{mara.slug}")
    ines.hands.press(ines.slot(TEN))
    ines.types("Ihr Name", ines.name)
    ines.types("E-Mail", ines.email)
    ines.presses("Sitzung anfragen")
    letter = ines.is_mailed("Ihre Anfrage für eine Sitzung ist da")
    elsewhere = new_client("Ines Keller", BERLIN, "fr-FR")
    elsewhere.opens(letter)
    elsewhere.sees_title("Ihre Sitzung bei Mara Lindt")
    elsewhere.at("/").sees_title("Trouver un ou une thérapeute")


@on_a_phone
def test_a_language_is_chosen_on_the_page(mara, new_client):
    ines = new_client("Ines Keller")
    ines.looks_at_times(mara)
    ines.follows("Español")
    ines.sees("Elegir una hora")
    ines.at("/").sees_title("Encontrar terapeuta")
