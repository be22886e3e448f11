"""Threads of this process that do a kind of work beside everything else: what is slow there holds nothing else up."""

import logging
import os
import threading
from collections.abc import Callable

from flask import Flask, current_app

log = logging.getLogger(__name__)


class Beside:
    """Runs `work` in an application context while it is asked for, in at most so many threads at once.

    `work` does all that there is to do. Where it finds something, it may ask for `more` hands with `start`.
    """

    def __init__(self, name: str, work: Callable[[], object], threads: int = 1) -> None:
        self._name, self._work, self._most = name, work, threads
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._pid = 0
        self._again = False

    def start(self) -> None:
        """Have the work done in another thread, or once more in a thread that is doing it. Returns at once."""
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        with self._lock:
            self._again = True
            if self._pid != os.getpid():  # threads do not survive a fork
                self._pid = os.getpid()
                self._threads = set()
            if len(self._threads) < self._most:
                thread = threading.Thread(target=self._serve, args=(app,), name=self._name, daemon=True)
                self._threads.add(thread)
                thread.start()

    def wait(self) -> None:
        """Wait until all work that was asked for is done."""
        while thread := self._one_at_it():
            thread.join()

    def _one_at_it(self) -> threading.Thread | None:
        with self._lock:
            return next(iter(self._threads), None) if self._pid == os.getpid() else None

    def _serve(self, app: Flask) -> None:
        while self._is_asked():
            try:
                with app.app_context():
                    self._work()
            except Exception:
                log.exception("%s failed and are done in the next round", self._name)

    def _is_asked(self) -> bool:
        with self._lock:
            asked, self._again = self._again, False
            if not asked:
                self._threads.discard(threading.current_thread())
            return asked
