"""Processes tied together: when the one that started another is gone, the other ends too."""

import ctypes
import os
import signal
import threading
import time

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def end_with(parent: int, by: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel send this process a signal when its parent ends, however it ends (also by kill -9)."""
    _libc.prctl(PR_SET_PDEATHSIG, int(by), 0, 0, 0)
    if os.getppid() != parent:  # it ended before we could say so
        os.kill(os.getpid(), by)


def end_for_certain(parent: int, grace: float) -> None:
    """Kill this process and its group `grace` seconds after the parent is gone, if it has not ended by itself.

    A supervisor that was killed can no longer do it, and a part that waits for another part (a worker for a
    Redis that ended with it) may not hear that it was asked.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        time.sleep(grace)
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=watch, name="ties", daemon=True).start()
