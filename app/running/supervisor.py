"""Starts every part in a process of its own, starts again what dies, and ends them all together."""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NoReturn

from app.running.ties import end_for_certain, end_with

log = logging.getLogger(__name__)

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HEARD = {*STOPS, signal.SIGCHLD}
GRACE_SECONDS = 5.0  # to end by itself; then it is ended
LONGEST_PAUSE = 10.0
PATIENCE = 5.0  # seconds that a part waits for another one


@dataclass
class Child:
    """One part: its process now, and when to start it again if it has none."""

    name: str
    run: Callable[[], None]
    needs: Callable[[], bool] | None = None  # whether another part is there that this one asks
    pid: int | None = None
    started: float = 0.0
    start_at: float = 0.0
    deaths: int = field(default=0, repr=False)

    def is_due(self, now: float) -> bool:
        """Return whether to start it: it does without what it needs when that does not come."""
        if self.pid is not None or self.start_at > now:
            return False
        return self.needs is None or self.needs() or now > self.start_at + PATIENCE

    def start(self) -> None:
        parent = os.getpid()
        self.started = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            _become(self, parent)
        with suppress(ProcessLookupError, PermissionError):
            os.setpgid(self.pid, self.pid)

    def died(self) -> None:
        """Clear away what it left (a web part killed alone leaves its workers) and plan the next start."""
        self.ask_all(signal.SIGKILL)
        lived = time.monotonic() - self.started
        self.deaths = 0 if lived > LONGEST_PAUSE else self.deaths + 1
        pause = min(0.2 * 2**self.deaths, LONGEST_PAUSE) if self.deaths > 1 else 0.0
        self.pid, self.start_at = None, time.monotonic() + pause

    def ask(self, which: signal.Signals) -> None:
        if self.pid:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, which)

    def ask_all(self, which: signal.Signals) -> None:
        if self.pid:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, which)


class Supervisor:
    def __init__(self, children: Iterable[Child]) -> None:
        self._children = list(children)

    def run(self, idle: Callable[[], bool]) -> None:
        """Watch until asked to stop. `idle` is called between events until it says that it is done."""
        signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        for child in self._children:
            child.start_at = time.monotonic()
        busy = True
        try:
            while True:
                self._start_due()
                busy = busy and not idle()
                heard = signal.sigtimedwait(HEARD, self._pause(busy))
                if heard and heard.si_signo in STOPS:
                    return
                self._reap()
        finally:
            self.stop()

    def stop(self) -> None:
        """End every process: first by asking, those that need others before these, and after the grace by force.

        Each is asked once: for a worker the second time means to drop what it does.
        """
        ends = time.monotonic() + GRACE_SECONDS
        self._ask([child for child in self._children if child.needs], ends - GRACE_SECONDS / 4)
        self._ask([child for child in self._children if not child.needs], ends)
        self._wait(self._children, ends)
        for child in self._children:
            child.ask_all(signal.SIGKILL)
        while any(child.pid for child in self._children):
            signal.sigtimedwait({signal.SIGCHLD}, 0.1)
            self._reap(restart=False)

    def _ask(self, children: list[Child], ends: float) -> None:
        """Ask these to end, and wait for it until then."""
        for child in children:
            child.ask(signal.SIGTERM)
        self._wait(children, ends)

    def _wait(self, children: list[Child], ends: float) -> None:
        while any(child.pid for child in children) and time.monotonic() < ends:
            signal.sigtimedwait({signal.SIGCHLD}, 0.1)
            self._reap(restart=False)

    def _start_due(self) -> None:
        for child in self._children:
            if child.is_due(time.monotonic()):
                child.start()

    def _pause(self, busy: bool) -> float:
        """Seconds until something is due."""
        due = [child.start_at - time.monotonic() for child in self._children if child.pid is None]
        return max(0.02, min([*due, 0.05 if busy else 3600.0]))

    def _reap(self, restart: bool = True) -> None:
        for child in self._children:
            if child.pid is None:
                continue
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                if restart:
                    log.warning("%s ended (%s) and is started again", child.name, _reason(status))
                child.died()


def _become(child: Child, parent: int) -> NoReturn:
    """In the new process: on its own feet, but ending with the supervisor."""
    code = 1
    try:
        os.setpgid(0, 0)  # Ctrl-C reaches the supervisor alone, which then ends its children in order
        for which in HEARD:
            signal.signal(which, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
        end_with(parent)
        end_for_certain(parent, GRACE_SECONDS)
        child.run()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        logging.getLogger(child.name).exception("%s failed", child.name)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _reason(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"signal {-code}" if code < 0 else f"exit code {code}"
