"""What a therapist types when changing a session: good or odd, it gets an answer in words and stays typed."""

import html
import re
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.booking.offer import Alternative, Offer
from app.booking.personal_link import PersonalLink
from app.database import db
from tests import world
from tests.blueprints import odd_text
from tests.browser import Page
from tests.dump import dump
from tests.visitor import Visitor

GOOD_DAY = f"{world.in_days(6):%Y-%m-%d}"
WORDS = "A clinic day was moved; I am sorry."
DATE, TIME, BOTH = ["date"], ["time"], ["date", "time"]


@pytest.fixture
def desk(request_of_ines, visitor) -> Visitor:
    """Mara's browser, with a request by Ines in her diary."""
    return visitor("mara@example.com")


@pytest.fixture
def builder(desk, request_of_ines) -> Page:
    return desk.open(f"/sessions/{request_of_ines.id}/rearrangement?reason=own")


@pytest.fixture
def new_time(desk, request_of_ines) -> Page:
    return desk.open(f"/sessions/{request_of_ines.id}/rearrangement?reason=asked")


def rows(*times: tuple[str, str], location: int) -> dict[str, str]:
    typed = {}
    for number, (day, time) in enumerate(times, start=1):
        row = {"date": day, "time": time, "location": str(location)}
        typed |= {f"alternatives-{number}-{name}": text for name, text in row.items()}
    return typed


def offers() -> int:
    return db.session.scalar(select(func.count()).select_from(Offer)) or 0


def keeps(page: Page, typed: dict[str, str]) -> None:
    """Everything typed stands in the form's fields again."""
    _, fields = page.filled("Offer alternatives")
    for name, text in typed.items():
        assert (name, text) in [(field, html.unescape(value)) for field, value in fields], name


# Offering alternatives


def test_three_good_alternatives_are_offered(desk, builder, request_of_ines):
    times = [(GOOD_DAY, "09:00"), (GOOD_DAY, "12:00"), (GOOD_DAY, "15:00")]
    page = desk.press(builder, "Offer alternatives", words=WORDS, **rows(*times, location=request_of_ines.location_id))
    assert page.status == 200
    assert page.url.endswith(f"/sessions/{request_of_ines.id}")
    assert "Withdraw offer" in page.text
    assert offers() == 1


def test_no_alternative_is_none(desk, builder):
    page = desk.press(builder, "Offer alternatives", words=WORDS)
    assert (page.status, offers()) == (422, 0)
    assert "Add at least one alternative" in page.text
    assert WORDS in html.unescape(page.text)


@pytest.mark.parametrize(
    ("day", "time", "sentence", "marked"),
    [
        ("2020-05-05", "10:00", "This time has passed", BOTH),
        ("", "", "Choose a date and a time.", BOTH),
        ("", "10:00", "Choose a date.", DATE),
        ("0001-01-01", "10:00", "Choose a date", DATE),
        ("9999-12-31", "23:59", "Choose a date within the next two years.", DATE),
        (f"{world.in_days(740):%Y-%m-%d}", "10:00", "Choose a date within the next two years.", DATE),
        ("99999-01-01", "10:00", "Choose a date", DATE),
        ("2027-02-30", "10:00", "Choose a date", DATE),
        (GOOD_DAY, "", "Choose a time", TIME),
        (GOOD_DAY, "25:00", "Choose a time", TIME),
        ("2027-03-28", "01:30", "01:30 does not exist on 28 Mar 2027", BOTH),
        ("Tuesday", "noon", "Choose a date. Choose a time.", BOTH),
    ],
)
def test_an_alternative_that_cannot_be_is_marked_and_stays(desk, builder, request_of_ines, day, time, sentence, marked):
    typed = rows((GOOD_DAY, "10:00"), (day, time), location=request_of_ines.location_id)
    page = desk.press(builder, "Offer alternatives", words=WORDS, **typed)
    assert (page.status, offers()) == (422, 0)
    assert sentence in html.unescape(page.text)
    assert re.findall(r'<input[^>]* name="alternatives-2-(\w+)"[^>]* aria-invalid="true"', page.text) == marked
    keeps(page, typed)
    assert WORDS in html.unescape(page.text)


def test_an_alternative_over_another_session_names_it(desk, builder, mara, request_of_ines):
    world.JONAS.asks(mara, world.in_days(6, "14:00"))
    typed = rows((GOOD_DAY, "14:30"), location=request_of_ines.location_id)
    page = desk.press(builder, "Offer alternatives", words=WORDS, **typed)
    assert (page.status, offers()) == (422, 0)
    assert "is held for Jonas P." in page.text
    keeps(page, typed)


def test_eleven_alternatives_are_one_too_many(desk, builder, request_of_ines):
    typed = rows(*[(GOOD_DAY, f"{hour:02}:15") for hour in range(8, 19)], location=request_of_ines.location_id)
    page = desk.press(builder, "Offer alternatives", words=WORDS, **typed)
    assert (page.status, offers()) == (422, 0)
    assert "Offer at most 10 alternatives" in page.text
    keeps(page, typed)


def test_ten_alternatives_are_offered(desk, builder, request_of_ines):
    typed = rows(*[(GOOD_DAY, f"{hour:02}:15") for hour in range(8, 18)], location=request_of_ines.location_id)
    assert desk.press(builder, "Offer alternatives", **typed).status == 200
    assert db.session.scalar(select(func.count()).select_from(Alternative)) == 10


def test_the_same_alternative_twice_is_told(desk, builder, request_of_ines):
    typed = rows((GOOD_DAY, "09:00"), (GOOD_DAY, "09:00"), location=request_of_ines.location_id)
    page = desk.press(builder, "Offer alternatives", **typed)
    assert (page.status, offers()) == (422, 0)
    assert "the same" in page.text
    keeps(page, typed)


def test_a_note_of_5000_characters_is_to_be_shortened_and_stays(desk, builder, request_of_ines):
    typed = rows((GOOD_DAY, "09:00"), location=request_of_ines.location_id)
    page = desk.press(builder, "Offer alternatives", words=odd_text.LONG, **typed)
    assert (page.status, offers()) == (422, 0)
    assert "shorten this to 2000 characters" in page.text
    assert odd_text.LONG in page.text
    keeps(page, typed)


def test_outside_working_time_is_allowed_after_a_warning(desk, builder, request_of_ines):
    typed = rows((GOOD_DAY, "21:00"), location=request_of_ines.location_id)
    warned = desk.press(builder, "Offer alternatives", words=WORDS, **typed)
    assert (warned.status, offers()) == (422, 0)
    assert "outside your working times" in warned.text
    keeps(warned, typed)
    other = desk.press(warned, "Offer alternatives", **rows((GOOD_DAY, "22:00"), location=request_of_ines.location_id))
    assert (other.status, offers()) == (422, 0), "the warning was about another time"
    assert desk.press(other, "Offer alternatives").status == 200
    assert offers() == 1


def test_the_list_is_built_row_by_row_without_scripts(desk, builder, request_of_ines):
    def sends(page: Page, **typed: str) -> Page:
        _, fields = page.filled("Offer alternatives", **typed)
        return desk.post(f"/sessions/{request_of_ines.id}/alternatives", fields)

    before = dump()
    page, typed = builder, {}
    for number in range(2, 11):
        typed[f"alternatives-{number - 1}-date"] = f"2027-05-{number:02}"
        page = sends(page, add="1", words=WORDS, **typed)
        assert page.status == 200
        keeps(page, typed)
    assert "Add alternative..." not in page.text
    assert sends(page, add="1").status == 422
    page = sends(page, remove="3")
    keeps(page, {"alternatives-3-date": "2027-05-05", "alternatives-2-date": "2027-05-03", "words": WORDS})
    assert sends(page, remove="77").status == 200
    assert dump() == before


@pytest.mark.parametrize("reason", ["", "asked", "disputed", "\x00", odd_text.LONG])
def test_an_offer_needs_a_reason_that_needs_consent(desk, builder, request_of_ines, reason):
    typed = rows((GOOD_DAY, "09:00"), location=request_of_ines.location_id)
    page = desk.press(builder, "Offer alternatives", reason=reason, **typed)
    assert (page.status, offers()) == (422, 0)
    assert "Choose why this is changing" in page.text


# Any text in any field

ODD = [*odd_text.DATES, *odd_text.TIMES, *odd_text.IDS, *odd_text.TEXTS]


def test_odd_text_in_every_field_of_a_new_time_changes_nothing_or_is_told(desk, new_time, request_of_ines):
    before = dump()
    odd_dates = [day for day in odd_text.DATES if day not in odd_text.UNUSUAL_DATES]
    for field, texts in {"date": odd_dates, "time": odd_text.TIMES[:6], "location": odd_text.IDS}.items():
        for odd in [*texts, *odd_text.TEXTS]:
            typed = {"date": GOOD_DAY, "time": "10:00", "location": str(request_of_ines.location_id)} | {field: odd}
            page = desk.press(new_time, "Save change", **typed)
            assert page.status == 422, (field, odd)
            assert "Choose" in page.text, (field, odd)
    assert dump() == before


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.dictionaries(
        st.sampled_from(
            [f"alternatives-{number}-{field}" for number in (0, 1, 2, 9999) for field in ("date", "time", "location")]
            + ["alternatives--1-date", "alternatives-x-time", "words", "warned", "add", "remove", "reason"]
            + ["date", "time", "location", "outcome", "alternative", "block"]
        ),
        st.sampled_from([*ODD, GOOD_DAY, "10:00", "1", "own", "mistake"]) | st.text(max_size=20),
        max_size=10,
    )
)
def test_whatever_a_therapist_sends_a_page_answers(desk, request_of_ines, typed):
    token = desk.form_token("/settings")
    body = urlencode({"reason": "own", "csrf_token": token} | typed, errors="surrogatepass")
    for path in (
        f"/sessions/{request_of_ines.id}/alternatives",
        f"/bookings/{request_of_ines.id}/offer",
        f"/bookings/{request_of_ines.id}/rearrangement",
        f"/bookings/{request_of_ines.id}/relocation",
        f"/bookings/{request_of_ines.id}/attendance",
        f"/bookings/{request_of_ines.id}/offer/choice",
    ):
        answer = desk.http.post(path, data=body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in (200, 303, 409, 422), path


def test_odd_words_travel_with_a_cancellation(desk, mara):
    for number, odd in enumerate(odd_text.TEXTS):
        booking = world.Person("Ada Lowell", f"ada{number}@example.net").asks(mara, world.in_days(4 + number))
        page = desk.press(desk.open(f"/sessions/{booking.id}"), "Decline session", words=odd)
        too_long = len(odd) > 2000
        assert (page.status, booking.status) == ((422, "requested") if too_long else (200, "cancelled")), odd
        assert odd in page.text or not too_long
        assert "<script>alert" not in page.text


def test_odd_words_travel_with_a_clients_answer(mara, visitor):
    client, desk = visitor(), visitor("mara@example.com")
    for number, odd in enumerate(odd_text.TEXTS):
        booking = world.Person("Ada Lowell", f"ada{number}@example.net").asks(mara, world.in_days(3 + number))
        offer = world.offer_times(booking, world.in_days(3 + number, "14:00"))
        link = f"/o/{PersonalLink.to_offer(booking.id, offer.id).token}"
        page = client.press(client.open(link), "None of these work", words=odd)
        too_long = len(odd) > 2000
        assert (page.status, offer.outcome) == ((422, None) if too_long else (200, "declined")), odd
        assert odd in page.text or not too_long
        assert "<script>alert" not in desk.open(f"/sessions/{booking.id}").text


def test_an_odd_choice_of_an_alternative_is_none(offer_to_ines, visitor):
    client = visitor()
    page = client.open(f"/o/{PersonalLink.to_offer(offer_to_ines.booking_id, offer_to_ines.id).token}")
    for odd in odd_text.IDS:
        answer = client.press(page, "Accept this time", alternative=odd)
        assert (answer.status, offer_to_ines.outcome) == (422, None), odd
        assert "Choose one of the times first" in answer.text


# Changes that the client asked for


def test_a_change_that_cannot_be_stays_typed(desk, new_time, mara, request_of_ines):
    world.JONAS.asks(mara, world.in_days(6, "14:00"))
    for day, time, sentence in (
        (GOOD_DAY, "14:30", "is held for Jonas P."),
        ("2020-01-01", "10:00", "has passed"),
        ("3026-11-24", "10:00", "Choose a date within the next two years."),
        ("2027-03-28", "01:30", "does not exist"),
        (f"{request_of_ines.starts_at:%Y-%m-%d}", "10:00", "already has this time"),
    ):
        page = desk.press(new_time, "Save change", date=day, time=time)
        assert page.status == 422
        assert sentence in html.unescape(page.text)
        assert f'value="{day}"' in page.text
        assert f'value="{time}"' in page.text


def test_a_location_that_is_not_there_is_not_replaced_by_the_next_press(desk, new_time, request_of_ines):
    typed = {"date": GOOD_DAY, "time": "10:00", "location": "999"}
    moved = desk.press(new_time, "Save change", **typed)
    relocated = desk.open(f"/sessions/{request_of_ines.id}/relocation?reason=asked")
    relocated = desk.press(relocated, "Save change", location="999")
    for page in (moved, relocated):
        assert (page.status, "Choose one of your locations." in page.text) == (422, True)
        assert dict(page.filled("Save change")[1])["location"] == ""
        assert desk.press(page, "Save change").status == 422
    assert request_of_ines.starts_at == world.in_days(3)


def test_the_location_of_an_alternative_that_is_not_there_is_not_replaced_either(desk, builder, request_of_ines):
    page = desk.press(builder, "Add alternative...", **rows((GOOD_DAY, "10:00"), location=999))
    page = desk.press(page, "Offer alternatives")
    assert (page.status, offers()) == (422, 0)
    assert dict(page.filled("Offer alternatives")[1])["alternatives-1-location"] == ""


@pytest.mark.parametrize("typed", ["09:30", "9:30", "09:30:00"])
def test_a_time_is_read_as_it_is_written_by_hand(desk, new_time, mara, request_of_ines, typed):
    desk.press(new_time, "Save change", date=GOOD_DAY, time=typed)
    db.session.refresh(request_of_ines)
    assert f"{request_of_ines.starts_at.astimezone(mara.tz):%Y-%m-%d %H:%M:%S}" == f"{GOOD_DAY} 09:30:00"


def test_a_location_with_a_note_too_long_stays_typed(desk, mara, request_of_ines):
    page = desk.open(f"/sessions/{request_of_ines.id}/relocation?reason=own")
    chosen = str(mara.locations[2].id)
    page = desk.press(page, "Save change", location=chosen, words=odd_text.LONG)
    assert (page.status, offers()) == (422, 0)
    assert odd_text.LONG in page.text
    assert f'<option value="{chosen}" selected>' in page.text


@pytest.mark.parametrize("outcome", ["", "confirmed", "cancelled", "attended", "\x00", odd_text.LONG])
def test_attendance_is_recorded_only_once_it_can_be(desk, request_of_ines, outcome):
    token = desk.form_token("/settings")
    page = desk.post(f"/bookings/{request_of_ines.id}/attendance", {"outcome": outcome, "csrf_token": token})
    assert page.status == 422
    assert "once the session has begun" in page.text


def test_who_comes_second_sees_how_it_stands(desk, request_of_ines, visitor):
    """Two windows: what was done in one is told in the other."""
    page = desk.open(f"/sessions/{request_of_ines.id}")
    other = visitor("mara@example.com")
    other.press(other.open(f"/sessions/{request_of_ines.id}"), "Decline session", words="Not now")
    answer = desk.press(page, "Confirm session")
    assert answer.status == 409
    assert "This session has changed meanwhile" in answer.text
    assert "Confirm session" not in answer.text
