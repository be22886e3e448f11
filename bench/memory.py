"""What a web worker holds for itself alone after ten thousand mixed requests, and what the second half added."""

import http.client
import random
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from app import clock
from bench.measure import report
from bench.practices import Practice, on_postgresql, on_sqlite

REQUESTS = 10_000
LANGUAGES = ("en", "de", "fr", "es")
DESK = (
    "/dashboard",
    "/sessions",
    "/settings",
    "/working-times",
    "/live",
    "/settings/calendars",
    "/working-times/rules",
)
PUBLIC = ("/", "/?kind=video&sort=soonest", "/?type=individual&language=German", "/t/mara-lindt", "/t/otto-brandt")
OTHERS = ("/nowhere", "/robots.txt", "/healthz", "/sign-in", "/t/nobody")


def run() -> None:
    with on_sqlite() as practice:
        measure(practice, "sqlite")
    with on_postgresql() as make:
        measure(make("memory"), "postgresql")


def measure(practice: Practice, engine: str) -> None:
    practice.environ["REQUESTS_PER_HOUR"] = str(REQUESTS)
    with practice.running() as (url, pid):
        asking = Asking(url, practice.sign_in(url))
        (worker,) = _children(pid)
        asking.some(REQUESTS // 2)
        half = private(worker)
        asking.some(REQUESTS // 2)
        whole = private(worker)
    report(f"web_worker_private_{engine}", whole, "MiB", REQUESTS)
    report(f"web_worker_growth_{engine}", whole - half, "MiB", REQUESTS // 2)


def private(pid: int) -> float:
    """MiB of a process that it shares with no other."""
    told = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in told if line.startswith("Private_")) / 1024


class Asking:
    """Browsers in four languages: 80 % public pages, 12 % the desk, 5 % requests for a session, the rest errors."""

    def __init__(self, url: str, cookie: str) -> None:
        at = urlsplit(url)
        self._connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=60)
        self._signed_in, self._dice, self._booked = {"Cookie": cookie}, random.Random(7), 0
        answer, page = self._ask("GET", "/sign-in", {})
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token, "the sign-in page has no form token"
        self._token, self._client = token[1], {"Cookie": (answer.headers["Set-Cookie"] or "").partition(";")[0]}

    def some(self, requests: int) -> None:
        for _ in range(requests):
            kind, day = self._dice.random(), clock.now().date() + timedelta(days=self._dice.randrange(60))
            spoken = {"Accept-Language": self._dice.choice(LANGUAGES), "Accept-Encoding": "gzip"}
            if kind < 0.80:
                path = self._dice.choice(PUBLIC)
                self._ask("GET", f"{path}?from={day}" if path.startswith("/t/") else path, spoken)
            elif kind < 0.92:
                weeks = (f"/calendar?view=week&date={day}", f"/calendar?view=day&date={day}")
                self._ask("GET", self._dice.choice((*DESK, *weeks)), spoken | self._signed_in)
            elif kind < 0.97:
                self._book(f"{day}T{self._dice.randrange(9, 17):02}:00Z", spoken)
            else:
                self._ask("GET", self._dice.choice(OTHERS), spoken)

    def _book(self, start: str, spoken: dict[str, str]) -> None:
        self._booked += 1
        typed = {
            "csrf_token": self._token,
            "start": start,
            "name": "Ada Winter",
            "email": f"a{self._booked}@example.net",
        }
        form = spoken | self._client | {"Content-Type": "application/x-www-form-urlencoded"}
        self._ask("POST", f"/t/{self._dice.choice(('mara-lindt', 'otto-brandt'))}/requests", form, urlencode(typed))

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: str | None = None
    ) -> tuple[http.client.HTTPResponse, str]:
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 500 or answer.status == 400:
            raise RuntimeError(f"{path} was answered with {answer.status}")
        return answer, content.decode(errors="replace")


def _children(pid: int) -> list[int]:
    found = (task / "children" for task in Path(f"/proc/{pid}/task").iterdir())
    return [int(child) for file in found for child in file.read_text().split()]
