"""What calendars elsewhere read of ours, at private addresses."""

from datetime import UTC, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from app import clock
from app.booking.booking import Booking
from app.booking.personal_link import PersonalLink
from app.calendars.feed_address import FeedAddress
from app.calendars.ics.busy import busy
from app.calendars.writing.recognising import Own
from app.database import db
from app.messages import ics
from app.messages.message import Message
from tests import world
from tests.statements import statements


def feed_of(therapist, visitor) -> str:
    token = FeedAddress.make(therapist.id).token
    db.session.commit()
    return f"/feeds/{token}.ics"


def calendar_of(booking: Booking) -> str:
    link = PersonalLink.to_session(booking.id)
    db.session.commit()
    return f"/feeds/sessions/{link.id}/{link.calendar_token}.ics"


def read(address: str, visitor, **headers: str) -> Any:
    return visitor().http.get(address, headers=headers)


def entries(answer: Any) -> list[Any]:
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    return Calendar.from_ical(answer.data).walk("VEVENT")


def test_a_feed_tells_when_sessions_are_and_how_sure_they_are(mara, visitor, offer_to_ines):
    confirmed = world.JONAS.asks(mara, world.in_days(5))
    confirmed.confirm()
    world.ADA.asks(mara, world.in_days(6))
    found = entries(read(feed_of(mara, visitor), visitor))
    said = sorted((str(one["SUMMARY"]), str(one["STATUS"])) for one in found)
    assert said == [
        ("A. L. (to answer)", "TENTATIVE"),
        ("I. K. (offered)", "TENTATIVE"),
        ("I. K. (offered)", "TENTATIVE"),
        ("I. K. (offered)", "TENTATIVE"),
        ("I. K. (waiting)", "TENTATIVE"),
        ("J. P.", "CONFIRMED"),
    ]
    assert {one["CLASS"] for one in found} == {"PRIVATE"}
    assert len({one["UID"] for one in found}) == 6


def test_a_feed_tells_neither_names_nor_places_nor_what_it_is(mara, visitor, request_of_ines):
    told = read(feed_of(mara, visitor), visitor).text
    for telling in ("Ines", "Keller", "Mara", "Lindt", "Room", "Harley", "herap", "ines@", "LOCATION"):
        assert telling not in told
    assert "X-WR-CALNAME:Sessions" in told
    titles = [str(one["SUMMARY"]) for one in entries(read(feed_of(mara, visitor), visitor))]
    assert titles == ["I. K. (to answer)"]


def test_each_entry_of_a_feed_leads_to_the_sessions_page(mara, visitor, request_of_ines, offer_to_ines):
    found = entries(read(feed_of(mara, visitor), visitor))
    assert len(found) > 1
    page = f"http://localhost/sessions/{request_of_ines.id}"
    assert {(str(one["DESCRIPTION"]), str(one["URL"])) for one in found} == {(page, page)}


def test_times_are_told_in_utc_and_need_no_zone_that_a_calendar_would_have_to_know(otto, visitor):
    """Outlook reads of a described zone no single dates, and takes its times for others."""
    first, second = (world.ADA.asks(otto, world.in_days(days, "11:00", zone="Europe/Berlin")) for days in (3, 30))
    answer = read(feed_of(otto, visitor), visitor)
    assert {one["DTSTART"].dt for one in entries(answer)} == {first.starts_at, second.starts_at}
    for line in answer.text.split("\r\n"):
        assert "TZID" not in line
        assert not line.startswith(("RDATE", "BEGIN:VTIMEZONE"))
        assert not line.startswith(("DTSTART", "DTEND")) or line.endswith("Z")
    assert "X-WR-TIMEZONE:Europe/Berlin" in answer.text


def test_what_is_cancelled_or_long_over_is_not_in_the_feed(mara, visitor, request_of_ines):
    world.JONAS.asks(mara, world.in_days(4)).cancel(by="client")
    old = world.ADA.asks(mara, world.in_days(5))
    old.confirm()
    address = feed_of(mara, visitor)
    assert len(entries(read(address, visitor))) == 2
    old.starts_at, old.ends_at = (clock.now() - timedelta(days=31, hours=hours) for hours in (1, 0))
    db.session.commit()
    assert [one["SUMMARY"] for one in entries(read(address, visitor))] == ["I. K. (to answer)"]


def test_an_empty_feed_is_a_calendar_too(mara, visitor):
    assert entries(read(feed_of(mara, visitor), visitor)) == []


def test_what_has_not_changed_is_answered_with_one_read(mara, visitor, request_of_ines):
    address = feed_of(mara, visitor)
    tag = read(address, visitor).headers["ETag"]
    with statements() as sent:
        again = read(address, visitor, If_None_Match=tag)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert len(sent) == 1
    request_of_ines.confirm()
    db.session.commit()
    changed = read(address, visitor, If_None_Match=tag)
    assert [str(one["STATUS"]) for one in entries(changed)] == ["CONFIRMED"]
    assert changed.headers["ETag"] != tag


def test_a_feed_asks_the_database_as_much_with_many_sessions_as_with_few(mara, visitor):
    address = feed_of(mara, visitor)
    asked = []
    for day in (3, 4, 5, 6):
        world.offer_times(world.INES.asks(mara, world.in_days(day)), world.in_days(day, "15:00"))
        db.session.commit()
        with statements() as sent:
            entries(read(address, visitor))
        asked.append(len(sent))
    assert set(asked) == {3}


@pytest.mark.parametrize("which", ["therapist", "session"])
def test_a_feed_is_asked_for_again_each_time_and_not_found_by_searching(mara, visitor, request_of_ines, which):
    address = feed_of(mara, visitor) if which == "therapist" else calendar_of(request_of_ines)
    for headers in ({}, {"If_None_Match": read(address, visitor).headers["ETag"]}):
        answer = read(address, visitor, **headers)
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_feed_that_is_read_here_closes_no_time(mara, visitor, offer_to_ines):
    told = read(feed_of(mara, visitor), visitor).data
    window = (clock.now(), clock.now() + timedelta(days=60))
    assert len(busy(told, window, mara.tz).spans) == 4
    own = Own(mara.id, b"", uids=frozenset({offer_to_ines.booking.uid}))
    assert busy(told, window, mara.tz, is_own=own.named).spans == {}


def test_an_address_is_made_shown_renewed_and_turned_off(mara, visitor):
    desk = visitor("mara@example.com")
    page = desk.press(desk.open("/settings/calendars"), "Make a private address")
    first = shown(page)
    assert entries(read(first, visitor)) == []
    page = desk.press(desk.open("/settings/calendars"), "Make a new address")
    second = shown(page)
    assert second != first
    assert read(first, visitor).status_code == 404
    assert entries(read(second, visitor)) == []
    page = desk.press(desk.open("/settings/calendars"), "Turn off")
    assert "Turned off" in page.text
    assert read(second, visitor).status_code == 404
    assert "Make a private address" in page.text


def shown(page: Any) -> str:
    address = page.text.partition('id="feed-address"')[2].partition('value="')[2].partition('"')[0]
    assert address.startswith("http")
    return "/feeds/" + address.partition("/feeds/")[2]


def test_an_address_is_not_in_the_database(mara, visitor):
    address = feed_of(mara, visitor)
    kept = db.session.execute(select(FeedAddress.seed, FeedAddress.token_hash)).one()
    assert not any(text in address for text in kept)


def test_when_the_secret_key_has_changed_an_address_goes_on_but_cannot_be_shown(app, mara, visitor):
    address = feed_of(mara, visitor)
    app.config["SECRET_KEY"] = "another-" * 5
    assert entries(read(address, visitor)) == []
    page = visitor("mara@example.com").open("/settings/calendars")
    assert "cannot be shown" in page.text
    assert "feed-address" not in page.text


@pytest.mark.parametrize("wrong", ["nothing", "A" * 43, "%00", "a" * 3000])
def test_a_wrong_address_gets_no_hint(mara, visitor, request_of_ines, wrong):
    right, link = feed_of(mara, visitor), calendar_of(request_of_ines)
    assert read(f"/feeds/{wrong}.ics", visitor).status_code == 404
    assert read(right.replace(".ics", "A.ics"), visitor).status_code == 404
    assert read(f"{link.rpartition('/')[0]}/{wrong}.ics", visitor).status_code == 404
    assert read(f"/feeds/sessions/99999/{link.rpartition('/')[2]}", visitor).status_code == 404


def test_the_key_to_a_calendar_opens_no_page_and_the_other_way_round(visitor, mara, request_of_ines, offer_to_ines):
    link = PersonalLink.to_session(request_of_ines.id)
    offer = PersonalLink.to_offer(request_of_ines.id, offer_to_ines.id)
    db.session.commit()
    assert visitor().open(f"/s/{link.calendar_token}").status == 404
    assert visitor().open(f"/o/{link.calendar_token}").status == 404
    assert read(f"/feeds/sessions/{link.id}/{link.token}.ics", visitor).status_code == 404
    assert read(f"/feeds/sessions/{offer.id}/{offer.calendar_token}.ics", visitor).status_code == 404
    assert read(f"/feeds/{link.calendar_token}.ics", visitor).status_code == 404


def test_a_clients_calendar_follows_their_session_under_one_uid(visitor, request_of_ines):
    address = calendar_of(request_of_ines)

    def stands() -> tuple[Any, ...]:
        db.session.commit()
        (only,) = entries(read(address, visitor))
        return only["UID"], only["SEQUENCE"], str(only["STATUS"]), only["DTSTART"].dt, str(only.get("LOCATION", ""))

    booking, uid = request_of_ines, f"{request_of_ines.uid}@holdfast.invalid"
    asked, moved = booking.starts_at, world.in_days(4)
    assert stands() == (uid, 0, "TENTATIVE", asked, "")
    booking.confirm()
    assert stands() == (uid, 0, "CONFIRMED", asked, booking.location.way_there)
    booking.move(moved, booking.location)
    assert stands() == (uid, 1, "CONFIRMED", moved, booking.location.way_there)
    offer = world.offer_times(booking, world.in_days(6))
    assert stands() == (uid, 1, "TENTATIVE", moved, "")
    offer.accept(offer.alternatives[0])
    assert stands() == (uid, 2, "CONFIRMED", world.in_days(6), booking.location.way_there)
    booking.cancel(by="client")
    assert stands() == (uid, 3, "CANCELLED", world.in_days(6), "")
    mailed = [mail.facts for mail in db.session.scalars(select(Message).order_by(Message.id)) if mail.facts["calendar"]]
    last = Calendar.from_ical(ics.entry(mailed[-1], clock.now(), "b@holdfast.example", "i@example.net", link=""))
    (entry,) = last.walk("VEVENT")
    assert (entry["UID"], entry["SEQUENCE"], str(entry["STATUS"])) == (uid, 3, "CANCELLED")


def test_a_clients_calendar_tells_no_more_than_a_mail(visitor, request_of_ines):
    request_of_ines.confirm()
    told = read(calendar_of(request_of_ines), visitor).text
    for telling in ("Ines", "Keller", "Mara", "Lindt", "herap", "ines@example.net", "ATTENDEE", "ORGANIZER"):
        assert telling not in told
    assert "SUMMARY:Session with M. L.\r\n" in told
    link = PersonalLink.to_session(request_of_ines.id)
    (only,) = entries(read(calendar_of(request_of_ines), visitor))
    assert only["URL"] == f"http://localhost/s/{link.token}"
    assert only["URL"] in only["DESCRIPTION"]


def test_a_clients_calendar_speaks_their_language_and_is_answered_unchanged(visitor, request_of_ines):
    request_of_ines.client.language = "de"
    address = calendar_of(request_of_ines)
    first = read(address, visitor)
    assert "SUMMARY:Sitzung mit M. L." in first.text
    assert read(address, visitor, If_None_Match=first.headers["ETag"]).status_code == 304
    request_of_ines.confirm()
    db.session.commit()
    assert read(address, visitor, If_None_Match=first.headers["ETag"]).status_code == 200


def test_the_clients_page_leads_to_their_calendar_while_there_is_something_to_come(app, visitor, request_of_ines):
    app.config["PUBLIC_URL"] = "https://holdfast.example/"
    link = PersonalLink.to_session(request_of_ines.id)
    address = calendar_of(request_of_ines)
    page = visitor().open(f"/s/{link.token}")
    assert f'<a href="{address}">Add to your calendar</a>' in page.text
    assert f'<a href="webcal://holdfast.example{address}">' in page.text
    request_of_ines.cancel(by="client")
    db.session.commit()
    assert "Add to your calendar" not in visitor().open(f"/s/{link.token}").text


def test_a_feed_and_a_clients_calendar_tell_the_same_moments(mara, visitor, request_of_ines):
    (one,) = entries(read(feed_of(mara, visitor), visitor))
    (other,) = entries(read(calendar_of(request_of_ines), visitor))
    assert one["DTSTART"].dt.astimezone(UTC) == other["DTSTART"].dt
