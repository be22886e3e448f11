"""`make run` in a process of its own, in a folder that nobody has used before."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.browser import Browser
from tests.ports import free_port

ROOT = Path(__file__).parents[2]


class Running:
    def __init__(self, home: Path, **settings: str) -> None:
        self.home, self.port = home, free_port()
        self._mark = f"HOLDFAST_HOME={home}"
        kept = {name: text for name, text in os.environ.items() if name in ("PATH", "LANG", "HOME")}
        chosen = {
            "HOLDFAST_CONFIG": "testing",
            "HOLDFAST_HOME": str(home),
            "PORT": str(self.port),
            "SWEEP_SECONDS": "1",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.running"],
            cwd=ROOT,
            env=kept | chosen | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.process.stdout.read()
        try:
            return Browser(f"http://127.0.0.1:{self.port}", timeout=2).open("/readyz").status == 200
        except OSError:
            return False

    def parts(self) -> set[int]:
        """Processes that the supervisor itself started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {int(pid) for pid in children}

    def everything(self) -> set[int]:
        """Every process that has this practice's folder in its environment."""
        found = set()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if self._mark in (folder / "environ").read_text(errors="replace").split("\0"):
                    found.add(int(folder.name))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return found

    def end(self) -> None:
        self.process.kill()
        self.process.wait(10)
        for pid in self.everything():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if not self.process.stdout.closed:
            self.process.stdout.close()
