"""`python -m tests.google PORT`: until it is ended, or with --with-parent until the one who started it hangs up."""

import signal
import sys

from tests.google.service import Google

if __name__ == "__main__":
    with Google(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as google:
        print(google.url, flush=True)
        if "--with-parent" in sys.argv:
            sys.stdin.read()
        else:
            signal.sigwait({signal.SIGTERM, signal.SIGINT})
