"""Mail: what the practice needs of a mail server."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from flask import Flask
from flask_mail import Mail as FlaskMail
from flask_mail import Message as Mail


class MailGateway(Protocol):
    def send(self, mail: Mail) -> None:
        """Hand one mail to the server. Raises GatewayError; returns only when the server took it."""


def init_app(app: Flask) -> None:
    FlaskMail().init_app(app)


def open_gateway(config: Mapping[str, Any]) -> AbstractContextManager[MailGateway]:
    """The gateway for one round of deliveries; it may keep a connection until the round ends."""
    from app.integrations.mail.recorded import RecordedMail
    from app.integrations.mail.smtp import SMTPGateway

    recorded = config.get("RECORDED_MAIL")
    return recorded if isinstance(recorded, RecordedMail) else SMTPGateway(config)
