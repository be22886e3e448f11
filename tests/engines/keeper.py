"""A process beside the tests that makes what they ask for: a migrated SQLite file, a PostgreSQL cluster.

`python -m tests.engines.keeper FOLDER`: an engine is asked for by a file `<engine>.wanted` and answered by
`<engine>.ready` (its address) or `<engine>.failed` (why). Ends with the tests and takes everything with it.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.running.ties import end_with

ROOT = Path(__file__).parents[2]
DEBIANS = "/usr/lib/postgresql"


def main(folder: Path, parent: int) -> None:
    end_with(parent)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests; we go when they are gone
    try:
        while True:
            for engine, make in ENGINES.items():
                if (folder / f"{engine}.wanted").exists() and not _answered(folder, engine):
                    _answer(folder, engine, make)
            time.sleep(0.02)
    finally:
        stop_servers()
        shutil.rmtree(folder, ignore_errors=True)


def _answered(folder: Path, engine: str) -> bool:
    return any((folder / f"{engine}.{answer}").exists() for answer in ("ready", "failed"))


def _answer(folder: Path, engine: str, make: Callable[[Path], str]) -> None:
    try:
        kind, text = "ready", make(folder)
    except subprocess.CalledProcessError as error:
        kind, text = "failed", f"{error}\n{error.stdout}\n{error.stderr}"
    except Exception as error:
        kind, text = "failed", repr(error)
    fresh = folder / f".{engine}"
    fresh.write_text(text)
    fresh.rename(folder / f"{engine}.{kind}")


def sqlite(folder: Path) -> str:
    template = folder / "template.sqlite3"
    _migrate(f"sqlite:///{template}", folder)
    return str(template)


_servers: list[subprocess.Popen[bytes]] = []


def postgresql(folder: Path) -> str:
    """Start a cluster of our own, reachable through a socket only, that may lose everything in a crash."""
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name  # it refuses to run as root
    data = folder / "postgresql"
    data.mkdir(mode=0o700)
    options: dict[str, object] = {"cwd": data}
    if os.geteuid() == 0:
        owner = pwd.getpwnam(user)
        os.chown(data, owner.pw_uid, owner.pw_gid)
        options |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    _run([_program("initdb"), "-D", data / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"], options)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(data),
        "max_connections": "300",
        "shared_buffers": "128MB",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "autovacuum": "off",
    }
    arguments = [text for name, value in settings.items() for text in ("-c", f"{name}={value}")]
    parent = os.getpid()
    server = subprocess.Popen(
        [_program("postgres"), "-D", str(data / "data"), *arguments],
        stdout=subprocess.DEVNULL,
        stderr=open(data / "log", "wb"),  # noqa: SIM115
        preexec_fn=lambda: end_with(parent, by=signal.SIGQUIT),
        **options,  # type: ignore[call-overload]
    )
    _servers.append(server)
    address = f"postgresql://postgres@/{{}}?host={data}"
    _until_ready(server, data)
    template = "holdfast_template"
    _run([_program("createdb"), "-h", data, "-U", "postgres", template], {})
    _migrate(address.format(template), folder)
    return address


def stop_servers() -> None:
    while _servers:
        server = _servers.pop()
        server.send_signal(signal.SIGQUIT)
        server.wait(10)


def _until_ready(server: subprocess.Popen[bytes], data: Path) -> None:
    ends = time.monotonic() + 30
    while time.monotonic() < ends and server.poll() is None:
        ready = subprocess.run([_program("pg_isready"), "-q", "-h", str(data)], check=False)
        if ready.returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start: {(data / 'log').read_text()}")


def _program(name: str) -> str:
    """Debian keeps the server's programs out of the PATH; the newest version comes last."""
    found = sorted(Path(DEBIANS).glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    path = str(found[-1]) if found else shutil.which(name)
    if not path:
        raise RuntimeError(f"PostgreSQL's {name} is missing: install Debian's postgresql.")
    return path


def _migrate(url: str, folder: Path) -> None:
    environ = os.environ | {"HOLDFAST_CONFIG": "testing", "HOLDFAST_HOME": str(folder / "home"), "DATABASE_URL": url}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    _run(command, {"cwd": ROOT, "env": environ})


def _run(command: list[object], options: dict[str, object]) -> None:
    arguments = [str(part) for part in command]
    subprocess.run(arguments, check=True, capture_output=True, text=True, **options)  # type: ignore[call-overload]


ENGINES: dict[str, Callable[[Path], str]] = {"sqlite": sqlite, "postgresql": postgresql}

if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
