"""`python -m app.running`: a practice on this machine, until Ctrl-C."""

import argparse
import logging
import os
import signal
import socket
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from setproctitle import setproctitle

from app.config import BadSetting
from app.home import OWNER_ONLY, Home, NotPrivate
from app.running.supervisor import Child, Supervisor
from app.running.ties import end_with

if TYPE_CHECKING:
    from flask import Flask

SIGN_INS = (
    ("therapist", "mara@example.com"),
    ("therapist", "otto@example.com"),
    ("operator", "operator@example.com"),
)


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m app.running", description=__doc__)
    arguments.add_argument("--with-parent", action="store_true", help="end when the process that started this ends")
    if arguments.parse_args().with_parent:
        end_with(os.getppid())
    for stop in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, signal.default_int_handler)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s", datefmt="%H:%M:%S")
    try:
        run()
    except (BadSetting, NotPrivate) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def run() -> None:
    address, port = os.environ.get("LISTEN") or "127.0.0.1", _port()
    os.umask(OWNER_ONLY)
    home = Home(os.environ.get("HOLDFAST_HOME") or "instance")
    home.prepare()
    if not home.lock():
        sys.exit(f"Another Holdfast already runs in {home.path}. Stop it, or choose another HOLDFAST_HOME.")
    _refuse_taken(address, port)
    parts = _choose(home, port)

    from app.running.web import warm
    from wsgi import app  # once, here: every part is a fork of what is loaded now

    _first(app, home)
    warm(app)
    print("Starting ...", flush=True)
    setproctitle("holdfast")
    Supervisor(parts_of(app, parts, home)).run(idle=partial(_announce, app, home, address, port))


def parts_of(app: "Flask", names: list[str], home: Home) -> list[Child]:
    """The parts, in the order of their start: whoever needs our own Redis waits until it listens."""
    from app.running.parts import run

    uses_redis = {"web", "worker", "timetable"} if "redis" in names else set()
    listens = partial(_listens, home)
    return [Child(name, partial(run, name, app), listens if name in uses_redis else None) for name in names]


def _listens(home: Home) -> bool:
    """Return whether our own Redis takes connections."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(home.redis_socket)) == 0


def _port() -> int:
    text = os.environ["PORT"] = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        sys.exit(f"PORT is {text!r}: it must be a number from 1 to 65535.")
    return int(text)


def _refuse_taken(address: str, port: int) -> None:
    """Granian shares a port silently with whoever listens there already."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            sys.exit(f"Port {port} on {address} cannot be used ({error.strerror}). Choose another PORT.")


def _choose(home: Home, port: int) -> list[str]:
    """Which parts are needed, and where they are; settings that the environment gives stay as they are."""
    os.environ["HOLDFAST_HOME"] = str(home.path)
    chosen = {"PUBLIC_URL": f"http://127.0.0.1:{port}"}
    parts = ["web", "worker", "timetable"]
    if os.environ.get("HOLDFAST_CONFIG") != "production":
        chosen["SECRET_KEY"] = home.secret_key()
        chosen["VAPID_PRIVATE_KEY"] = home.vapid_key()
        if not os.environ.get("MAIL_SERVER"):
            parts.insert(0, "mailbox")
            chosen |= {
                "MAIL_SERVER": "127.0.0.1",
                "MAIL_PORT": str(_free_port()),
                "MAILBOX_DIR": str(home.mailbox),
            }
    if not os.environ.get("REDIS_URL"):
        parts.insert(0, "redis")
        chosen["REDIS_URL"] = home.redis_url
    for name, value in chosen.items():
        if not os.environ.get(name):
            os.environ[name] = value
    if os.environ.get("HOLDFAST_CONFIG") != "production":
        home.remember({name: os.environ[name] for name in chosen})
    return parts


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _first(app: "Flask", home: Home) -> None:
    """Migrate and fill the demo practice, in a process of its own: forks must not share a connection."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            end_with(os.getppid())
            _prepare(app, home)
            code = 0
        except KeyboardInterrupt:
            pass
        except BaseException:
            logging.getLogger("start").exception("the database could not be prepared")
        finally:
            sys.stdout.flush()
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if status:
        sys.exit("Holdfast could not prepare its database; the reason is printed above.")


def _prepare(app: "Flask", home: Home) -> None:
    from flask_migrate import upgrade

    app.extensions["doorbell"] = None  # Redis is not started yet; the first sweep finds what is written here
    with app.app_context():
        upgrade()
        if app.config["HOLDFAST_CONFIG"] == "development" and home.demo_password is None:
            from app import demo

            print("Filling the demo practice ...", flush=True)
            demo.fill()


def _announce(app: "Flask", home: Home, address: str, port: int) -> bool:
    """Print the addresses once the web part answers; False while it does not."""
    try:
        socket.create_connection((address, port), timeout=0.2).close()
    except OSError:
        return False
    url = app.config["PUBLIC_URL"]
    lines = ["", f"Holdfast is open: {url}", f"  sign in   {url}/sign-in"]
    if app.config["MAILBOX_DIR"]:
        lines.append(f"  mailbox   {url}/mailbox")
    if home.demo_password:
        lines += [f"  {role:<9} {email}" for role, email in SIGN_INS]
        lines.append(f"password: {home.demo_password}")
    print("\n".join([*lines, f"Data: {Path(home.path)}. Ctrl-C stops it.", ""]), flush=True)
    return True


if __name__ == "__main__":
    main()
