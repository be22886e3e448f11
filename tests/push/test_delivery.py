"""Pushes over HTTP: what a push service may do to them, and what becomes of the messages."""

import threading
import time
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.database import db
from app.integrations.push import webpush
from app.jobs import outbox, pushes
from app.jobs.deliver import deliver_waiting
from app.jobs.pushes import deliver_pushes
from app.messages.message import Message
from app.practice.push_subscription import PushSubscription
from app.practice.user import SignIn
from tests import world
from tests.at_once import four_at_once
from tests.push.conftest import KEY, keys
from tests.push.service import TAKE, Received
from tests.waiting import wait_until


def outcomes(channel: str = "push") -> list[str]:
    db.session.commit()
    return list(db.session.scalars(select(Message.status).filter_by(channel=channel).order_by(Message.id)))


def deliver_all() -> None:
    """Round after round until nothing waits any more."""

    def nothing_waits() -> bool:
        deliver_pushes()
        return not {"waiting", "sending"} & set(outcomes())

    wait_until(nothing_waits)


@pytest.fixture
def phone(mara, service, told):
    return told(mara, service)


def test_a_request_reaches_the_browser_of_its_therapist_and_no_other(mara, otto, service, told, phone):
    ottos = told(otto, service)
    booking = world.INES.asks(mara, world.in_days(3))
    deliver_pushes()
    assert phone.news == [{"kind": "request", "path": f"/sessions/{booking.id}"}]
    assert ottos.news == []
    assert outcomes() == ["sent"]


def test_a_push_is_signed_lives_as_long_as_it_is_useful_and_replaces_those_before_it(mara, service, phone):
    booking = world.INES.asks(mara, world.in_days(3))
    booking.cancel(by="client")
    db.session.commit()
    deliver_all()
    request, cancellation = phone.received
    assert request.claims["aud"] == service.origin
    assert request.claims["sub"] == "mailto:sessions@holdfast.example"
    assert time.time() < request.claims["exp"] <= time.time() + 24 * 3600
    assert request.signed_by == keys.public_key(KEY)
    assert 60 < int(request.headers["ttl"]) <= 24 * 3600
    assert (request.headers["urgency"], cancellation.headers["urgency"]) == ("high", "normal")
    assert request.headers["content-encoding"] == "aes128gcm"
    assert request.headers["content-type"] == "application/octet-stream"
    assert request.headers["topic"] == cancellation.headers["topic"]
    assert len(request.headers["topic"]) <= 32
    assert len(request.body) == len(cancellation.body) < 3000, "not even their length tells what they say"


def test_pushes_about_different_sessions_do_not_replace_each_other(mara, phone):
    for days in (3, 4):
        world.INES.asks(mara, world.in_days(days))
    deliver_pushes()
    assert len({one.headers["topic"] for one in phone.received}) == 2


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_told_no_more(mara, service, phone, status):
    service.answers = lambda _received: status
    world.INES.asks(mara, world.in_days(3))
    world.JONAS.asks(mara, world.in_days(4))
    deliver_all()
    assert sorted(outcomes()) == ["called_off", "given_up"], "what waited for it is not even tried"
    assert db.session.scalars(select(PushSubscription)).all() == []
    world.ADA.asks(mara, world.in_days(5))
    assert len(outcomes()) == 2


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_service_that_does_not_take_it_now_gets_it_later(mara, service, phone, status):
    service.answers = lambda _received: status
    world.INES.asks(mara, world.in_days(3))
    deliver_pushes()
    assert outcomes() == ["waiting"]
    service.answers = lambda _received: TAKE
    deliver_all()
    assert (len(phone.news), outcomes()) == (1, ["sent"])


@pytest.mark.parametrize(("status", "words"), [(401, "refused 1 push with"), (403, "refused 1 push with"), (503, None)])
def test_the_operator_is_told_of_a_key_that_is_not_liked(mara, operator, visitor, service, phone, status, words):
    service.answers = lambda _received: status
    world.INES.asks(mara, world.in_days(3))
    deliver_pushes()
    assert outcomes() == ["waiting"]
    overview = visitor("olive@example.com").open("/operator").text
    assert words in overview if words else "VAPID_PRIVATE_KEY" not in overview
    service.answers = lambda _received: TAKE
    deliver_all()
    assert "VAPID_PRIVATE_KEY" not in visitor("olive@example.com").open("/operator").text


def test_a_service_that_asks_for_time_gets_it(mara, service, phone):
    service.answers = lambda _received: (429, {"Retry-After": "120"})
    world.INES.asks(mara, world.in_days(3))
    deliver_pushes()
    message = db.session.scalars(select(Message).filter_by(channel="push")).one()
    assert timedelta(seconds=100) < message.next_attempt_at - clock.now() <= timedelta(seconds=120)


@pytest.mark.parametrize("status", [400, 413])
def test_what_a_service_refuses_is_given_up(mara, service, phone, status):
    service.answers = lambda _received: status
    world.INES.asks(mara, world.in_days(3))
    deliver_pushes()
    assert outcomes() == ["given_up"]
    assert len(PushSubscription.told(mara.user_id)) == 1


def test_no_redirect_is_followed(mara, service, other_service, phone):
    service.answers = lambda _received: (307, {"Location": f"{other_service.origin}/inside"})
    world.INES.asks(mara, world.in_days(3))
    deliver_pushes()
    assert outcomes() == ["given_up"]
    assert other_service.received == []


def test_an_address_that_the_settings_no_longer_name_is_not_asked(app, mara, service, phone):
    app.config["PUSH_HOSTS"] = ()
    world.INES.asks(mara, world.in_days(3))
    deliver_pushes()
    assert outcomes() == ["given_up"]
    assert service.received == []


def test_a_service_that_hangs_stops_neither_other_services_nor_mails(mara, service, other_service, told, phone, mails):
    def hangs(_received: Received) -> int:
        service.released.wait(60)
        return 503

    service.answers = hangs
    desk = told(mara, other_service)
    for days, person in ((3, world.INES), (4, world.JONAS), (5, world.ADA)):
        person.asks(mara, world.in_days(days))
    began = time.monotonic()
    deliver_waiting()
    assert time.monotonic() - began < 20
    assert len(mails.sent) == 6
    service.released.set()
    pushes.wait()
    assert len(desk.news) == 3
    attempts = select(Message.attempts).filter_by(channel="push", status="waiting").order_by(Message.id)
    assert list(db.session.scalars(attempts))[1:] == [0, 0], "a service that is away costs one try a round"
    service.answers = lambda _received: TAKE
    deliver_all()
    assert len(phone.news) == 3


def test_a_service_that_says_nothing_is_given_up_for_now(monkeypatch, mara, service, phone):
    monkeypatch.setattr(webpush, "SECONDS", 0.3)
    service.answers = service.hang
    world.INES.asks(mara, world.in_days(3))
    deliver_pushes()
    assert outcomes() == ["waiting"]
    service.released.set()
    monkeypatch.undo()
    deliver_all()
    assert outcomes() == ["sent"]


def test_a_mail_server_that_hangs_holds_no_push_up(app, mara, service, phone, mails):
    at_it, let_go = threading.Event(), threading.Event()
    send = mails.send

    def slowly(mail) -> None:
        at_it.set()
        assert let_go.wait(20)
        send(mail)

    mails.send = slowly
    world.INES.asks(mara, world.in_days(3))
    db.session.commit()

    def work() -> None:
        with app.app_context():
            deliver_waiting()

    worker = threading.Thread(target=work)
    worker.start()
    assert at_it.wait(20)
    wait_until(lambda: phone.news)
    assert mails.sent == []
    let_go.set()
    worker.join(20)


def test_a_push_whose_answer_was_lost_comes_again_under_the_same_topic(mara, service, phone):
    answers = iter(["lost"])
    service.answers = lambda _received: next(answers, TAKE)
    world.INES.asks(mara, world.in_days(3))
    deliver_all()
    first, again = phone.received
    assert first.headers["topic"] == again.headers["topic"]
    assert phone.news[0] == phone.news[1]


def test_a_worker_killed_after_sending_leaves_it_to_the_next(mara, service, phone):
    world.INES.asks(mara, world.in_days(3))
    claim = outbox.claim_next(Message.channel == "push")
    with webpush.WebPushGateway(pushes.current_app.config) as gateway:
        gateway.send(pushes._compose(claim))
    deliver_pushes()
    assert len(phone.news) == 1, "its worker may still be at it"
    db.session.get(Message, claim.message_id).lease_until = clock.now()
    db.session.commit()
    deliver_pushes()
    assert len({one.headers["topic"] for one in phone.received}) == 1
    assert (len(phone.news), outcomes()) == (2, ["sent"])


def test_four_workers_at_once_push_each_message_once_and_in_order(app, mara, service, phone):
    for days in (3, 4, 5):
        world.INES.asks(mara, world.in_days(days)).cancel(by="client")
    db.session.commit()

    four_at_once(app, deliver_pushes)
    deliver_all()
    assert len(phone.news) == 6
    for path in {news["path"] for news in phone.news}:
        assert [news["kind"] for news in phone.news if news["path"] == path] == ["request", "changed"]


def test_what_comes_after_a_day_is_not_sent(mara, service, phone):
    world.INES.asks(mara, world.in_days(9))
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        deliver_pushes()
    assert outcomes() == ["called_off"]
    assert phone.news == []


def test_after_signing_out_nothing_more_is_sent_there(mara, service, told, phone):
    desk = told(mara, service)  # in another browser, where Mara stays signed in
    world.INES.asks(mara, world.in_days(3))
    SignIn.end(desk.token)
    db.session.commit()
    world.INES.asks(mara, world.in_days(4))
    deliver_all()
    assert desk.news == []
    assert len(phone.news) == 2


def test_a_push_in_hands_when_its_person_signs_out_is_not_sent(mara, service, phone):
    world.INES.asks(mara, world.in_days(3))
    claim = outbox.claim_next(Message.channel == "push")
    SignIn.end(phone.token)
    db.session.commit()
    with webpush.WebPushGateway(pushes.current_app.config) as gateway:
        assert pushes._deliver(claim, gateway)
    assert phone.news == []


def test_when_the_sign_in_has_run_out_nothing_is_sent(mara, service, phone):
    with time_machine.travel(clock.now() + timedelta(days=15)):
        world.INES.asks(mara, world.in_days(3))
        deliver_pushes()
    assert phone.news == []


def test_without_a_key_nothing_is_written(app, mara, service, phone):
    app.config["VAPID_PRIVATE_KEY"] = ""
    world.INES.asks(mara, world.in_days(3))
    assert outcomes() == []


def test_no_transaction_is_open_while_the_network_takes_its_time(monkeypatch, mara, service, phone):
    open_transactions = []
    send = webpush.WebPushGateway.send

    def watched(self, push) -> None:
        open_transactions.append(db.session().in_transaction())
        send(self, push)

    monkeypatch.setattr(webpush.WebPushGateway, "send", watched)
    world.INES.asks(mara, world.in_days(3))
    deliver_pushes()
    assert open_transactions == [False]
