"""`make dev`: a practice on this machine that follows each change of its source.

A change of Python, a template or a catalogue starts the practice again; a change of a stylesheet, a script or an icon
builds the front end anew before that. The data stays, as with `make run`.
"""

import signal
import subprocess
import sys
from pathlib import Path

from watchfiles import Change, DefaultFilter, watch

ROOT = Path(__file__).parents[1]
WATCHED = (ROOT / "app", ROOT / "migrations", ROOT / "tools" / "build", ROOT / "wsgi.py")
BUILT = ROOT / "app" / "static" / "dist"
FRONT_END = (ROOT / "app" / "static", ROOT / "tools" / "build", ROOT / "app" / "templates" / "offline")
PATIENCE = 10  # seconds for the practice to end by itself


class Sources(DefaultFilter):
    """What is written by hand; not what the build or Python writes beside it."""

    def __call__(self, change: Change, path: str) -> bool:
        return not Path(path).is_relative_to(BUILT) and super().__call__(change, path)


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    practice = _start()
    try:
        for changes in watch(*WATCHED, watch_filter=Sources(), raise_interrupt=True):
            paths = sorted(Path(path) for _, path in changes)
            print(f"\nChanged: {', '.join(str(path.relative_to(ROOT)) for path in paths)}", flush=True)
            _end(practice)
            if any(path.is_relative_to(folder) for path in paths for folder in FRONT_END):
                subprocess.run(["node", "tools/build.mjs"], cwd=ROOT, check=False)  # it says what is wrong
            practice = _start()
    except KeyboardInterrupt:
        pass
    finally:
        _end(practice)


def _start() -> subprocess.Popen[bytes]:
    # In a group of its own: Ctrl-C is for this program, which then ends the practice in peace.
    return subprocess.Popen([sys.executable, "-m", "app.running", "--with-parent"], cwd=ROOT, start_new_session=True)


def _end(practice: subprocess.Popen[bytes]) -> None:
    practice.terminate()
    try:
        practice.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        practice.kill()
        practice.wait()


if __name__ == "__main__":
    main()
