"""Google as a whole: its state, its door, and what tests ask of it."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tests.google import control
from tests.google.accounts import PREFIX, READING, Account, Grant, Granted, Grants, insufficient_scopes
from tests.google.answers import Answer, Refused, Request, refusal
from tests.google.calendars import Calendar
from tests.google.consent import Consent
from tests.google.discovery import BASE, Method, find, methods, problems_of_answer, problems_of_request
from tests.google.entries import Resource
from tests.google.events import Events
from tests.google.faults import Call, Fault, Faults
from tests.google.listing import Snapshots
from tests.google.notifications import Notices
from tests.google.selection import chosen, tree
from tests.google.server import Server

OAUTH = {
    ("GET", "/o/oauth2/v2/auth"): "oauth.auth",
    ("POST", "/o/oauth2/v2/auth"): "oauth.decision",
    ("POST", "/token"): "oauth.token",
    ("POST", "/revoke"): "oauth.revoke",
}
CALLBACK = "/settings/calendars/google/callback"


@dataclass(frozen=True)
class Asked:
    """One request that came, and what became of it."""

    kind: str
    account: str
    calendar: str
    status: int  # 0: the connection was closed instead
    request: Request


class Google:
    client_id = "1234-holdfast.apps.googleusercontent.example"
    client_secret = "GOCSPX-only-for-tests"

    def __init__(self, port: int = 0) -> None:
        self.lock = threading.RLock()
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.problems: list[str] = []  # what does not fit the discovery document
        self.asked: list[Asked] = []
        self.accounts: dict[str, Account] = {}
        self.calendars: dict[str, Calendar] = {}
        self.redirect_addresses: set[str] = set()
        self.page_size: int | None = None  # smaller than asked for, as Google may
        self.horizon_years = 3
        self.sync_token_lifetime = timedelta(days=28)
        self.longest_channel: timedelta | None = None
        self.deleted_series = (
            "instances"  # or "master": how a deleted series is told of where single entries are asked for
        )
        self.scopes = frozenset(scope for method in methods() for scope in method.scopes)
        self.faults = Faults()
        self.grants = Grants(self)
        self.notices = Notices(self)
        self.snapshots = Snapshots()
        self._consent, self._events = Consent(self), Events(self)
        self._server = Server(port, self.answer)
        self.url = self._server.url

    def __enter__(self) -> "Google":
        self._server.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.release()
        self.notices.close()
        self._server.stop()

    def account(self, email: str, name: str = "", zone: str = "Europe/London") -> Account:
        with self.lock:
            self.accounts[email] = Account(self, email, name or email.partition("@")[0].title(), zone)
            return self.accounts[email]

    def register(self, public_url: str) -> None:
        """The program's redirect address, as an operator does in Google's console."""
        self.redirect_addresses.add(f"{public_url}{CALLBACK}")

    def settings(self, public_url: str = "") -> dict[str, str]:
        """What the program under test needs to know; its redirect address is registered if it is known already."""
        if public_url:
            self.register(public_url)
        return settings_for(self.url)

    def grant(self, account: Account, scopes: frozenset[str] = READING) -> Granted:
        """As if they had pressed Allow."""
        with self.lock:
            grant = self.grants.add(account, scopes)
            access, expires_at = self.grants.access(grant)
            return Granted(access, grant.refresh, expires_at, scopes)

    def revoke(self, account: Account) -> None:
        """As they can in their Google account."""
        with self.lock:
            self.grants.revoke(account)

    def release(self) -> None:
        """Those that hang go on, and nobody hangs from now on."""
        self.faults.released.set()

    def count(self, kind: str = "", account: Account | None = None, calendar: Calendar | None = None) -> int:
        """How many such requests came."""
        return sum(
            kind in ("", one.kind)
            and (account is None or account.email == one.account)
            and (calendar is None or calendar.id == one.calendar)
            for one in list(self.asked)
        )

    def snapshot(self) -> dict[str, dict[str, Resource]]:
        """All that lives, by calendar and id."""
        with self.lock:
            calendars = self.calendars.values()
            return {calendar.id: {one["id"]: one for one in calendar.live()} for calendar in calendars}

    def answer(self, request: Request) -> Answer:
        """To whatever comes in by the socket."""
        kind = OAUTH.get((request.verb, request.path))
        if kind:
            return self._act(Call(kind), request, lambda: self._consent.answer(kind, request))
        if request.path.startswith(control.BASE):
            return control.answer(self, request)
        found = find(request.verb, request.path) if request.path.startswith(BASE) else None
        if found is None:
            self.problems.append(f"nothing here for {request.verb} {request.path}")
            return self._noted(Call("unknown"), request, refusal(404, "notFound", "Not Found"))
        return self._answer_calendar(*found, request)

    def _answer_calendar(self, method: Method, path: dict[str, str], request: Request) -> Answer:
        problems = problems_of_request(method, request)
        if problems:
            self.problems += [f"{method.name}: {problem}" for problem in problems]
            return self._noted(Call(method.name), request, refusal(400, "badRequest", "; ".join(problems)))
        try:
            grant = self.grants.by_access(request.headers.get("authorization", ""))
        except Refused as refused:
            return self._noted(Call(method.name), request, refused.answer)
        call = Call(
            method.name, grant.account.email, _real_id(path.get("calendarId", ""), grant), "syncToken" in request.query
        )
        return self._act(call, request, lambda: self._checked(method, path, request, grant))

    def _checked(self, method: Method, path: dict[str, str], request: Request, grant: Grant) -> Answer:
        if not method.scopes & {scope.removeprefix(PREFIX) for scope in grant.scopes}:
            raise insufficient_scopes()
        answer = self._events.answer(method, path, request, grant)
        if method.name == "events.list":  # it looks at each entry once
            return answer
        problems = problems_of_answer(method, answer.body)
        self.problems += [f"answer to {method.name}: {problem}" for problem in problems]
        return refusal(400, "badRequest", "; ".join(problems)) if problems else _partly(answer, request)

    def _act(self, call: Call, request: Request, act: Callable[[], Answer]) -> Answer:
        fault = self.faults.for_call(call, self.now())
        if fault and fault.answer:
            return self._noted(call, request, fault.answer)
        if fault and fault.hangs:
            self.faults.wait()
        try:
            with self.lock:
                answer = act()
        except Refused as refused:
            answer = refused.answer
        return self._noted(call, request, _after(fault, answer))

    def _noted(self, call: Call, request: Request, answer: Answer) -> Answer:
        status = 0 if answer.lost else answer.status
        self.asked.append(Asked(call.kind, call.account, call.calendar, status, request))
        return answer


def _partly(answer: Answer, request: Request) -> Answer:
    """What the parameter `fields` wants of it."""
    if not answer.body or "fields" not in request.query:
        return answer
    return replace(answer, body=json.dumps(chosen(tree(request.asked("fields")), json.loads(answer.body))).encode())


def settings_for(url: str) -> dict[str, str]:
    return {
        "GOOGLE_CLIENT_ID": Google.client_id,
        "GOOGLE_CLIENT_SECRET": Google.client_secret,
        "GOOGLE_API_URL": url,
        "GOOGLE_OAUTH_URL": url,
    }


def _after(fault: Fault | None, answer: Answer) -> Answer:
    return Answer(lost=True) if fault and fault.then_lost else answer


def _real_id(calendar_id: str, grant: Grant) -> str:
    return grant.account.email if calendar_id == "primary" else calendar_id
