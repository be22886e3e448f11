"""Work out a calendar that is large, or takes long, in a process of its own: nothing that it holds makes others wait.

A file of some megabytes takes seconds, and computing lets other threads have few turns meanwhile. A process can be
ended from outside, takes its memory along, and gives way to whatever else there is to do.
"""

import logging
import os
import pickle
import resource
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from zoneinfo import ZoneInfo

import app
from app.calendars.ics import bounds as ics_bounds
from app.calendars.ics.busy import Busy, IsOwn, busy, nobodys
from app.calendars.ics.parsing import NotACalendar
from app.scheduling.spans import Span

log = logging.getLogger(__name__)

LARGE = 200_000  # bytes; below that, starting a process takes longer than nearly any file
CPU_SECONDS = 25  # more than working it out may take by itself (ics_bounds.SECONDS), and starting
SECONDS = 60.0  # however busy the machine is; with fetching it, less than a worker has it for
MOST_MEMORY = 1_500_000_000  # bytes
ROOT = Path(app.__path__[0]).parent  # where `python -m app...` finds this module, wherever it is moved


def worked_out(
    data: bytes,
    window: Span,
    zone: ZoneInfo,
    mine: Collection[str],
    is_own: IsOwn = nobodys,
    seconds: float | None = None,
) -> Busy:
    """Do the work of `busy` in a process of its own; raises the same. `seconds`: how long somebody waits for it."""
    if len(data) < LARGE:
        try:
            return busy(data, window, zone, mine, is_own, ics_bounds.HARMLESS_SECONDS)
        except ics_bounds.TooLong:  # no harmless one
            pass
    ics_bounds.check_size(data)
    asked = pickle.dumps((data, window, zone, list(mine), is_own))
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__],
            input=asked,
            capture_output=True,
            timeout=seconds or SECONDS,
            cwd=ROOT,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise ics_bounds.TooLong from None
    except subprocess.CalledProcessError as ended:
        # By a limit, mostly; what a calendar says is not in it, for nothing of ours prints that.
        log.warning("a calendar was not worked out: %s %s", ended.returncode, ended.stderr[-300:])
        raise ics_bounds.TooLong from None
    found = pickle.loads(done.stdout)
    if isinstance(found, Exception):
        raise found
    return found


def main() -> None:
    """Run in a process of its own: turn the file into its busy times, or into the reason why there are none."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    asked = pickle.loads(sys.stdin.buffer.read())
    try:
        found: Busy | Exception = busy(*asked)
    except (NotACalendar, ics_bounds.TooMuch) as refused:
        found = refused
    sys.stdout.buffer.write(pickle.dumps(found))


if __name__ == "__main__":
    main()
