"""Several workers that do the same at the same moment."""

import threading
from collections.abc import Callable

from flask import Flask

WORKERS = 4


def four_at_once(app: Flask, act: Callable[[], object]) -> None:
    """Each in a thread and an application context of its own; returns when all have ended."""

    def work() -> None:
        with app.app_context():
            act()

    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
