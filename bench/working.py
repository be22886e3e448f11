"""Work of a worker, measured in a process and on a core of its own; the load and PostgreSQL take the other."""

import multiprocessing
import os
from collections.abc import Callable

from app import create_app
from bench.practices import Practice, on_postgresql, on_sqlite
from bench.servers import SERVED
from bench.sink import sink

Work = Callable[[str], None]


def on_both_engines(name: str, work: Work) -> None:
    """Do it in a fresh practice on SQLite and on PostgreSQL; the work is told on which."""
    with on_sqlite() as practice:
        _measure(practice, work, "sqlite")
    with on_postgresql() as make:
        _measure(make(name), work, "postgresql")


def _measure(practice: Practice, work: Work, engine: str) -> None:
    with sink() as port:
        settings = practice.environ | {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(port)}
        worker = multiprocessing.get_context("fork").Process(target=_as_worker, args=(settings, work, engine))
        worker.start()
        worker.join()
        if worker.exitcode:
            raise RuntimeError(f"{work.__module__} failed on {engine}")


def _as_worker(settings: dict[str, str], work: Work, engine: str) -> None:
    os.sched_setaffinity(0, {int(SERVED)})
    app = create_app(settings)
    with app.app_context():
        work(engine)
