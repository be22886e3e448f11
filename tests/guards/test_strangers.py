"""Whoever has no business with a session does not learn that it exists."""

import re

import pytest

from app.booking.booking import Booking
from app.booking.offer import Offer
from app.database import db
from tests import world
from tests.dump import dump

PLAUSIBLE = {
    "words": "Hello",
    "reason": "own",
    "outcome": "attended",
    "alternative": "1",
    "location": "1",
    "date": "2027-05-05",
}


def private(addresses: list[str]) -> list[str]:
    own = re.compile(r"/(sessions|bookings|times-off|working-times(/\w+)?|settings/calendars)/\d")
    return [address for address in addresses if own.match(address)]


@pytest.mark.parametrize("email", ["otto@example.com", "olive@example.com"])
def test_another_signed_in_person_finds_nothing(app, desk, visitor, email):
    stranger = visitor(email)
    token = stranger.form_token("/settings") if email.startswith("otto") else stranger.form_token("/operator")
    nothing = stranger.open("/sessions/999999")
    before = dump()
    for address in private(desk.addresses_of(app, "GET")):
        page = stranger.open(address)
        assert page.status == 404, address
        assert alike(page.text, nothing.text), address
    for address in private(desk.addresses_of(app, "POST", in_every_state=False)):
        assert stranger.http.post(address, data=PLAUSIBLE | {"csrf_token": token}).status_code == 404, address
    assert dump() == before


def alike(one: str, other: str) -> bool:
    """Return whether two answers are the same but for what is random in each."""
    random = re.compile(r'(nonce|csrf_token|value|data-form-token|data-seen)="[^"]*"')
    return random.sub("", one) == random.sub("", other)


def test_anybody_is_asked_to_sign_in_and_nothing_happens(app, desk, visitor):
    anybody = visitor()
    token, before = anybody.form_token(), dump()
    for address in private(desk.addresses_of(app, "POST", in_every_state=False)):
        answer = anybody.http.post(address, data=PLAUSIBLE | {"csrf_token": token})
        assert (answer.status_code, answer.location) == (303, "/sign-in"), address
    assert dump() == before


def test_mara_finds_nothing_of_ottos(app, desk, visitor):
    mara = visitor("mara@example.com")
    token = mara.form_token("/settings")
    ottos = db.session.scalars(db.select(Booking.id).where(Booking.id.not_in(desk.bookings.values()))).one()
    before = dump()
    assert mara.open(f"/sessions/{ottos}").status == 404
    assert mara.http.post(f"/bookings/{ottos}/confirmation", data={"csrf_token": token}).status_code == 404
    for page in ("/dashboard", "/sessions"):
        assert "Ada Lowell" not in mara.open(page).text
    assert dump() == before


def test_a_link_is_for_one_purpose(desk, visitor):
    """The key to the session's page does not open an offer, nor the other way round."""
    client = visitor()
    token = client.form_token()
    session, offer = desk.session_links["offered"], desk.offer_links["offered"]
    before = dump()
    for path in (f"/o/{session}", f"/s/{offer}"):
        assert client.open(path).status == 404
    for path in (
        f"/o/{session}/acceptance",
        f"/o/{session}/refusal",
        f"/s/{offer}/cancellation",
        f"/s/{offer}/dispute",
    ):
        assert client.http.post(path, data=PLAUSIBLE | {"csrf_token": token}).status_code == 404
    assert dump() == before


def test_a_wrong_token_gets_no_hint(desk, visitor):
    client = visitor()
    right = desk.offer_links["offered"]
    wrong = [right[:-1], right[1:], right + "A", right.swapcase(), right + "%20", right + "%00", right + ".", "A" * 43]
    wrong += ["%00", "%F0%9F%99%82", "a" * 5000, "%ff"]
    for kind in ("o", "s"):
        nothing = client.open(f"/{kind}/nothing")
        assert nothing.status == 404
        for token in wrong:
            page = client.open(f"/{kind}/{token}")
            assert page.status == 404, token
            assert alike(page.text, nothing.text), token


def test_an_alternative_of_another_offer_cannot_be_chosen(mara, desk, visitor):
    other = world.offer_times(db.session.get(Booking, desk.bookings["requested"]), world.in_days(50))
    foreign = str(other.alternatives[0].id)
    before = dump()
    link, client = f"/o/{desk.offer_links['offered']}", visitor()
    page = client.press(client.open(link), "Accept this time", alternative=foreign)
    assert page.status == 422
    assert "Choose one of the times" in page.text
    desk_of_mara = visitor("mara@example.com")
    session = desk_of_mara.open(f"/sessions/{desk.bookings['offered']}")
    assert desk_of_mara.press(session, "Client chose this by phone", alternative=foreign).status == 422
    assert dump() == before


def test_a_location_of_another_practice_cannot_be_chosen(mara, otto, desk, visitor):
    foreign = str(otto.locations[0].id)
    booking = desk.bookings["requested"]
    before = dump()
    browser = visitor("mara@example.com")
    for reason in ("asked", "own"):
        form = browser.open(f"/sessions/{booking}/relocation?reason={reason}")
        assert browser.press(form, "Save change", location=foreign).status == 422
        form = browser.open(f"/sessions/{booking}/rearrangement?reason={reason}")
        name = "location" if reason == "asked" else "alternatives-1-location"
        button = "Save change" if reason == "asked" else "Offer alternatives"
        assert browser.press(form, button, **{name: foreign}).status == 422
    assert dump() == before


def test_fields_that_no_form_has_are_ignored(mara, otto, visitor):
    """Who asks cannot also answer: state, people and ids come from the program, never from a form."""
    client = visitor()
    page = client.open(f"/t/mara-lindt/request?start={world.in_days(3):%Y-%m-%dT%H:%MZ}")
    planted = {"status": "confirmed", "therapist_id": str(otto.id), "client_id": "1", "id": "77", "user_id": "1"}
    client.press(page, "Request session", name="Ines Keller", email="ines@example.net", is_operator="1", **planted)
    booking = db.session.scalars(db.select(Booking)).one()
    assert (booking.status, booking.therapist_id, booking.client.therapist_id) == ("requested", mara.id, mara.id)
    assert booking.id != 77


def test_an_unlisted_therapist_is_not_there(mara, visitor):
    mara.listed = False
    db.session.commit()
    anybody = visitor()
    for path in ("/t/mara-lindt", "/t/mara-lindt/request", "/t/nobody"):
        assert anybody.open(path).status == 404
    token = anybody.form_token()
    assert anybody.http.post("/t/mara-lindt/requests", data={"csrf_token": token}).status_code == 404
    assert "Mara Lindt" not in anybody.open("/").text


def test_a_used_or_late_link_shows_how_the_session_stands(desk, visitor):
    """Old links are no errors, and their buttons do nothing any more."""
    ended = {state: link for state, link in desk.offer_links.items() if state not in ("offered", "relocated")}
    assert set(ended) == {"accepted", "withdrawn", "expired"}
    client = visitor()
    token = client.form_token()
    before = dump()
    for link in ended.values():
        assert client.open(f"/o/{link}").status == 200
        alternative = db.session.scalars(db.select(Offer.id)).first()
        for verb in ("acceptance", "agreement", "refusal"):
            answer = client.http.post(f"/o/{link}/{verb}", data={"csrf_token": token, "alternative": alternative})
            assert answer.status_code == 409, (link, verb)
            assert "This offer has ended" in answer.text
    assert dump() == before


def test_times_cannot_be_agreed_to_without_choosing_one(desk, visitor):
    """The button for a changed location, pressed for an offer of times, would choose for the client."""
    client = visitor()
    token, before = client.form_token(), dump()
    page = client.post(f"/o/{desk.offer_links['offered']}/agreement", {"csrf_token": token})
    assert page.status == 422
    assert "Choose one of the times first" in page.text
    assert dump() == before
