"""A mail server that can be told to misbehave, in a thread of its own."""

import asyncio
import email
import threading
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.ports import free_port

TAKE = "250 OK"
Answer = Callable[[Envelope], str]


class MailServer:
    """`at_recipient`, `at_data` decide what it answers; `hangs` and `drops` are the ways it can fail."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self.received: list[email.message.Message] = []
        self.at_recipient: Callable[[str], str] = lambda _address: TAKE
        self.at_data: Callable[[email.message.Message], str] = lambda _mail: TAKE
        self.hangs_at = ""  # "EHLO", "MAIL" or "DATA"
        self.drops_after_taking: set[str] = set()  # message ids: taken, but the client never hears it
        self.drops_between_mails = False
        self.connections = 0
        self._gave_mail: list[Session] = []
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "MailServer":
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(5)
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        assert self._thread
        self._thread.join(5)

    def ids(self) -> list[str]:
        return [mail["Message-ID"] for mail in self.received]

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        serving = self._loop.create_server(self._connect, "127.0.0.1", self.port)
        server = self._loop.run_until_complete(serving)
        started.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _connect(self) -> SMTP:
        self.connections += 1
        return SMTP(self, enable_SMTPUTF8=True)

    async def handle_EHLO(
        self, _server: Any, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        await self._hang("EHLO")
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        await self._hang("MAIL")
        if self.drops_between_mails and session in self._gave_mail:
            server.transport.abort()
        envelope.mail_from = address
        return TAKE

    async def handle_RCPT(
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.at_recipient(address)
        if answer == TAKE:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await self._hang("DATA")
        mail = email.message_from_bytes(envelope.original_content or b"")
        answer = self.at_data(mail)
        if answer == TAKE:
            self.received.append(mail)
            self._gave_mail.append(session)
        if mail["Message-ID"] in self.drops_after_taking:
            self.drops_after_taking.remove(mail["Message-ID"])
            server.transport.abort()
        return answer

    async def _hang(self, at: str) -> None:
        if self.hangs_at == at:
            await asyncio.sleep(3600)
