"""Processes tied together: when the one that started another is gone, the other ends too."""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def end_with(parent: int, by: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel send this process a signal when its parent ends, however it ends (also by kill -9)."""
    _libc.prctl(PR_SET_PDEATHSIG, int(by), 0, 0, 0)
    if os.getppid() != parent:  # it ended before we could say so
        os.kill(os.getpid(), by)
