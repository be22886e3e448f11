"""HOLDFAST_HOME: the one folder that holds the practice's data and secrets on this machine."""

import fcntl
import hashlib
import json
import os
import secrets
import stat
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

LONGEST_SOCKET_PATH = 100  # bytes; Linux takes 107
OWNER_ONLY = 0o077  # as umask: what others may not do
# What an earlier start left in the folder; a mail lies in a folder that is closed itself.
OURS = (
    *("secret-key", "vapid-key", "demo-password", "running.json", "lock", "holdfast.sqlite3*"),
    *("mailbox", "templates", "redis", "redis/**/*"),
)


class NotPrivate(Exception):
    """Others on this machine can read the practice's data; the text says which and what to do."""


class Home:
    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).resolve()

    def prepare(self) -> None:
        """Make the folder and what belongs into it. Raises NotPrivate when others could read it."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.close_to_others()
        self.mailbox.mkdir(exist_ok=True, mode=0o700)
        self.templates.mkdir(exist_ok=True, mode=0o700)
        (self.path / "redis").mkdir(exist_ok=True, mode=0o700)

    def close_to_others(self) -> None:
        """Take from everybody but the owner what an earlier start or a person left open; nothing where no folder is."""
        if not self.path.is_dir():
            return
        if self.path.stat().st_mode & stat.S_ISVTX:
            raise NotPrivate(f"HOLDFAST_HOME is {self.path}, which others use too: give Holdfast a folder of its own.")
        close_to_others(self.path)
        for path in (path for pattern in OURS for path in self.path.glob(pattern)):
            close_to_others(path)

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
        """Return what `make run` chose in this folder: its secret, the local Redis and the local mailbox."""
        file = self.path / "running.json"
        settings: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        return settings


def write_private(file: Path, text: str) -> None:
    """Write a file all or not at all, readable by its owner only."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text)
    fresh.replace(file)


def close_to_others(path: Path) -> None:
    """Let only its owner read and write a file or folder. Raises NotPrivate where that is not ours to decide."""
    try:
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and mode & OWNER_ONLY:
            path.chmod(stat.S_IMODE(mode) & ~OWNER_ONLY)
    except FileNotFoundError:
        pass  # a mail or a write-ahead log that has just been removed
    except PermissionError:
        raise NotPrivate(
            f"Others on this machine can read {path}, and it belongs to another user than the one who starts Holdfast."
            f" As its owner, run: chmod -R go-rwx '{path}'"
        ) from None
