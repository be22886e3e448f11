"""Much that waits: mails are claimed in batches, and choosing the next ones looks at no others."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from app import clock
from app.database import db
from app.jobs import outbox
from app.jobs.deliver import deliver_waiting
from app.jobs.outbox import AT_ONCE, claim_batch
from app.messages.message import Message
from tests.delivery.server import TAKE
from tests.plans import plan_of
from tests.statements import statements

MAILS = Message.channel == "mail"


def states() -> list[tuple[str, int]]:
    db.session.commit()
    return [tuple(row) for row in db.session.execute(select(Message.status, Message.attempts).order_by(Message.id))]


def test_choosing_the_next_mails_walks_only_those_that_it_takes(app, waiting):
    waiting(2, 1)
    plan = plan_of(outbox.due(MAILS))
    assert "ix_message_waiting" in plan, "in the order in which they are due"
    assert "ix_message_line" in plan, "and each with what is in front of it"
    assert "sort" not in plan.lower(), plan
    assert "temp b-tree" not in plan.lower(), plan
    assert "scan message" not in plan.lower().replace("scan message using index", ""), plan


def test_calling_off_what_is_outdated_walks_nothing_else(app, waiting):
    waiting(500)
    db.session.execute(text("ANALYZE"))
    outdated = select(Message.id).where(Message.useful_until <= clock.now(), outbox.WAITS)
    assert "ix_message_useful" in plan_of(outdated)


def test_a_mail_costs_the_same_few_statements_however_many_wait(server, waiting):
    waiting(*[2] * AT_ONCE)
    with statements() as sent:
        deliver_waiting()
    assert len(server.ids()) == 2 * AT_ONCE
    assert len(sent) / (2 * AT_ONCE) < 2, "one for its outcome, and its share of those of its batch"


def test_a_batch_takes_a_whole_line_in_its_order(server, waiting):
    messages = waiting(AT_ONCE + 2)
    with statements() as sent:
        deliver_waiting()
    assert server.ids() == [message.wire_id for message in messages]
    assert sum("attempts=" in statement for statement in sent) == 2, "two batches"


def test_what_follows_a_deferred_mail_is_due_no_sooner(server, waiting, smtp):
    smtp.config["SWEEP_SECONDS"] = 30
    messages = waiting(3, 1)
    server.at_recipient = lambda address: "451 Later" if address.startswith("client0") else TAKE
    deliver_waiting()
    deliver_waiting()
    assert states() == [("waiting", 1), ("waiting", 0), ("waiting", 0), ("sent", 1)]
    assert {message.next_attempt_at for message in messages[1:3]} == {messages[0].next_attempt_at}
    server.at_recipient = lambda _address: TAKE
    with time_machine.travel(clock.now() + timedelta(seconds=31)):
        deliver_waiting()
    assert server.ids()[1:] == [message.wire_id for message in messages[:3]]


def test_what_a_batch_did_not_try_goes_back_as_it_was(app, waiting):
    waiting(2, 1)
    with claim_batch(MAILS) as batch:
        tried = next(iter(batch))
        outbox.write(tried, status="sent")
    assert states() == [("sent", 1), ("waiting", 0), ("waiting", 0)]


def test_a_batch_that_takes_too_long_goes_back_before_its_lease_ends(app, waiting):
    waiting(1, 1)
    with time_machine.travel(clock.now(), tick=False) as clocks, claim_batch(MAILS) as batch:
        began = iter(batch)
        assert next(began)
        clocks.shift(timedelta(seconds=11))
        assert list(began) == [], "another worker could have it before this one had sent it"
    assert states() == [("sending", 1), ("waiting", 0)]


def test_what_a_dead_worker_had_in_hands_is_sent_in_its_order(server, waiting):
    messages = waiting(3, 1)
    claim_batch(MAILS, at_most=2)
    deliver_waiting()
    assert server.ids() == [messages[3].wire_id], "the others wait behind what may still be on its way"
    for message in messages[:2]:
        message.lease_until = clock.now()
    db.session.commit()
    deliver_waiting()
    assert server.ids()[1:] == [message.wire_id for message in messages[:3]]


def test_two_workers_never_share_a_line(app, waiting):
    waiting(3)
    first = claim_batch(MAILS, at_most=1)
    assert len(first.claims) == 1
    assert not claim_batch(MAILS), "the second mail must not overtake the first"


@pytest.mark.parametrize("blocked", [AT_ONCE, 3 * AT_ONCE])
def test_others_are_found_behind_any_number_that_have_to_wait(server, waiting, blocked):
    messages = waiting(1 + blocked, 1)
    claim_batch(MAILS, at_most=1)
    deliver_waiting()
    assert server.ids() == [messages[-1].wire_id]
