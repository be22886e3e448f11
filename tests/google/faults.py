"""Google's moods: by chance, one after the other, or until further notice; for all or for one account or calendar."""

import threading
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fnmatch import fnmatch
from random import Random
from typing import TYPE_CHECKING

from tests.google.answers import Answer, as_json, refusal

if TYPE_CHECKING:
    from tests.google.accounts import Account
    from tests.google.calendars import Calendar


@dataclass(frozen=True)
class Fault:
    name: str
    answer: Answer | None = None  # instead of acting
    then_lost: bool = False  # acts, then closes the connection
    hangs: bool = False  # until `release`, then acts


def too_many(retry_after: int | None = None) -> Fault:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    answer = refusal(429, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits")
    return Fault("429", replace(answer, headers=headers))


def _no(name: str, status: int, reason: str, message: str, domain: str = "global") -> Fault:
    return Fault(name, refusal(status, reason, message, domain))


TOO_MANY = too_many()
RATE_LIMIT = _no("rate limit", 403, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits")
USER_RATE_LIMIT = _no("user rate limit", 403, "userRateLimitExceeded", "User Rate Limit Exceeded", "usageLimits")
BACKEND_ERROR = _no("500", 500, "backendError", "Backend Error")
UNAVAILABLE = _no("503", 503, "backendError", "The service is currently unavailable.")
FORBIDDEN = _no("forbidden", 403, "forbidden", "Forbidden")
NOT_FOUND = _no("not found", 404, "notFound", "Not Found")
UNAUTHORIZED = _no("unauthorized", 401, "authError", "Invalid Credentials")
GONE = _no("gone", 410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
INVALID_GRANT = Fault("invalid grant", as_json({"error": "invalid_grant", "error_description": "Bad Request"}, 400))
NOT_JSON = Fault("not json", Answer(502, b"<html>502. That is an error.</html>", content_type="text/html"))
EMPTY = Fault("empty", Answer())  # as something between us and Google may answer
NOTHING_SAID = Fault("nothing said", as_json({}))
CUT = Fault("cut", Answer(lost=True))  # nobody there: closed without acting
LOST = Fault("lost", then_lost=True)
HANG = Fault("hang", hangs=True)

NAMED = {
    fault.name: fault
    for fault in (
        *(TOO_MANY, RATE_LIMIT, USER_RATE_LIMIT, BACKEND_ERROR, UNAVAILABLE, FORBIDDEN, NOT_FOUND, UNAUTHORIZED),
        *(GONE, INVALID_GRANT, NOT_JSON, EMPTY, NOTHING_SAID, CUT, LOST, HANG),
    )
}


@dataclass(frozen=True)
class Call:
    """One request, as far as a mood asks."""

    kind: str  # events.list, oauth.token ...
    account: str = ""  # the address
    calendar: str = ""  # the id
    by_sync_token: bool = False


@dataclass
class Mood:
    fault: Fault
    kind: str
    account: str
    calendar: str

    def meets(self, call: Call) -> bool:
        if self.fault is GONE and not call.by_sync_token:
            return False
        return (
            fnmatch(call.kind, self.kind)
            and self.account in ("", call.account)
            and self.calendar in ("", call.calendar)
        )


@dataclass
class Faults:
    """`kind` is the method as the discovery document names it (`events.list`), or `oauth.token`; `*` matches."""

    random: Random = field(default_factory=lambda: Random(1))
    happened: list[tuple[str, Call]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    hanging: int = 0  # how many wait now

    def __post_init__(self) -> None:
        self._next: list[Mood] = []
        self._always: list[Mood] = []
        self._chances: list[tuple[float, Mood]] = []
        self._quota: tuple[int, timedelta] | None = None
        self._calls: dict[str, deque[datetime]] = {}
        self._lock = threading.Lock()

    def next(
        self,
        fault: Fault,
        kind: str = "*",
        *,
        account: "Account | None" = None,
        calendar: "Calendar | None" = None,
        times: int = 1,
    ) -> None:
        """The next answer to such a call; told again: the one after."""
        self._next += [self._mood(fault, kind, account, calendar)] * times

    def always(
        self, fault: Fault, kind: str = "*", *, account: "Account | None" = None, calendar: "Calendar | None" = None
    ) -> None:
        self._always.append(self._mood(fault, kind, account, calendar))

    def chance(self, fault: Fault, share: float, kind: str = "events.*") -> None:
        """So often, 0.05 is one of twenty; by the same seed the same."""
        self._chances.append((share, self._mood(fault, kind)))

    def seed(self, seed: int) -> None:
        self.random.seed(seed)

    def quota(self, calls: int, seconds: float) -> None:
        """More than so many calls of one account in so many seconds: 403 userRateLimitExceeded."""
        self._quota = calls, timedelta(seconds=seconds)

    def clear(self) -> None:
        with self._lock:
            self._next, self._always, self._chances, self._quota = [], [], [], None

    def for_call(self, call: Call, now: datetime) -> Fault | None:
        with self._lock:
            fault = self._scripted(call) or self._by_quota(call, now) or self._by_chance(call)
            if fault:
                self.happened.append((fault.name, call))
            return fault

    def wait(self) -> None:
        with self._lock:
            self.hanging += 1
        self.released.wait(120)
        with self._lock:
            self.hanging -= 1

    def _mood(
        self, fault: Fault, kind: str, account: "Account | None" = None, calendar: "Calendar | None" = None
    ) -> Mood:
        if fault.hangs:
            self.released.clear()
        return Mood(fault, kind, account.email if account else "", calendar.id if calendar else "")

    def _scripted(self, call: Call) -> Fault | None:
        for mood in self._next:
            if mood.meets(call):
                self._next.remove(mood)
                return mood.fault
        return next((mood.fault for mood in self._always if mood.meets(call)), None)

    def _by_quota(self, call: Call, now: datetime) -> Fault | None:
        if self._quota is None or not call.account:
            return None
        most, span = self._quota
        calls = self._calls.setdefault(call.account, deque())
        while calls and calls[0] <= now - span:
            calls.popleft()
        if len(calls) >= most:
            return USER_RATE_LIMIT
        calls.append(now)
        return None

    def _by_chance(self, call: Call) -> Fault | None:
        for share, mood in self._chances:
            if mood.meets(call) and self.random.random() < share:
                return mood.fault
        return None
