"""Browsers that are told, while two people, or two of one person's windows, are at it at once."""

import threading

import pytest
from sqlalchemy import select

from app.database import db
from app.jobs.pushes import deliver_pushes
from app.messages.message import Message
from app.practice.push_subscription import PushSubscription
from app.practice.user import SignIn
from tests import world


@pytest.fixture
def at_once(app):
    """Run these at the same moment, each in a transaction of its own; what went wrong."""

    def run(*verbs) -> list[Exception]:
        db.session.commit()
        ready, wrong = threading.Barrier(len(verbs)), []

        def one(verb) -> None:
            with app.app_context():
                ready.wait(20)
                try:
                    verb()
                    db.session.commit()
                except Exception as error:
                    wrong.append(error)

        threads = [threading.Thread(target=one, args=(verb,)) for verb in verbs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(40)
        return wrong

    return run


def test_one_browser_turned_on_by_two_people_at_once_is_one_persons(app, mara, otto, service, at_once):
    phone = service.device()
    for therapist in (mara, otto):
        SignIn.start(therapist.user)
    tokens = [therapist.user.sign_in_token for therapist in (mara, otto)] * 3

    def turn_on(token):
        return lambda: PushSubscription.make(SignIn.of(token), **phone.subscription)

    assert at_once(*(turn_on(token) for token in tokens)) == []
    assert len(db.session.scalars(select(PushSubscription)).all()) == 1


def test_signing_out_while_a_client_books_breaks_neither(app, mara, service, told, at_once):
    people = [world.INES, world.JONAS, world.ADA]
    therapist = mara.id
    for days, person in enumerate(people, start=3):
        devices = [told(mara, service) for _ in range(3)]

        def books(person=person, days=days) -> None:
            person.asks(db.session.get(world.Therapist, therapist), world.in_days(days))

        def signs_out(token) -> None:
            SignIn.end(token)

        verbs = [lambda token=device.token: signs_out(token) for device in devices]
        assert at_once(books, *verbs) == []
        deliver_pushes()
    assert db.session.scalars(select(PushSubscription)).all() == []
    assert not {"waiting", "sending"} & set(db.session.scalars(select(Message.status).filter_by(channel="push")))
