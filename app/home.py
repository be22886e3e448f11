"""HOLDFAST_HOME: the one folder that holds the practice's data and secrets on this machine."""

import fcntl
import hashlib
import json
import os
import secrets
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

LONGEST_SOCKET_PATH = 100  # bytes; Linux takes 107


class Home:
    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).resolve()

    def prepare(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.mailbox.mkdir(exist_ok=True, mode=0o700)
        self.templates.mkdir(exist_ok=True, mode=0o700)
        (self.path / "redis").mkdir(exist_ok=True, mode=0o700)

    @property
    def mailbox(self) -> Path:
        return self.path / "mailbox"

    @property
    def templates(self) -> Path:
        """Compiled templates: without them the first visitor of each page after a start waits for its compilation."""
        return self.path / "templates"

    @property
    def redis_socket(self) -> Path:
        beside_its_data = self.path / "redis" / "redis.sock"
        if len(os.fsencode(beside_its_data)) <= LONGEST_SOCKET_PATH:
            return beside_its_data
        # A deep folder: a short name for it, in a folder that only this user may enter.
        name = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"holdfast-{os.getuid()}-{name}" / "redis.sock"

    @property
    def redis_url(self) -> str:
        return f"unix://{quote(str(self.redis_socket))}"

    @property
    def demo_password(self) -> str | None:
        file = self.path / "demo-password"
        return file.read_text().strip() if file.exists() else None

    def secret_key(self) -> str:
        """Made once and kept: signs cookies and personal links, so losing it ends every link sent."""
        file = self.path / "secret-key"
        if not file.exists():
            write_private(file, secrets.token_hex(32))
        return file.read_text().strip()

    def vapid_key(self) -> str:
        """Made once and kept: browsers that are told know this key, so losing it ends what they subscribed to."""
        file = self.path / "vapid-key"
        if not file.exists():
            from app.integrations.push.keys import new_private_key

            write_private(file, new_private_key())
        return file.read_text().strip()

    def lock(self, patience: float = 8.0) -> bool:
        """Keep this folder for this process and its forks until all end; False while others have it.

        Patient, because what a killed program leaves behind takes a moment to end.
        """
        self._lock = open(self.path / "lock", "w")  # noqa: SIM115 - held until the process ends
        ends = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() > ends:
                    return False
                time.sleep(0.05)

    def remember(self, settings: Mapping[str, str]) -> None:
        """Note where the running parts are, for commands given in another window."""
        write_private(self.path / "running.json", json.dumps(settings, indent=2))

    def remembered(self) -> dict[str, str]:
        """What `make run` chose in this folder: its secret, the local Redis and the local mailbox."""
        file = self.path / "running.json"
        settings: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        return settings


def write_private(file: Path, text: str) -> None:
    """All or nothing, and readable by its owner only."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text)
    fresh.replace(file)
