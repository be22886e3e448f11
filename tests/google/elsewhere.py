"""A Google in a process of its own, so that what it needs is not counted as ours: for measuring."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from tests.google.service import settings_for

ROOT = Path(__file__).parents[2]


class Elsewhere:
    """`google.ask("fill", calendar=..., count=5000, ...)`; what can be said stands in tests/google/control.py."""

    def __init__(self, port: int = 0) -> None:
        command = [sys.executable, "-m", "tests.google", str(port), "--with-parent"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        assert self._process.stdout
        self.url = self._process.stdout.readline().strip()
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def __enter__(self) -> "Elsewhere":
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.communicate(timeout=10)

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, what: str, **said: Any) -> Any:
        request = urllib.request.Request(f"{self.url}/_test/{what}", json.dumps(said).encode(), method="POST")
        with self._opener.open(request, timeout=120) as answer:
            return json.load(answer)

    def settings(self, public_url: str) -> dict[str, str]:
        self.ask("register", public_url=public_url)
        return settings_for(self.url)
