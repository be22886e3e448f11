"""What open pages cost that only wait: a thousand dashboards, or clients' pages, that ask one web worker for news."""

import asyncio
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import session
from flask_login import login_user
from sqlalchemy import select

from app.booking.booking import Booking
from app.booking.personal_link import PersonalLink
from app.database import db
from app.practice.therapist import Therapist
from app.practice.user import SignIn
from bench import marketplace
from bench.measure import report
from bench.practices import Practice, on_postgresql, on_sqlite

PAGES = 1_000
PACE = 7.6  # seconds between two questions of a page on which nothing happens, give or take a tenth (js/live.js)
SECONDS = 30
BROWSER = {"User-Agent": "bench"}
TICKS = os.sysconf("SC_CLK_TCK")


class Asked(NamedTuple):
    """One page's question, as it goes over the wire."""

    path: str
    seen: str
    cookie: str = ""

    def wire(self, host: str) -> bytes:
        lines = [f"GET {self.path} HTTP/1.1", f"Host: {host}", "User-Agent: bench", f'If-None-Match: "{self.seen}"']
        return "\r\n".join([*lines, *([f"Cookie: {self.cookie}"] if self.cookie else []), "", ""]).encode()


def run() -> None:
    with on_sqlite() as practice:
        _measure(practice, "sqlite")
    with on_postgresql() as make:
        _measure(make("live"), "postgresql")


def _measure(practice: Practice, engine: str) -> None:
    with practice.app.app_context():
        marketplace.generate(PAGES, 2 * PAGES)
    kinds: dict[str, Callable[[Practice], list[Asked]]] = {"dashboards": dashboards, "client_pages": client_pages}
    for kind, questions in kinds.items():
        asked = questions(practice)
        with practice.running() as (url, pid):
            percent, answers = asyncio.run(_wait_for_news(url, pid, asked))
        report(f"idle_{kind}_{engine}", percent, "% of a core", answers)


def dashboards(practice: Practice) -> list[Asked]:
    """Each of another therapist, signed in."""
    serializer = practice.app.session_interface.get_signing_serializer(practice.app)  # type: ignore[attr-defined]
    name, asked = practice.app.config["SESSION_COOKIE_NAME"], []
    with practice.app.app_context():
        for therapist in db.session.scalars(select(Therapist).limit(PAGES)).all():
            with practice.app.test_request_context(headers=BROWSER, environ_base={"REMOTE_ADDR": "127.0.0.1"}):
                SignIn.start(therapist.user)
                login_user(therapist.user)
                cookie = f"{name}={serializer.dumps(dict(session))}"
            asked.append(Asked("/live", f"{therapist.diary_revision}.0", cookie))
        db.session.commit()
    return asked


def client_pages(practice: Practice) -> list[Asked]:
    with practice.app.app_context():
        bookings = db.session.scalars(select(Booking).limit(PAGES)).all()
        asked = [Asked(f"/s/{PersonalLink.to_session(one.id).token}/live", str(one.revision)) for one in bookings]
        db.session.commit()
    return asked


async def _wait_for_news(url: str, pid: int, pages: list[Asked]) -> tuple[float, int]:
    """Percent of a core that the server's processes took, and how many questions they answered."""
    answers = [0]
    waiting = [asyncio.create_task(_page(url, page, answers)) for page in pages]
    try:
        await asyncio.sleep(PACE * 1.2)  # everybody has asked once
        began, used, before = time.monotonic(), _cpu_seconds(pid), answers[0]
        await asyncio.sleep(SECONDS)
        percent = 100 * (_cpu_seconds(pid) - used) / (time.monotonic() - began)
        ended = [task for task in waiting if task.done()]
        if ended:
            ended[0].result()
        return percent, answers[0] - before
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _page(url: str, page: Asked, answers: list[int]) -> None:
    at = urlsplit(url)
    question = page.wire(at.netloc)
    await asyncio.sleep(random.uniform(0, PACE))
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    try:
        while True:
            writer.write(question)
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 304 " not in head.split(b"\r\n", 1)[0]:
                raise RuntimeError(f"{page.path.split('/')[1]} was answered {head[:200]!r}")
            answers[0] += 1
            await asyncio.sleep(PACE * random.uniform(0.9, 1.1))
    finally:
        writer.close()


def _cpu_seconds(pid: int) -> float:
    """Of a process and of all that it started."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = (
        child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    )
    return (int(fields[11]) + int(fields[12])) / TICKS + sum(_cpu_seconds(int(child)) for child in children)
