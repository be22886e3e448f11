"""A day's mixture in a large marketplace: who looks, who works at the desk, who requests and who answers, all at once.

One web worker on one core, PostgreSQL and the load on the other; the bare page of bench/bare.py is asked in turn.
"""

import asyncio
import random
import statistics
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import CookieJar
from itertools import cycle

from sqlalchemy import select

from app import clock
from app.booking.offer import Offer
from app.booking.personal_link import PersonalLink
from app.database import db
from app.practice.therapist import Therapist
from app.scheduling.open_day import OpenDay
from bench import marketplace, waiting
from bench.measure import report
from bench.practices import Practice, on_postgresql
from tests.browser import Browser

THERAPISTS, PAST_BOOKINGS = 10_000, 1_000_000
SHARES = {"looking": 80, "desk": 12, "requests": 5, "offers_answered": 3}  # percent
ROUNDS, SECONDS = 3, 10.0
CONNECTIONS = 8
FORMS = {"requests": 600, "offers_answered": 400}  # filled in beforehand, each sent once
DESK = ("/dashboard", "/calendar", "/sessions")


@dataclass(frozen=True)
class Asked:
    """One request as it goes over the wire, and the statuses that are right answers to it."""

    wire: bytes
    right: tuple[int, ...]


@dataclass
class Seen:
    """What came back: milliseconds of each answer by kind, and how many were not what was asked for."""

    took: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return sum(map(len, self.took.values())) / self.seconds


def run() -> None:
    with on_postgresql() as make:
        measure(make("mixed"))


def measure(practice: Practice, therapists: int = THERAPISTS, past_bookings: int = PAST_BOOKINGS) -> None:
    """Make the marketplace and measure; smaller ones to try it out."""
    practice.environ |= {"REQUESTS_PER_HOUR": "1000000", "OFFER_LIFETIME_HOURS": "48"}
    began = time.perf_counter()
    with practice.app.app_context():
        marketplace.generate(therapists, past_bookings)
        offers = _open_offers(FORMS["offers_answered"])
    report("mixed_made", time.perf_counter() - began, "s", 1)
    with practice.bare_served() as bare, practice.served() as ours:
        mixture = _mixture(practice, ours, offers)
        page = cycle([("bare", Asked(_get(bare + "/", ""), (200,)))])
        asyncio.run(_ask(ours, mixture, 2.0))  # warms up
        seen, plain = [], []
        for _ in range(ROUNDS):
            seen.append(asyncio.run(_ask(ours, mixture, SECONDS)))
            plain.append(asyncio.run(_ask(bare, page, SECONDS / 2)))
    _report(seen, plain)


def _report(seen: list[Seen], plain: list[Seen]) -> None:
    wrong = [status for one in seen for status in one.wrong]
    answers = sum(len(each) for one in seen for each in one.took.values())
    if len(wrong) > answers / 100:
        raise RuntimeError(f"{len(wrong)} of {answers} requests were not answered as they should: {wrong[:5]}")
    rate, bare_rate = (statistics.median(one.rate for one in many) for many in (seen, plain))
    report("mixed_load", rate, "requests/s", answers)
    report("mixed_bare", bare_rate, "requests/s", sum(len(one.took["bare"]) for one in plain))
    report("mixed_load_of_bare", rate / bare_rate, "ratio", ROUNDS)
    bare_p99 = _p99([one.took["bare"] for one in plain])
    report("mixed_bare_p99", bare_p99, "ms", ROUNDS)
    for kind in SHARES:
        took = [one.took[kind] for one in seen]
        report(f"mixed_{kind}_p99", _p99(took), "ms", sum(map(len, took)))
        report(f"mixed_{kind}_p99_of_bare", _p99(took) / bare_p99, "ratio", ROUNDS)


def _p99(rounds: list[list[float]]) -> float:
    together = sorted(took for one in rounds for took in one)
    return together[int(len(together) * 0.99)]


# What is asked


def _mixture(practice: Practice, url: str, offers: list[tuple[str, int]]) -> Iterator[tuple[str, Asked]]:
    """Requests without end, or until the forms are used up, in these shares and always in the same order."""
    dice = random.Random(42)
    desk = practice.sign_in(url)
    with practice.app.app_context():
        slugs = db.session.scalars(select(Therapist.slug)).all()
        db.session.rollback()
    visitor = Visitor(url)
    forms = {
        "requests": _request_forms(practice, visitor, FORMS["requests"]),
        "offers_answered": _answer_forms(visitor, offers),
    }
    kinds, weights = list(SHARES), list(SHARES.values())

    def endless() -> Iterator[tuple[str, Asked]]:
        while True:
            (kind,) = dice.choices(kinds, weights)
            if kind == "looking":
                path = "/" if dice.random() < 0.5 else f"/t/{dice.choice(slugs)}"
                yield kind, Asked(_get(url + path, visitor.cookie), (200,))
            elif kind == "desk":
                yield kind, Asked(_get(url + dice.choice(DESK), desk), (200,))
            elif forms[kind]:
                yield kind, forms[kind].pop()
            else:
                return

    return endless()


class Visitor(Browser):
    """A browser whose cookies can be told to others."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._jar = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))

    @property
    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)

    def filled(self, path: str, button: str, **typed: str) -> Asked:
        """The form on this page with that button, filled in and ready to be sent."""
        page = self.open(path)
        form, fields = page.filled(button, **typed)
        address = urllib.parse.urljoin(page.url, form.action)
        return Asked(_post(address, self.cookie, urllib.parse.urlencode(fields)), (200, 303))


def _request_forms(practice: Practice, visitor: Visitor, number: int) -> list[Asked]:
    """Each with another therapist, at the first time that is free."""
    first = (
        select(Therapist.slug, db.func.min(OpenDay.first_start))
        .join(OpenDay, OpenDay.therapist_id == Therapist.id)
        .where(Therapist.slug.like("therapist-%"), OpenDay.first_start > clock.now() + timedelta(days=3))
        .group_by(Therapist.id)
        .limit(number)
    )
    with practice.app.app_context():
        rows = db.session.execute(first).all()
        db.session.rollback()
    forms = []
    for n, (slug, starts) in enumerate(rows):
        path = f"/t/{slug}/request?start={starts:%Y-%m-%dT%H:%MZ}"
        forms.append(visitor.filled(path, "Request session", name=f"Client {n}", email=f"new{n}@example.net"))
    return forms


def _open_offers(number: int) -> list[tuple[str, int]]:
    """The token of each offer's page, and its first alternative."""
    ids = waiting.offers(number, clock.now() + timedelta(hours=40))
    made = []
    for offer in db.session.scalars(select(Offer).where(Offer.id.in_(ids))).all():
        made.append((PersonalLink.to_offer(offer.booking_id, offer.id).token, offer.alternatives[0].id))
    db.session.commit()
    return made


def _answer_forms(visitor: Visitor, offers: Sequence[tuple[str, int]]) -> list[Asked]:
    return [visitor.filled(f"/o/{token}", "Accept", alternative=str(chosen)) for token, chosen in offers]


def _get(address: str, cookie: str) -> bytes:
    return _wire("GET", address, cookie)


def _post(address: str, cookie: str, body: str) -> bytes:
    about = ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return _wire("POST", address, cookie, *about) + body.encode()


def _wire(method: str, address: str, cookie: str, *headers: str) -> bytes:
    parts = urllib.parse.urlsplit(address)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}", "User-Agent: bench", f"Cookie: {cookie}", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


# Asking


async def _ask(url: str, asked: Iterator[tuple[str, Asked]], seconds: float) -> Seen:
    """As fast as it is answered, over a few connections that are kept."""
    seen, host = Seen(), urllib.parse.urlsplit(url)
    began = time.perf_counter()

    async def one_connection() -> None:
        reader, writer = await asyncio.open_connection(host.hostname, host.port)
        while time.perf_counter() - began < seconds and (next_one := next(asked, None)):
            kind, request = next_one
            sent = time.perf_counter()
            writer.write(request.wire)
            status, stays = await _answer(reader)
            seen.took.setdefault(kind, []).append((time.perf_counter() - sent) * 1000)
            if status not in request.right:
                seen.wrong.append(f"{kind}: {status}")
            if not stays:
                writer.close()
                reader, writer = await asyncio.open_connection(host.hostname, host.port)
        writer.close()

    await asyncio.gather(*(one_connection() for _ in range(CONNECTIONS)))
    seen.seconds = time.perf_counter() - began
    return seen


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """The status, and whether the connection may be used again; the body is read and forgotten."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    if b"content-length" in lines:
        await reader.readexactly(int(lines[b"content-length"]))
    elif lines.get(b"transfer-encoding") == b"chunked":
        await _chunks(reader)
    return int(head.split(b" ", 2)[1]), lines.get(b"connection") != b"close"


async def _chunks(reader: asyncio.StreamReader) -> None:
    while size := int((await reader.readline()).split(b";")[0], 16):
        await reader.readexactly(size + 2)
    await reader.readline()


if __name__ == "__main__":
    run()
