"""What a client reads on the pages of a session and of an offer: always how things stand now."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from flask import current_app

from app.booking.booking import Booking
from app.booking.dispute import dispute
from app.booking.personal_link import PersonalLink
from app.booking.rearrangement import offer_location
from app.database import db
from app.wording import day_time
from tests import world
from tests.visitor import Visitor

BEFORE = "Your session is as it was before."
BUTTON = "See what is offered"


@pytest.fixture
def client(visitor) -> Visitor:
    return visitor()


@pytest.fixture
def confirmed(request_of_ines) -> Booking:
    request_of_ines.confirm()
    db.session.commit()
    return request_of_ines


def offer_path(offer) -> str:
    token = PersonalLink.to_offer(offer.booking_id, offer.id).token
    db.session.commit()
    return f"/o/{token}"


def session_path(booking) -> str:
    token = PersonalLink.to_session(booking.id).token
    db.session.commit()
    return f"/s/{token}"


def shown(client: Visitor, path: str) -> tuple[str, str, str]:
    """The title, the badge and all the words of the page."""
    page = client.open(path)
    assert page.status == 200
    (badge,) = re.findall(r'data-announce="([^"]*)"', page.text)
    return _words(_inside("h1", page.text)), badge, _words(_inside("main", page.text))


def words_of(client: Visitor, path: str) -> str:
    return _words(_inside("main", client.open(path).text))


def _inside(tag: str, page: str) -> str:
    (found,) = re.findall(rf"<{tag}\b[^>]*>(.*)</{tag}>", page, re.DOTALL)
    return found


def _words(markup: str) -> str:
    words = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())
    return re.sub(r" ([.,])", r"\1", words)


# Old links to offers


def test_an_accepted_offer_says_so_while_it_stands(client, confirmed):
    offer = world.offer_times(confirmed, world.in_days(4))
    offer.accept(offer.alternatives[0])
    title, badge, words = shown(client, offer_path(offer))
    assert (title, badge) == ("You're booked", "Confirmed")
    assert words.count("booked") == 1
    assert "you chose" not in words
    assert words.count("10:00–10:50 London") == 1


@pytest.mark.parametrize("kind", ["times", "location"])
def test_the_page_after_accepting_is_the_page_of_the_session_in_full(client, mara, confirmed, kind):
    if kind == "times":
        offer, button, way_there = world.offer_times(confirmed, world.in_days(4)), "Accept this time", "1 Harley Street"
    else:
        offer, button = offer_location(confirmed, "own", mara.locations[2]), "Agree to the new location"
        way_there = 'href="https://meet.example.com/x"'
    page = client.press(client.open(offer_path(offer)), button)
    for told in (way_there, "Add to your calendar", "all you need for the day", "Cancel this session…"):
        assert told in page.text
    cancelled = client.press(page, "Cancel session")
    assert cancelled.url.endswith(session_path(confirmed))
    assert confirmed.status == "cancelled"


def test_an_accepted_offer_of_a_session_cancelled_later_is_no_agreement(client, confirmed):
    offer = world.offer_times(confirmed, world.in_days(4))
    offer.accept(offer.alternatives[0])
    confirmed.cancel(by="therapist")
    title, badge, words = shown(client, offer_path(offer))
    assert (title, badge) == ("Your session was cancelled", "Cancelled")
    assert "Of this offer, you chose" in words
    assert "booked" not in words


def test_an_accepted_offer_of_a_session_moved_later_shows_the_session(client, confirmed):
    offer = world.offer_times(confirmed, world.in_days(4))
    offer.accept(offer.alternatives[0])
    confirmed.move(world.in_days(6, "12:00"), confirmed.location)
    title, _, words = shown(client, offer_path(offer))
    assert title == "Your session with Mara Lindt"
    assert "12:00–12:50 London" in words


def test_a_withdrawn_offer_leaves_the_session_as_it_was(client, confirmed):
    offer = world.offer_times(confirmed, world.in_days(4))
    offer.withdraw()
    title, badge, words = shown(client, offer_path(offer))
    assert (title, badge) == ("Mara Lindt took this offer back", "Confirmed")
    assert BEFORE in words


def test_a_withdrawn_offer_leads_to_the_one_that_followed_it(client, confirmed):
    first = world.offer_times(confirmed, world.in_days(4))
    first.withdraw()
    second = world.offer_times(confirmed, world.in_days(5))
    title, badge, words = shown(client, offer_path(first))
    assert (title, badge) == ("Your session with Mara Lindt", "Waiting for your answer")
    assert BEFORE not in words
    assert "took this offer back" in words
    assert f'href="{offer_path(second)}">{BUTTON}' in client.open(offer_path(first)).text


@pytest.mark.parametrize(
    ("end", "told"),
    [("decline", "You answered that none of these times work."), ("cancel", "before this offer was answered")],
)
def test_an_offer_that_ended_the_session_says_how(client, confirmed, end, told):
    offer = world.offer_times(confirmed, world.in_days(4))
    if end == "decline":
        offer.decline()
    else:
        confirmed.cancel(by="therapist")
    title, badge, words = shown(client, offer_path(offer))
    ended = ("You declined, so your session was cancelled", "Declined")
    assert (title, badge) == (ended if end == "decline" else ("Your session was cancelled", "Cancelled"))
    assert told in words
    assert words.count("Look for another time") == 1


# Between the deadline and the sweep


def test_between_the_deadline_and_the_sweep_all_pages_say_the_same(client, confirmed, visitor):
    offer = world.offer_times(confirmed, world.in_days(4))
    paths = offer_path(offer), session_path(confirmed)
    with time_machine.travel(offer.expires_at + timedelta(seconds=1), tick=False):
        for path in paths:
            _, badge, words = shown(client, path)
            assert badge == "Expired"
            assert "the session is being cancelled" in words
            for wrong in ("waiting for your answer", "was cancelled", "free again", "Cancel this session", BUTTON):
                assert wrong not in words, path
        desk = visitor("mara@example.com")
        for path in ("/dashboard", f"/sessions/{confirmed.id}"):
            page = desk.open(path).text
            assert "the session is being cancelled" in page
            assert "Expired" in page
        assert "Expired" in desk.open("/sessions").text
        offer.expire()
        _, badge, words = shown(client, paths[0])
        assert badge == "Expired"
        assert "so the session was cancelled. The times that were offered are free again." in words


# A session that is over


@pytest.mark.parametrize("outcome", [None, "attended", "no_show"])
def test_a_session_that_is_over_is_over_for_the_client_and_no_more(client, confirmed, outcome):
    path = session_path(confirmed)
    with time_machine.travel(confirmed.ends_at, tick=False):
        if outcome:
            confirmed.record_attendance(outcome)
            db.session.commit()
        _, badge, words = shown(client, path)
        assert badge == "Over"
        assert "This session is over." in words
        for wrong in ("all you need", "Cancel", "No-show", "Attended", "did not come"):
            assert wrong not in words
        assert "no_show" not in client.open(path).text


def test_what_was_recorded_is_the_pressed_button(confirmed, visitor):
    with time_machine.travel(confirmed.starts_at, tick=False):
        desk = visitor("mara@example.com")
        page = desk.open(f"/sessions/{confirmed.id}")
        for button, state in (("No-show", ["false", "true"]), ("Attended", ["true", "false"])):
            page = desk.press(page, button)
            assert re.findall(r'aria-pressed="(\w+)"', page.text) == state


# Why, and what was before


def test_a_mistake_is_called_one(client, mara, confirmed):
    offer = world.offer_times(confirmed, world.in_days(4), reason="mistake")
    said = "Mara Lindt made a mistake when arranging it."
    assert said in client.open(offer_path(offer)).text
    assert said in shown(client, session_path(confirmed))[2]
    offer.withdraw()
    offer = offer_location(confirmed, "mistake", mara.locations[2])
    assert said in client.open(offer_path(offer)).text
    assert "Before: Room 1" in shown(client, session_path(confirmed))[2]


def test_own_reasons_are_no_mistake(client, confirmed):
    offer = world.offer_times(confirmed, world.in_days(4))
    assert "mistake" not in client.open(offer_path(offer)).text


def test_a_change_that_can_be_disputed_shows_what_was_before(client, mara, confirmed):
    before = day_time(confirmed.starts_at, "Europe/London")
    confirmed.move(world.in_days(5), mara.locations[1])
    words = shown(client, session_path(confirmed))[2]
    assert f"Before the change, it was to be on {before}" in words
    assert ", Room 1." in words
    assert "noted that you asked for it" in words


def test_a_disputed_change_offers_it_as_it_was_as_it_was_changed_and_cancelling(client, mara, confirmed):
    before = day_time(confirmed.starts_at, "Europe/London")
    confirmed.move(world.in_days(5), mara.locations[1])
    offer = dispute(confirmed)
    page = words_of(client, offer_path(offer))
    assert f"As it was {before}" in page
    assert f"As it was changed {day_time(world.in_days(5), 'Europe/London')}" in page
    for button in ("Keep it as it was", "Accept this time", "Cancel the session"):
        assert button in page
    assert "Without an answer it stays as it was." in page
    _, badge, words = shown(client, session_path(confirmed))
    assert badge == "Waiting for your answer"
    assert "Answer now" in words
    kept = client.press(client.open(offer_path(offer)), "Keep it as it was")
    assert "It stays as it was" in kept.text
    assert (confirmed.status, day_time(confirmed.starts_at, "Europe/London")) == ("confirmed", before)


def test_a_disputed_location_offers_both(client, mara, confirmed):
    confirmed.relocate(mara.locations[1])
    page = words_of(client, offer_path(dispute(confirmed)))
    assert "Keep it as it was" in page
    assert "Agree to the new location" in page


def test_where_the_time_before_is_taken_the_page_says_so(client, mara, confirmed):
    taken = confirmed.starts_at
    confirmed.move(world.in_days(5), mara.locations[1])
    world.JONAS.asks(mara, taken)
    page = words_of(client, offer_path(dispute(confirmed)))
    assert "That is not possible any more." in page
    assert "Keep it as it was" not in page
    assert "Without an answer the session is cancelled then." in page


def test_after_the_deadline_a_disputed_change_is_told_as_what_stands(client, confirmed, visitor):
    confirmed.move(world.in_days(5), confirmed.location)
    offer = dispute(confirmed)
    paths = offer_path(offer), session_path(confirmed)
    with time_machine.travel(offer.expires_at, tick=False):
        for swept in (False, True):
            if swept:
                offer.expire()
                db.session.commit()
            for path in paths:
                _, badge, words = shown(client, path)
                assert badge == "Confirmed"
                assert "cancelled" not in words
            assert "Expired" not in visitor("mara@example.com").open("/sessions").text


def test_a_choice_noted_by_phone_is_called_that(client, confirmed):
    offer = world.offer_times(confirmed, world.in_days(4))
    offer.accept(offer.alternatives[0], by="therapist")
    words = shown(client, session_path(confirmed))[2]
    assert "noted that you chose it by phone" in words


# From a time in the mail to its page


def checked(page) -> list[str]:
    return re.findall(r'<input type="radio" name="alternative" value="(\d+)" required checked>', page.text)


def test_the_link_of_a_time_opens_its_page_with_that_time_chosen(client, confirmed):
    offer = world.offer_times(confirmed, world.in_days(4), world.in_days(5))
    path, second = offer_path(offer), offer.alternatives[1]
    assert checked(client.open(path)) == []
    page = client.open(f"{path}?alternative={second.id}")
    assert checked(page) == [str(second.id)]
    assert f'data-live="{path}?alternative={second.id}"' in page.text  # news leaves it chosen
    db.session.expire_all()
    assert offer.outcome is None
    assert confirmed.status == "awaiting_client"


@pytest.mark.parametrize("wanted", ["0", "-1", "99999999999999999999", "x", "", "1&alternative=2"])
def test_the_link_of_a_time_that_is_not_offered_chooses_none(client, confirmed, wanted):
    other = world.offer_times(world.JONAS.asks(confirmed.therapist, world.in_days(8)), world.in_days(9))
    path = offer_path(world.offer_times(confirmed, world.in_days(4), world.in_days(5)))
    assert checked(client.open(f"{path}?alternative={wanted or other.alternatives[0].id}")) == []


def test_the_link_of_a_time_that_has_come_too_near_chooses_none(client, confirmed):
    near, far = world.in_days(4), world.in_days(5)
    current_app.config["OFFER_LIFETIME"] = timedelta(days=9)
    offer = world.offer_times(confirmed, near, far)
    path, wanted = offer_path(offer), offer.alternatives[0].id
    with time_machine.travel(near - timedelta(minutes=30)):
        page = client.open(f"{path}?alternative={wanted}")
    assert page.status == 200
    assert checked(page) == []
