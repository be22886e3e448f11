"""What a push says: that there is news. Not whose, where, when or why, whatever people have typed."""

import json
import re

import pytest
from sqlalchemy import select

from app import clock
from app.booking.dispute import dispute
from app.booking.rearrangement import offer_location
from app.database import db
from app.jobs.pushes import deliver_pushes
from app.messages import push
from app.messages.announcements import ANNOUNCED
from app.messages.history import MAILS, PUSHES, message_line
from app.messages.message import Message
from tests import world
from tests.push.service import TAKE
from tests.waiting import wait_until

ZEBRA = world.Person("Zebra Quagga", "zebra@quagga.example", "Europe/Berlin")
# Channel x field: whatever is typed or stands in the diary, by the field that it stands in.
PLANTED = {
    "client's name": "Zebra",
    "client's surname": "Quagga",
    "client's address": "zebra@quagga.example",
    "client's zone": "Berlin",
    "client's words": "Platypus",
    "therapist's name": "Okapi",
    "therapist's zone": "London",
    "location": "Narwhal",
    "way there": "Axolotl",
    "kind of session": "Psychotherapy",
    "reason of an offer": "Wombat",
    "reason of a cancellation": "Capybara",
    "trade": "therap",
    "practice": "practice",
}
KINDS = {
    "request",
    "changed",
    "kept_confirmed",
    "kept_refused",
    "kept_late",
    "kept_busy",
    "kept_outside",
    "signed_out",
    "test",
}


@pytest.fixture
def okapi(app):
    therapist = world.add_therapist("Okapi Lindt")
    therapist.practice = "The practice"
    therapist.session_types[0].name = "Psychotherapy"
    for location in therapist.locations:
        location.name, location.address = f"Narwhal {location.id}", "Axolotl Street"
    db.session.commit()
    return therapist


def everything_is_pushed(okapi):
    def confirmed(days):
        booking = ZEBRA.asks(okapi, world.in_days(days), words="Platypus")
        booking.confirm()
        return booking

    for days, end in ((3, "accept"), (5, "decline"), (7, "expire")):
        offer = world.offer_times(confirmed(days), world.in_days(days + 1), words="Wombat")
        if end == "expire":
            offer.expires_at = clock.now()
            db.session.flush()
        getattr(offer, end)(*([offer.alternatives[0]] if end == "accept" else []))
    offer_location(confirmed(9), "own", okapi.locations[2], "Wombat").decline()
    disputed = confirmed(11)
    disputed.move(world.in_days(12), disputed.location)
    dispute(disputed).keep()
    confirmed(13).cancel(by="client", words="Capybara")
    booking = confirmed(14)
    for name in PUSHES.keys() - {"test"}:
        push.tell(okapi.user, name, booking)
    db.session.commit()


@pytest.fixture
def pushed(okapi, service, told):
    """Every push in the clear, with its message."""
    phone = told(okapi, service)
    everything_is_pushed(okapi)
    for _ in range(20):
        deliver_pushes()
    messages = db.session.scalars(select(Message).filter_by(channel="push")).all()
    assert {message.status for message in messages} == {"sent"}
    names = {
        "new_request",
        "offer_accepted",
        "client_declined",
        "offer_expired_therapist",
        "client_disputed",
        "client_kept",
    }
    assert {message.name for message in messages} == names | {"client_cancelled"} | PUSHES.keys() - {"test"}
    assert len(phone.received) == len(messages)
    return phone, messages


@pytest.mark.parametrize("field", PLANTED)
def test_nothing_of_this_is_in_any_push(pushed, field):
    phone, messages = pushed
    planted = PLANTED[field].lower()
    for received in phone.received:
        told = phone.read(received).decode() + received.path + json.dumps(received.headers)
        assert planted not in told.lower()
    for message in messages:  # nor does it lie in the outbox for no reason
        assert planted not in json.dumps(message.facts["push"]).lower()


def test_a_push_holds_its_kind_and_the_path_of_a_page_and_nothing_else(pushed):
    phone, _ = pushed
    for received in phone.received:
        clear = phone.read(received)
        news = json.loads(clear)
        assert news.keys() == {"kind", "path"}
        assert news["kind"] in KINDS
        assert re.fullmatch(r"/sessions/\d+", news["path"])
        assert not re.search(r"\d{2}:\d{2}|20\d\d", clear.decode())


def test_the_words_on_the_screen_are_the_service_workers_and_neutral(app):
    with app.open_resource("static/js/service-worker/push.js", "rt") as file:
        script = file.read()
    words = re.findall(r'^  (\w+): "(.+)",$', script, re.MULTILINE)
    assert {kind for kind, _ in words} | {"changed"} == KINDS
    shown = " ".join(sentence for _, sentence in words) + re.search(r'CHANGED = "(.+)"', script)[1]
    assert not re.search(r"therap|session|client|room|video|phone|clinic|patient|reason", shown, re.IGNORECASE)


def test_what_a_therapist_is_mailed_about_a_session_is_pushed_too(pushed):
    _, messages = pushed
    mailed = {mail.name for mails in ANNOUNCED.values() for mail in mails if mail.recipient == "therapist"}
    pushed_names = {message.name for message in messages} - PUSHES.keys()
    assert mailed - pushed_names == {"request_lapsed"}  # rare: the same line writes it


def test_the_history_of_a_session_tells_what_was_pushed(okapi, service, told):
    told(okapi, service)
    booking = ZEBRA.asks(okapi, world.in_days(3))

    def line() -> str:
        db.session.commit()
        return message_line(db.session.scalars(select(Message).filter_by(booking_id=booking.id, channel="push")).one())

    assert line() == "New request pushed to a browser of yours: waiting"
    service.answers = lambda _received: 503
    deliver_pushes()
    assert line().endswith("waiting, to be tried again: the push service of the browser has a problem")
    service.answers = lambda _received: TAKE
    wait_until(lambda: deliver_pushes() or ": sent " in line())
    assert not PUSHES.keys() & MAILS.keys()
