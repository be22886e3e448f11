"""What an operator can do at the command line."""

import json

import pytest
from click.testing import Result
from sqlalchemy import select

from app.database import db
from app.messages.message import Message
from app.practice.user import User, is_password
from tests import world


@pytest.fixture
def flask(app):
    """`flask("operator", "add", ...)`"""
    runner = app.test_cli_runner()

    def run(*arguments: str, says: str | None = None) -> Result:
        db.session.commit()
        return runner.invoke(args=arguments, input=says)

    return run


def test_an_operator_can_be_added_once(flask):
    added = flask("operator", "add", "Olga@example.com", says="a good password\na good password\n")
    assert added.exit_code == 0, added.output
    operator = db.session.scalars(select(User).filter_by(email="olga@example.com")).one()
    assert operator.is_operator
    assert is_password(operator.password_hash, "a good password")
    again = flask("operator", "add", "olga@example.com", says="another one\nanother one\n")
    assert again.exit_code == 1
    assert "signs in already" in again.output


def test_waiting_messages_can_be_delivered_by_hand(flask, request_of_ines, mails):
    assert flask("deliver-waiting").exit_code == 0
    assert {mail.recipients[0] for mail in mails.sent} == {"ines@example.net", "mara@example.com"}
    assert set(db.session.scalars(select(Message.status))) == {"sent"}


def test_offers_can_be_expired_by_hand(flask, offer_to_ines):
    db.session.execute(db.text("update offer set expires_at = made_at"))
    assert flask("expire-offers").exit_code == 0
    db.session.refresh(offer_to_ines)
    assert offer_to_ines.outcome == "expired"


def test_free_time_is_told_to_scripts(flask, mara):
    day = world.in_days(3).date()
    told = flask("slots", "mara-lindt", "--from", f"{day}", "--days", "1", "--json")
    assert told.exit_code == 0, told.output
    free = json.loads(told.output)
    assert (free["zone"], free["location"]["name"], free["session_type"]["minutes"]) == ("Europe/London", "Room 1", 50)
    assert free["slots"][0] == world.in_days(3, "08:00").astimezone(mara.tz).isoformat()
    assert len(free["slots"]) == 23
    plain = flask("slots", "mara-lindt", "--from", f"{day}", "--days", "1")
    assert plain.output.split() == free["slots"]


def test_free_time_of_what_is_not_there_is_refused_with_what_is(flask, mara):
    assert "No listed therapist" in flask("slots", "nobody").output
    refused = flask("slots", "mara-lindt", "--location", "999")
    assert refused.exit_code == 1
    assert f"there is: {mara.locations[0].id}, " in refused.output


def test_one_round_of_the_timetable_does_everything(flask, offer_to_ines, mails):
    db.session.execute(db.text("update offer set expires_at = made_at"))
    done = flask("timetable", "--once")
    assert done.exit_code == 0, done.output
    db.session.refresh(offer_to_ines)
    assert offer_to_ines.outcome == "expired"
    assert mails.sent, "what expires is announced in the same round"
