"""Mails kept in a list, for tests that are not about the way they travel."""

from flask_mail import Message as Mail

from app.integrations.errors import GatewayError


class RecordedMail:
    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.failing: GatewayError | None = None

    def __enter__(self) -> "RecordedMail":
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def send(self, mail: Mail) -> None:
        if self.failing:
            raise self.failing
        self.sent.append(mail)
