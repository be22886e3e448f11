"""A process with the program already loaded, from which parts are forked in a blink.

Reads a line of JSON ({"part", "environ", "log"}) from its input, forks, and writes the new process's id.
"""

import json
import os
import signal
import sys
from contextlib import suppress

from app.running import parts
from app.running.ties import end_with


def main() -> None:
    end_with(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them: a test asks whether a pid is alive
    import flask_migrate  # noqa: F401
    import granian.server  # noqa: F401

    import app.demo
    import app.jobs.sweeps
    import app.models  # noqa: F401

    for line in sys.stdin:
        wanted = json.loads(line)
        me = os.getpid()
        pid = os.fork()
        if pid == 0:
            _become(wanted, me)
        with suppress(ProcessLookupError, PermissionError):
            os.setpgid(pid, pid)  # here too: a test may end the group before its first process has run
        print(pid, flush=True)


def _become(wanted: dict[str, object], parent: int) -> None:
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        end_with(parent)
        log = os.open(str(wanted["log"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.environ.update(wanted["environ"])  # type: ignore[call-overload]
        import logging

        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
        from wsgi import app

        parts.run(str(wanted["part"]), app)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
