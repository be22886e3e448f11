"""Mails in the local mailbox, read for the page that shows them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.parser import BytesHeaderParser
from email.policy import default
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path

NAME = re.compile(r"\d{8}T\d{6}\.\d{6}-[0-9a-f]{8}\.eml")


@dataclass(frozen=True)
class Letter:
    """One mail as it was handed in."""

    name: str
    content: bytes

    @cached_property
    def parsed(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=default)

    @cached_property
    def headers(self) -> EmailMessage:
        # A list of many letters needs no more, and reading their bodies too would take seconds.
        return BytesHeaderParser(policy=default).parsebytes(self.content)

    @property
    def to(self) -> str:
        return str(self.headers["To"] or "")

    @property
    def sender(self) -> str:
        return str(self.headers["From"] or "")

    @property
    def subject(self) -> str:
        return str(self.headers["Subject"] or "")

    @property
    def sent_at(self) -> datetime | None:
        try:
            return parsedate_to_datetime(str(self.headers["Date"])).astimezone(UTC)
        except ValueError:
            return None

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def attachments(self) -> list[tuple[str, str]]:
        """Name and text of each attachment."""
        parts = (part for part in self.parsed.walk() if part.get_content_disposition() == "attachment")
        return [(part.get_filename() or part.get_content_type(), _text_of(part)) for part in parts]

    def _body(self, kind: str) -> str:
        part = self.parsed.get_body((kind,))
        return _text_of(part) if part else ""


def newest_first(folder: Path, at_most: int = 200) -> list[Letter]:
    names = sorted((file.name for file in folder.glob("*.eml") if NAME.fullmatch(file.name)), reverse=True)
    return [letter for name in names[:at_most] if (letter := find(folder, name))]


def find(folder: Path, name: str) -> Letter | None:
    if not NAME.fullmatch(name):  # also keeps paths out
        return None
    try:
        return Letter(name, (folder / name).read_bytes())
    except FileNotFoundError:
        return None


def _text_of(part: MIMEPart) -> str:
    content = part.get_content()
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)
