"""The real gateway and the recorded one keep the same promises."""

import pytest
from flask_mail import Message as Mail

from app.database import db
from app.integrations.errors import GatewayError
from app.integrations.mail import open_gateway
from app.integrations.mail.recorded import RecordedMail
from app.jobs.deliver import deliver_waiting
from tests.delivery.server import MailServer


@pytest.fixture(params=["smtp", "recorded"])
def taken(request, smtp):
    """The subjects of the mails that arrived, by the gateway that the settings choose."""
    if request.param == "recorded":
        recorded = smtp.config["RECORDED_MAIL"] = RecordedMail()
        yield lambda: [mail.subject for mail in recorded.sent]
    else:
        with MailServer(smtp.config["MAIL_PORT"]) as server:
            yield lambda: [mail["Subject"] for mail in server.received]


def mail(subject: str) -> Mail:
    return Mail(subject, recipients=["ines@example.net"], body="Hello", sender="bookings@holdfast.example")


def test_a_mail_that_was_sent_has_arrived(app, taken):
    with open_gateway(app.config) as gateway:
        gateway.send(mail("One"))
        assert taken() == ["One"]
        gateway.send(mail("Two"))
    assert taken() == ["One", "Two"]


def test_a_mail_that_was_not_sent_is_told(smtp):
    with open_gateway(smtp.config) as gateway, pytest.raises(GatewayError) as told:
        gateway.send(mail("One"))
    assert told.value.retry
    assert told.value.away


def test_without_a_server_it_says_what_to_set(smtp):
    smtp.config["MAIL_SERVER"] = ""
    with open_gateway(smtp.config) as gateway, pytest.raises(GatewayError, match="MAIL_SERVER"):
        gateway.send(mail("One"))


def test_no_transaction_is_open_while_the_network_takes_its_time(app, waiting):
    class Watching(RecordedMail):
        open_transactions = 0

        def send(self, mail: Mail) -> None:
            self.open_transactions += db.session().in_transaction()
            super().send(mail)

    watching = app.config["RECORDED_MAIL"] = Watching()
    waiting(2, 1)
    deliver_waiting()
    assert len(watching.sent) == 3
    assert watching.open_transactions == 0
