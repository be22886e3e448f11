"""A session by phone: everybody is told who rings whom, and where the therapist rings, the number is asked for."""

import pytest
from sqlalchemy import select

from app.booking.booking import Booking
from app.booking.personal_link import PersonalLink
from app.booking.rearrangement import Terms, offer_alternatives, offer_location
from app.database import db
from app.messages.mail import compose
from app.messages.message import Message
from app.refusals import NumberNeeded
from tests import world

OURS, THEIRS = "+44 20 7946 0123", "+49 30 901820"
LOOK = "Please look at the marked fields"


@pytest.fixture
def phone(mara):
    """The location at which Mara rings her clients."""
    mara.locations[3].who_rings = "therapist"
    db.session.commit()
    return mara.locations[3]


@pytest.fixture
def desk(mara, visitor):
    return visitor("mara@example.com")


def form_of(phone, starts) -> str:
    kind = phone.therapist.session_types[0].id
    return f"/t/mara-lindt/request?type={kind}&location={phone.id}&start={starts:%Y-%m-%dT%H:%MZ}"


def page_of(booking) -> str:
    token = PersonalLink.to_session(booking.id).token
    db.session.commit()
    return f"/s/{token}"


def offer_page_of(booking) -> str:
    token = PersonalLink.to_offer(booking.id, booking.offers[-1].id).token
    db.session.commit()
    return f"/o/{token}"


def bookings() -> list[Booking]:
    db.session.expire_all()
    return list(db.session.scalars(select(Booking).order_by(Booking.id)))


def mails(booking, recipient: str) -> str:
    sent = db.session.scalars(select(Message).filter_by(booking_id=booking.id, channel="mail", recipient=recipient))
    return "\n".join(compose(one).body for one in sent)


def entry(booking) -> str:
    """The calendar entry of the confirmation."""
    (sent,) = db.session.scalars(select(Message).filter_by(booking_id=booking.id, name="confirmed"))
    files = [one.data for one in compose(sent).attachments if one.filename and one.filename.endswith(".ics")]
    return files[0].decode().replace("\r\n ", "")


def said(text: str) -> str:
    return " ".join(text.split())


# What clients are asked for, and told


def test_a_session_by_phone_is_not_requested_without_the_number_on_which_the_client_is_rung(visitor, phone):
    ines = visitor()
    page = ines.open(form_of(phone, world.in_days(3)))
    assert "Mara Lindt rings you on this number." in page.text
    typed = {"name": "Ines Keller", "email": "ines@example.net"}
    page = ines.press(page, "Request session", **typed)
    assert page.status == 422
    assert "Please give a phone number: Mara Lindt rings you on it." in page.text
    assert bookings() == []
    page = ines.press(page, "Request session", phone=THEIRS)
    assert bookings()[0].client.phone == THEIRS
    assert f"Mara Lindt rings you on {THEIRS}." in said(page.text)


def test_where_the_client_rings_the_number_stays_optional(visitor, mara):
    ines = visitor()
    page = ines.open(form_of(mara.locations[3], world.in_days(3)))
    assert "You ring Mara Lindt. The number is in the confirmation." in page.text
    page = ines.press(page, "Request session", name="Ines Keller", email="ines@example.net")
    assert "You ring Mara Lindt." in said(page.text)
    assert OURS not in page.text
    (booking,) = bookings()
    booking.confirm()
    db.session.commit()
    page = ines.open(page_of(booking))
    assert f'You ring Mara Lindt on <a class="whole" href="tel:+442079460123">{OURS}</a>.' in said(page.text)


def test_the_therapists_page_tells_who_rings_before_a_time_is_chosen(visitor, phone):
    assert "Mara Lindt rings you." in visitor().open(f"/t/mara-lindt?location={phone.id}").text


def test_no_verb_makes_a_phone_session_without_a_number(phone, mara):
    with pytest.raises(NumberNeeded):
        world.INES.asks(mara, world.in_days(3), location=phone)


def test_mails_and_the_calendar_entry_tell_on_which_number_the_client_is_rung(mara, phone, visitor):
    ines, typed = visitor(), {"name": "Ines Keller", "email": "ines@example.net", "phone": THEIRS}
    ines.press(ines.open(form_of(phone, world.in_days(3))), "Request session", **typed)
    (booking,) = bookings()
    booking.confirm()
    db.session.commit()
    assert f"Mara Lindt rings you on {THEIRS}." in mails(booking, "client")
    assert f"You ring Ines Keller on {THEIRS}." in mails(booking, "therapist")
    assert f"LOCATION:You will be rung on {THEIRS}" in entry(booking)
    assert OURS not in mails(booking, "client") + entry(booking)


def test_mails_and_the_calendar_entry_tell_which_number_the_client_rings(mara):
    booking = world.INES.asks(mara, world.in_days(3), location=mara.locations[3])
    db.session.commit()
    assert OURS not in mails(booking, "client")
    booking.confirm()
    db.session.commit()
    assert f"You ring Mara Lindt on {OURS}." in mails(booking, "client")
    assert f"Ines Keller rings you on {OURS}." in mails(booking, "therapist")
    assert f"LOCATION:Ring {OURS}" in entry(booking)


# A change of location that needs a number which the client has not given


def test_agreeing_to_a_phone_location_asks_for_the_number(visitor, phone, request_of_ines):
    request_of_ines.confirm()
    offer_location(request_of_ines, "own", phone)
    ines = visitor()
    page = ines.open(offer_page_of(request_of_ines))
    assert "Mara Lindt rings you." in said(page.text)
    page = ines.press(page, "Agree to the new location")
    assert (page.status, LOOK in page.text) == (422, True)
    page = ines.press(page, "Agree to the new location", phone=THEIRS)
    assert bookings()[0].client.phone == THEIRS
    assert bookings()[0].status == "confirmed"


def test_accepting_a_time_by_phone_asks_for_the_number_and_keeps_the_choice(visitor, mara, phone, request_of_ines):
    terms = [Terms(world.in_days(4), mara.locations[0]), Terms(world.in_days(5), phone)]
    by_phone = offer_alternatives(request_of_ines, "own", terms).alternatives[1]
    ines = visitor()
    page = ines.open(offer_page_of(request_of_ines))
    page = ines.press(page, "Accept this time", alternative=str(by_phone.id))
    assert (page.status, LOOK in page.text) == (422, True)
    page = ines.press(page, "Accept this time", phone="ring me")
    assert "Please give the whole number" in page.text
    ines.press(page, "Accept this time", phone=THEIRS)
    (booking,) = bookings()
    assert (booking.status, booking.location.id, booking.client.phone) == ("confirmed", phone.id, THEIRS)


def test_a_time_that_is_not_by_phone_is_accepted_without_a_number(visitor, mara, phone, request_of_ines):
    terms = [Terms(world.in_days(4), mara.locations[0]), Terms(world.in_days(5), phone)]
    in_room = offer_alternatives(request_of_ines, "own", terms).alternatives[0]
    ines = visitor()
    page = ines.open(offer_page_of(request_of_ines))
    ines.press(page, "Accept this time", alternative=str(in_room.id))
    assert bookings()[0].status == "confirmed"


def test_a_client_who_has_given_a_number_is_not_asked_again(visitor, phone, request_of_ines):
    request_of_ines.client.phone = THEIRS
    offer_location(request_of_ines, "own", phone)
    ines = visitor()
    page = ines.press(ines.open(offer_page_of(request_of_ines)), "Agree to the new location")
    assert page.status == 200
    assert bookings()[0].status == "confirmed"


@pytest.mark.parametrize("form", ["rearrangement", "relocation"])
def test_a_therapist_who_moves_a_session_to_the_phone_types_the_number(desk, phone, request_of_ines, form):
    page = desk.open(f"/sessions/{request_of_ines.id}/{form}?reason=asked")
    page = desk.press(page, "Save change", location=str(phone.id))
    assert page.status == 422
    assert "Type your client&#39;s phone number: you ring them for this session." in page.text
    desk.press(page, "Save change", phone=THEIRS)
    (booking,) = bookings()
    assert (booking.status, booking.location.id, booking.client.phone) == ("confirmed", phone.id, THEIRS)


def test_a_therapist_who_records_a_choice_made_by_phone_types_the_number(desk, phone, request_of_ines):
    offer_location(request_of_ines, "own", phone)
    db.session.commit()
    page = desk.press(desk.open(f"/sessions/{request_of_ines.id}"), "Client agreed by phone")
    assert page.status == 422
    desk.press(page, "Client agreed by phone", phone=THEIRS)
    assert bookings()[0].client.phone == THEIRS


def test_another_session_of_the_client_keeps_the_number_that_it_had(mara, phone, request_of_ines):
    other = world.INES.asks(mara, world.in_days(6))
    request_of_ines.relocate(phone, THEIRS)
    db.session.commit()
    assert (other.client.phone, request_of_ines.client.phone) == ("", THEIRS)


def test_booking_for_a_client_by_phone_needs_their_number(desk, mara, phone):
    start = f"{world.in_days(3):%Y-%m-%dT%H:%M}"
    page = desk.open(f"/calendar/time?start={start}")
    typed = {"name": "Ines Keller", "email": "ines@example.net", "location": str(phone.id)}
    page = desk.press(page, "Book session", **typed)
    assert page.status == 422
    assert "Type your client&#39;s phone number" in page.text
    desk.press(page, "Book session", phone=THEIRS)
    assert bookings()[0].client.phone == THEIRS


def test_booking_a_known_client_without_a_number_by_phone_takes_the_one_that_is_typed(desk, mara, phone):
    known = world.INES.asks(mara, world.in_days(3)).client
    page = desk.open(f"/calendar/time?start={world.in_days(4):%Y-%m-%dT%H:%M}")
    page = desk.press(page, "Book session", client=str(known.id), location=str(phone.id))
    assert page.status == 422
    desk.press(page, "Book session", phone=THEIRS)
    assert [one.client.phone for one in bookings()] == ["", THEIRS]


# The therapist's way into the session


def test_the_therapists_page_and_today_lead_into_the_video_call(desk, mara):
    booking = world.INES.asks(mara, world.in_days(3), location=mara.locations[2])
    page = f"/sessions/{booking.id}"
    assert 'href="https://meet.example.com/x"' in desk.open(page).text
    booking.confirm()
    db.session.commit()
    assert 'href="https://meet.example.com/x"' in desk.open(page).text
    assert 'href="https://meet.example.com/x"' in desk.open("/dashboard").text
    booking.cancel(by="client")
    db.session.commit()
    assert "meet.example.com" not in desk.open(page).text


def test_the_therapists_page_and_today_tell_whom_to_ring(desk, phone, request_of_ines):
    request_of_ines.relocate(phone, THEIRS)
    db.session.commit()
    for page in (f"/sessions/{request_of_ines.id}", "/dashboard"):
        told = said(desk.open(page).text)
        assert f'You ring Ines K on <a class="whole" href="tel:+4930901820">{THEIRS}</a>.' in told, page


def test_the_therapist_is_told_that_a_number_is_missing(desk, mara, phone, request_of_ines):
    request_of_ines.location = phone  # as it may be where the rule came after the session
    db.session.commit()
    assert "whose number you do not have yet" in desk.open(f"/sessions/{request_of_ines.id}").text
