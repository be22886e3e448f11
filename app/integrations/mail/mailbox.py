"""The local mailbox: a mail server that keeps every mail as a file, so that nothing leaves the machine."""

import asyncio
import logging
import os
import secrets
import signal
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from app import clock

log = logging.getLogger(__name__)


def serve(folder: Path, address: str, port: int) -> None:
    """Take mails until asked to stop."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    asyncio.run(_serve(folder, address, port))


async def _serve(folder: Path, address: str, port: int) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for asked in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(asked, stopping.set)
    keeper = Keeper(folder)
    server = await loop.create_server(lambda: SMTP(keeper, enable_SMTPUTF8=True), address, port)
    async with server:
        await stopping.wait()


class Keeper:
    """Writes each mail taken into a file of its own, named by the time it came."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: Any, _session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        keep(self._folder, content)
        return "250 Kept in the local mailbox"


def keep(folder: Path, content: bytes) -> Path:
    """Complete or not at all: whoever reads the folder never sees half a mail."""
    name = f"{clock.now():%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}.eml"
    fresh = folder / f".{name}"
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    kept = folder / name
    fresh.rename(kept)
    return kept
