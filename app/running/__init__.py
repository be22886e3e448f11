"""`make run`: every process of a practice on one machine, started, watched and ended together."""

import os

# setproctitle writes a process's name over its environment otherwise, and is loaded by Granian.
os.environ.setdefault("SPT_NOENV", "1")
