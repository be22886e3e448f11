"""Requests made ready, and the crowd that sends them all at once."""

import json
import subprocess
import sys
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor, Request, build_opener

from tests.browser import Browser, Page
from tests.engines.fixtures import commit_what_the_test_did

Fields = Sequence[tuple[str, str]]
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    seconds: float  # after the release


class Tab(Browser):
    """A browser window that can have a button's request ready without sending it."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._cookies = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._cookies))

    def ready(self, page: Page, button: str, **typed: str) -> str:
        """What pressing the button would send, as it goes over the wire."""
        form, fields = page.filled(button, **typed)
        return self.wire(urllib.parse.urljoin(page.url, form.action), fields)

    def wire(self, address: str, fields: Fields) -> str:
        """A form with these fields, as it goes over the wire to this address."""
        request = Request(address)
        self._cookies.add_cookie_header(request)
        body = urllib.parse.urlencode(fields)
        headers = {
            "Host": request.host,
            "Cookie": request.get_header("Cookie"),
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        lines = [f"POST {request.selector} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
        return "\r\n".join([*lines, "", body])


class Crowd:
    """Processes that are connected and wait for the release."""

    def __init__(self, url: str, requests: Sequence[str]) -> None:
        at = urllib.parse.urlsplit(url)
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-E", str(Path(__file__).with_name("client_processes.py"))],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._say({"address": [at.hostname, at.port], "requests": list(requests)})
        assert self._process.stdout
        assert self._process.stdout.readline() == "ready\n"

    def release(self) -> list[Answer]:
        """Everybody sends now. What each was answered, in the order of the requests."""
        commit_what_the_test_did()  # SQLite has one writer at a time: it must not be the test
        self._say("now")
        told, _ = self._process.communicate(timeout=240)
        return [Answer(**one) for one in json.loads(told)["answers"]]

    def _say(self, what: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()


def statuses(answers: Sequence[Answer]) -> list[int]:
    return sorted(answer.status for answer in answers)
