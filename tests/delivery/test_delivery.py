"""Mails over SMTP: what a server may do to them, and what becomes of the messages."""

import time
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.database import db
from app.jobs import deliver, outbox
from app.jobs.deliver import deliver_waiting
from app.messages.message import Message
from tests.at_once import four_at_once
from tests.delivery.server import TAKE, MailServer
from tests.waiting import wait_until


def statuses() -> list[str]:
    db.session.commit()
    return list(db.session.scalars(select(Message.status).order_by(Message.id)))


def deliver_all() -> None:
    """Round after round until nothing waits any more."""

    def nothing_waits() -> bool:
        deliver_waiting()
        return not {"waiting", "sending"} & set(statuses())

    wait_until(nothing_waits)


def test_every_message_arrives_once_and_in_order_over_one_connection(server, waiting):
    messages = waiting(3, 2, 1)
    deliver_waiting()
    assert statuses() == ["sent"] * 6
    for booking_id in {message.booking_id for message in messages}:
        of_this = [message.wire_id for message in messages if message.booking_id == booking_id]
        assert [wire_id for wire_id in server.ids() if wire_id in of_this] == of_this
    assert len(server.ids()) == 6
    assert server.connections == 1


def test_a_server_that_refuses_connections_gets_all_of_it_when_it_is_back(smtp, waiting):
    messages = waiting(3, 2)
    for _ in range(3):
        deliver_waiting()
    assert statuses() == ["waiting"] * 5
    with MailServer(smtp.config["MAIL_PORT"]) as server:
        deliver_all()
        assert sorted(server.ids()) == sorted(message.wire_id for message in messages)
    assert statuses() == ["sent"] * 5


@pytest.mark.parametrize("step", ["EHLO", "MAIL", "DATA"])
def test_a_server_that_says_nothing_holds_nobody_up(smtp, server, waiting, step):
    messages = waiting(2)
    server.hangs_at = step
    smtp.config["MAIL_TIMEOUT_SECONDS"] = 1.0
    began = time.monotonic()
    deliver_waiting()
    assert time.monotonic() - began < 3
    smtp.config["MAIL_TIMEOUT_SECONDS"] = 10.0
    assert statuses() == ["waiting"] * 2
    assert "cannot be reached" in messages[0].last_error
    assert messages[1].attempts == 0, "the round ends where the server is away"
    server.hangs_at = ""
    deliver_all()
    assert server.ids() == [message.wire_id for message in messages]


def test_a_mail_deferred_by_the_server_waits_and_with_it_what_follows_in_its_session(server, waiting):
    messages = waiting(2, 1)
    server.at_recipient = lambda address: "451 Later" if address.startswith("client0") else TAKE
    deliver_waiting()
    assert statuses() == ["waiting", "waiting", "sent"]
    assert "451 Later" in messages[0].last_error
    server.at_recipient = lambda _address: TAKE
    deliver_all()
    assert server.ids() == [messages[2].wire_id, messages[0].wire_id, messages[1].wire_id]


def test_an_address_that_the_server_refuses_is_given_up_in_words(server, waiting):
    waiting(2, 1)
    server.at_recipient = lambda address: "550 No such person" if address.startswith("client0") else TAKE
    deliver_waiting()
    assert statuses() == ["given_up", "given_up", "sent"]
    refused = db.session.scalars(select(Message).filter_by(status="given_up")).first()
    assert "550 No such person" in refused.last_error


def test_content_that_the_server_refuses_is_given_up(server, waiting):
    waiting(1)
    server.at_data = lambda _mail: "554 Looks like spam"
    deliver_waiting()
    assert statuses() == ["given_up"]


def test_content_that_the_server_defers_arrives_later(server, waiting):
    waiting(1)
    server.at_data = lambda _mail: "452 Disk full"
    deliver_waiting()
    assert statuses() == ["waiting"]
    server.at_data = lambda _mail: TAKE
    deliver_all()
    assert len(server.ids()) == 1


def test_a_server_that_closes_with_421_is_away(server, waiting):
    messages = waiting(1, 1)
    server.at_recipient = lambda _address: "421 Shutting down"
    deliver_waiting()
    assert statuses() == ["waiting"] * 2
    assert messages[1].attempts == 0
    server.at_recipient = lambda _address: TAKE
    deliver_all()
    assert len(server.ids()) == 2


def test_only_a_connection_dropped_after_the_mail_was_taken_sends_it_twice(server, waiting):
    messages = waiting(3, 2)
    unlucky = messages[1].wire_id
    server.drops_after_taking.add(unlucky)
    deliver_all()
    taken = server.ids()
    assert taken.count(unlucky) == 2, "with the same Message-ID, so that mail programs show it once"
    assert len(taken) == 6
    assert [wire_id for wire_id in dict.fromkeys(taken) if wire_id in {m.wire_id for m in messages[:3]}] == [
        message.wire_id for message in messages[:3]
    ]


def test_a_connection_closed_between_two_mails_costs_no_attempt(server, waiting):
    messages = waiting(1, 1, 1)
    server.drops_between_mails = True
    deliver_all()
    assert sorted(server.ids()) == sorted(message.wire_id for message in messages)
    db.session.commit()
    assert [message.attempts for message in messages] == [1, 1, 1]


def test_one_poisoned_message_stops_no_other(server, waiting):
    messages = waiting(1, 1, 1)
    messages[0].address = "client0@example.net\r\nBcc: everybody@example.net"
    messages[1].facts = {}
    db.session.commit()
    deliver_waiting()
    assert statuses() == ["given_up", "given_up", "sent"]
    assert all(message.last_error for message in messages[:2])
    assert server.ids() == [messages[2].wire_id]


def test_after_three_days_a_message_is_given_up(smtp, waiting):
    (message,) = waiting(1)
    message.created_at = clock.now() - timedelta(days=3, minutes=1)
    db.session.commit()
    deliver_waiting()
    assert statuses() == ["given_up"]


def test_what_is_no_longer_useful_is_called_off(server, waiting):
    (message,) = waiting(1)
    message.useful_until = clock.now() - timedelta(seconds=1)
    db.session.commit()
    deliver_waiting()
    assert statuses() == ["called_off"]
    assert server.ids() == []


def test_attempts_come_further_and_further_apart(smtp, waiting):
    smtp.config["SWEEP_SECONDS"] = 30
    (message,) = waiting(1)
    waits = []
    with time_machine.travel(clock.now(), tick=False):
        for _ in range(4):
            message.next_attempt_at = clock.now()
            db.session.commit()
            deliver_waiting()
            db.session.commit()
            waits.append((message.next_attempt_at - clock.now()).total_seconds())
    assert waits == [30, 60, 60, 60], "never more than a minute while the server itself is away"


def test_a_message_that_a_worker_left_behind_is_taken_over_after_its_lease(server, waiting):
    (message,) = waiting(1)
    message.status, message.lease_until = "sending", clock.now() + timedelta(seconds=30)
    db.session.commit()
    deliver_waiting()
    assert server.ids() == [], "its worker may still be at it"
    message.lease_until = clock.now()
    db.session.commit()
    deliver_waiting()
    assert server.ids() == [message.wire_id]


def test_a_worker_that_was_held_up_does_not_overwrite_what_another_did(server, waiting):
    (message,) = waiting(1)
    late = deliver.claim_next_mail()
    message.lease_until = clock.now()
    db.session.commit()
    deliver_waiting()
    outbox.write(late, status="waiting", last_error="I was held up")
    assert statuses() == ["sent"]


def test_four_workers_at_once_send_each_message_once_and_in_order(server, waiting, smtp):
    messages = waiting(5, 5, 5)
    db.session.commit()

    four_at_once(smtp, deliver_waiting)
    deliver_all()
    assert len(server.ids()) == 15
    for booking_id in {message.booking_id for message in messages}:
        of_this = [message.wire_id for message in messages if message.booking_id == booking_id]
        assert [wire_id for wire_id in server.ids() if wire_id in of_this] == of_this
