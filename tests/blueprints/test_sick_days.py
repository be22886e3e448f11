"""The pages of a sick day: from the span to the preview, sending, following, taking back; scripts off."""

import html
import re

import pytest
import time_machine
from sqlalchemy import func, select

from app.booking import sick_day_plan
from app.booking.booking import Booking
from app.booking.offer import Offer
from app.booking.sick_day import SickDay
from app.database import db
from app.jobs.deliver import deliver_waiting
from app.scheduling.availability import is_free
from app.scheduling.time_off import TimeOff
from tests import world
from tests.browser import Page
from tests.dump import dump
from tests.visitor import Visitor

WORDS = "I have a fever <b>today</b>,\nand am sorry."
DAY = f"{world.in_days(3):%Y-%m-%d}"


@pytest.fixture
def desk(mara, visitor) -> Visitor:
    """Mara's browser; Ines and Jonas have a session on one day."""
    world.INES.asks(mara, world.in_days(3))
    world.JONAS.asks(mara, world.in_days(3, "12:00"), words="Hello")
    return visitor("mara@example.com")


def looks(desk: Visitor, **typed: str) -> Page:
    page = desk.open(f"/sick-days/new?from_date={DAY}")
    return desk.press(page, "See what will be sent", words=WORDS, **typed)


def alternatives(page: Page) -> list[str]:
    return re.findall(r'name="alternative" value="([^"]+)"', page.text)


def count(table) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_everything_is_seen_before_anything_is_stored(desk):
    before = dump()
    page = looks(desk)
    assert page.status == 200
    assert dump() == before
    assert "Nothing is sent yet" in page.text
    assert "Ines Keller" in page.text
    assert "Jonas Peters" in page.text
    assert len(set(alternatives(page))) == 6
    assert html.escape("I have a fever <b>today</b>") in page.text
    assert "Please choose a new time by" in page.text
    assert "> I have a fever" in html.unescape(page.text), "the mail is quoted as it will be read"


def test_exactly_what_was_previewed_is_sent(desk, mails):
    page = looks(desk)
    fewer = alternatives(page)[1:]
    page = remove(desk, page, alternatives(page)[0])
    assert alternatives(page) == fewer
    page = desk.press(page, "Send all offers")
    assert page.status == 200
    assert re.search(r"/sick-days/\d+$", page.url)
    stored = [
        f"{offer.booking_id}.{int(one.starts_at.timestamp())}.{one.location_id}"
        for offer in db.session.scalars(select(Offer).order_by(Offer.id))
        for one in offer.alternatives
    ]
    assert stored == fewer
    deliver_waiting()
    offers = [mail for mail in mails.sent if mail.subject.startswith("Please choose a new time by")]
    assert [mail.recipients[0] for mail in offers] == [world.INES.email, world.JONAS.email]
    assert "> I have a fever <b>today</b>,\n> and am sorry." in offers[0].body


def remove(desk: Visitor, page: Page, value: str) -> Page:
    _, fields = page.filled("Send all offers")
    return desk.post("/sick-days/preview", [*fields, ("remove", value)])


def test_all_of_it_can_be_taken_back(desk):
    page = desk.press(looks(desk), "Send all offers")
    page = desk.press(page, "Take all offers back")
    assert page.status == 200
    assert "The time is open again" in page.text
    assert set(db.session.scalars(select(Booking.status))) == {"requested"}
    again = desk.post(page.url + "/withdrawal", {"csrf_token": desk.form_token("/sick-days/new")})
    assert again.status == 409
    assert "All of this has been taken back already." in again.text


def test_a_fortnight_off_stays_off_when_the_offers_made_because_of_it_are_taken_back(desk, mara):
    fortnight = {"from_date": f"{world.in_days(2):%Y-%m-%d}", "to_date": f"{world.in_days(15):%Y-%m-%d}"}
    page = desk.press(desk.open("/times-off"), "Take time off", **fortnight, why="Holiday")
    offering = re.search(r'href="(/sick-days/new[^"]+)"[^>]*>Offer all of them other times', page.text)
    page = desk.press(desk.open(html.unescape(offering[1])), "See what will be sent")
    page = desk.press(page, "Send all offers")
    assert "Other time off in this time" in page.text
    assert "stays when this is taken back" in page.text
    page = desk.press(page, "Take all offers back")
    assert "The time stays closed" in page.text
    assert "open again" not in page.text
    assert "Holiday" in page.text
    assert count(TimeOff) == 1
    assert not is_free(mara, mara.session_types[0], mara.locations[0], world.in_days(8))


def test_where_other_time_off_closes_a_part_the_page_says_which(desk, mara):
    page = desk.press(looks(desk), "Send all offers")
    TimeOff.take(mara.id, (world.in_days(3, "14:00"), world.in_days(3, "16:00")), "Dentist")
    db.session.commit()
    page = desk.press(page, "Take all offers back")
    assert "The time is open again, apart from the other time off below." in page.text
    assert re.search(r"14:00–16:00</strong>.*Dentist", page.text)


def test_a_time_that_is_closed_anyway_is_not_promised_to_open(desk, mara):
    TimeOff.take(mara.id, (world.in_days(8, "00:00"), world.in_days(9, "00:00")), "Holiday")
    db.session.commit()
    empty = f"{world.in_days(8):%Y-%m-%d}"
    page = desk.press(desk.open(f"/sick-days/new?from_date={empty}"), "See what will be sent")
    page = desk.press(page, "Close this time")
    assert "Open the time again" not in page.text
    page = desk.press(page, "Take the sick day back")
    assert "The time stays closed" in page.text


def test_time_that_was_opened_by_hand_is_not_called_closed(desk):
    page = desk.press(looks(desk), "Send all offers")
    assert "The time is closed." in page.text
    desk.press(desk.open("/times-off"), "Open again")
    page = desk.open(page.url)
    assert "The time is closed." not in page.text
    assert "has been opened again by hand" in page.text


def test_what_cannot_be_taken_back_any_more_is_named_with_the_reason(desk):
    page = desk.press(looks(desk), "Send all offers")
    for offer in db.session.scalars(select(Offer)):
        offer.expires_at = world.in_days(4)
    db.session.commit()
    with time_machine.travel(world.in_days(3, "10:10")):
        page = desk.open(page.url)
        assert "An offer can no longer be taken back" in page.text
        page = desk.press(page, "Take the other offers back")
        assert re.search(r">Ines K\.</a>, \w+ \d+ \w+, 10:00, has begun\.", page.text)
        assert "until then this time is held" in page.text
        assert "Every offer that was still open is taken back, but the one named here." in page.text
    assert set(db.session.scalars(select(Offer.outcome))) == {None, "withdrawn"}


def test_two_sessions_of_one_client_are_two_offers_to_one_client(desk, mara):
    world.INES.asks(mara, world.in_days(3, "15:00"))
    page = looks(desk)
    assert "<strong>3 offers to 2 clients</strong> are mailed" in page.text
    assert names(page) == ["Ines Keller", "Ines Keller", "Jonas Peters"]
    page = desk.press(page, "Send all offers")
    assert "3 offers to 2 clients" in page.text
    assert names(page) == ["Ines Keller", "Ines Keller", "Jonas Peters"]


def names(page: Page) -> list[str]:
    return re.findall(r'<a class="name"[^>]*>([^<]+)', page.text)


def test_who_could_not_be_offered_anything_or_stands_again_is_left_to_be_dealt_with_by_hand(desk):
    page = looks(desk)
    ines, jonas = db.session.scalars(select(Booking).order_by(Booking.starts_at))
    for value in [one for one in alternatives(page) if one.startswith(f"{ines.id}.")]:
        page = remove(desk, page, value)
    assert "<strong>1 offer to 1 client</strong> is mailed" in page.text
    page = desk.press(page, "Send all offers")
    assert left_in(page) == ["Ines Keller"]
    jonas.open_offer.withdraw()
    db.session.commit()
    assert left_in(desk.open(page.url)) == ["Ines Keller", "Jonas Peters"]


def left_in(page: Page) -> list[str]:
    return re.findall(r'<a class="name"[^>]*>([^<]+)', page.text.split("Still in this time")[1])


def test_what_changed_meanwhile_is_told_and_nothing_is_sent(desk, mara):
    page = looks(desk)
    removed = alternatives(page)[0]
    page = remove(desk, page, removed)
    world.ADA.asks(mara, world.in_days(3, "15:00"))
    page = desk.press(page, "Send all offers")
    assert page.status == 409
    assert (count(Offer), count(SickDay)) == (0, 0)
    assert "Nothing was sent" in page.text
    assert "The session of Ada L." in page.text
    assert len(alternatives(page)) == 9
    assert removed not in alternatives(page), "what was taken out stays out"
    assert desk.press(page, "Send all offers").status == 200
    assert count(Offer) == 3


def test_when_there_have_become_too_many_sessions_it_is_said_and_nothing_is_sent(desk, mara, monkeypatch):
    page = looks(desk)
    monkeypatch.setattr(sick_day_plan, "MOST_SESSIONS", 2)
    world.ADA.asks(mara, world.in_days(3, "15:00"))
    page = desk.press(page, "Send all offers")
    assert page.status == 422
    assert "There are more than 2 sessions in this time." in page.text
    assert html.unescape(dict(page.filled("See what will be sent")[1])["words"]).replace("\r\n", "\n") == WORDS
    assert count(SickDay) == 0


def test_sent_from_two_tabs_it_happens_once(desk):
    one, other = looks(desk), looks(desk)
    assert desk.press(one, "Send all offers").status == 200
    assert desk.press(other, "Send all offers").status == 409
    assert (count(Offer), count(SickDay)) == (2, 1)


def test_time_and_words_can_be_changed_after_the_preview(desk):
    page = looks(desk)
    _, fields = page.filled("Send all offers")
    page = desk.post("/sick-days/preview", [*fields, ("change", "1")])
    assert page.status == 200
    typed = dict(page.filled("See what will be sent")[1])
    assert (typed["from_date"], html.unescape(typed["words"]).replace("\r\n", "\n")) == (DAY, WORDS)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"from_date": ""}, "Choose a date."),
        ({"from_date": "2020-01-01"}, "over already"),
        ({"to_date": "2020-01-01"}, "must be later"),
        ({"to_date": "8999-01-01"}, "Choose at most 62 days"),
        ({"reason": "asked"}, "Choose why this is changing."),
        ({"words": "x" * 2001}, "Please shorten this"),
    ],
)
def test_what_cannot_be_is_said_and_stays_typed(desk, typed, sentence):
    typed = {"words": WORDS} | typed
    page = desk.press(desk.open(f"/sick-days/new?from_date={DAY}"), "See what will be sent", **typed)
    assert page.status == 422
    assert sentence in page.text
    stands = dict(page.filled("See what will be sent")[1])
    kept = {name: text for name, text in typed.items() if name != "reason"}
    assert {name: html.unescape(stands[name]).replace("\r\n", "\n") for name in kept} == kept


def test_a_link_with_midnights_is_read_as_whole_days(desk):
    later = f"{world.in_days(5):%Y-%m-%d}"
    page = desk.open(f"/sick-days/new?from_date={DAY}&from_time=00:00&to_date={later}&to_time=00:00")
    typed = dict(page.filled("See what will be sent")[1])
    assert (typed["to_date"], typed["all_day"], typed["from_time"]) == (f"{world.in_days(4):%Y-%m-%d}", "yes", "")


def test_a_time_without_sessions_can_be_closed(desk):
    empty = f"{world.in_days(8):%Y-%m-%d}"
    page = desk.press(desk.open(f"/sick-days/new?from_date={empty}"), "See what will be sent")
    assert "No sessions in this time" in page.text
    page = desk.press(page, "Close this time")
    assert page.status == 200
    page = desk.press(page, "Open the time again")
    assert "The time is open again" in page.text


def test_what_nobody_sent_is_no_form(desk):
    page = looks(desk)
    _, fields = page.filled("Send all offers")
    odd = [
        ("alternative", text) for text in ("", "1", "a.b.c", "1.2.3.4", "1.99999999999.1", "9.-1.1", "1.1.99999999999")
    ]
    odd += [("session", text) for text in ("", "x", "99999999999.1", "999999999.1.1.requested")]
    page = desk.post("/sick-days/preview", [*fields, *odd, ("remove", "1.x.3"), ("removed", "..")])
    assert page.status == 200
    assert desk.post("/sick-days", [*fields, *odd]).status == 409
    assert count(Offer) == 0


def test_strangers_find_nothing(desk, otto, visitor):
    page = desk.press(looks(desk), "Send all offers")
    stranger = visitor("otto@example.com")
    assert stranger.open(page.url).status == 404
    token = stranger.form_token("/sick-days/new")
    assert stranger.post(page.url + "/withdrawal", {"csrf_token": token}).status == 404


def test_while_the_grace_lasts_the_page_says_that_nothing_was_sent(desk, app):
    app.config["UNDO_GRACE_SECONDS"] = 60.0
    page = desk.press(looks(desk), "Send all offers")
    assert "Nothing has been sent yet" in page.text
    number = db.session.scalars(select(Booking.id)).first()
    assert "Undo" in desk.open(f"/sessions/{number}").text
