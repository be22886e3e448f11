"""People with an account at Google, and what they allowed the program."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.google.answers import Answer, Refused, as_json
from tests.google.calendars import Calendar

if TYPE_CHECKING:
    from tests.google.service import Google

PREFIX = "https://www.googleapis.com/auth/"
READING = frozenset({f"{PREFIX}calendar.events.readonly", f"{PREFIX}calendar.calendarlist.readonly"})
WRITING = frozenset({f"{PREFIX}calendar.events.owned"})


class Account:
    def __init__(self, google: "Google", email: str, name: str, zone: str) -> None:
        self.google = google
        self.email = email
        self.name = name
        self.calendars: list[Calendar] = []  # on their list: own ones and shared ones
        self.primary = self._add(Calendar(google, email, email, zone, email))

    def calendar(self, name: str, zone: str = "Europe/London") -> Calendar:
        """A further one of their own."""
        calendar_id = f"c_{secrets.token_hex(12)}@group.calendar.google.com"
        return self._add(Calendar(self.google, calendar_id, name, zone, self.email))

    def _add(self, calendar: Calendar) -> Calendar:
        with self.google.lock:
            self.google.calendars[calendar.id] = calendar
            self.calendars.append(calendar)
            return calendar

    def find(self, calendar_id: str) -> Calendar | None:
        wanted = self.email if calendar_id == "primary" else calendar_id
        return next((one for one in self.calendars if one.id == wanted), None)

    def __repr__(self) -> str:
        return f"<Account {self.email}>"


@dataclass
class Grant:
    """One consent. Google takes them all back together."""

    account: Account
    scopes: frozenset[str]
    refresh: str = field(default_factory=lambda: f"1//{secrets.token_urlsafe(32)}")
    revoked: bool = False


@dataclass(frozen=True)
class Granted:
    """What a program holds after consent."""

    access: str
    refresh: str
    expires_at: datetime
    scopes: frozenset[str]


@dataclass
class Grants:
    google: "Google"
    all: list[Grant] = field(default_factory=list)
    token_lifetime: timedelta = timedelta(seconds=3599)
    _by_refresh: dict[str, Grant] = field(default_factory=dict)
    _by_access: dict[str, tuple[Grant, datetime]] = field(default_factory=dict)

    def add(self, account: Account, scopes: frozenset[str]) -> Grant:
        grant = Grant(account, scopes)
        self.all.append(grant)
        self._by_refresh[grant.refresh] = grant
        return grant

    def of(self, account: Account) -> list[Grant]:
        return [grant for grant in self.all if grant.account is account and not grant.revoked]

    def scopes_of(self, account: Account) -> frozenset[str]:
        return frozenset().union(*(grant.scopes for grant in self.of(account)))

    def access(self, grant: Grant) -> tuple[str, datetime]:
        token = f"ya29.{secrets.token_urlsafe(40)}"
        self._by_access[token] = grant, self.google.now() + self.token_lifetime
        return token, self._by_access[token][1]

    def by_refresh(self, token: str) -> Grant | None:
        grant = self._by_refresh.get(token)
        return grant if grant and not grant.revoked else None

    def by_any(self, token: str) -> Grant | None:
        found = self._by_access.get(token)
        return self.by_refresh(token) or (found[0] if found and not found[0].revoked else None)

    def by_access(self, authorization: str) -> Grant:
        kind, _, token = authorization.partition(" ")
        found = self._by_access.get(token)
        if kind.lower() != "bearer" or not found or found[0].revoked or found[1] <= self.google.now():
            raise Refused(_invalid_credentials())
        return found[0]

    def revoke(self, account: Account) -> None:
        for grant in self.of(account):
            grant.revoked = True

    def expire_access(self) -> None:
        """All access tokens end now; they can be refreshed."""
        self._by_access.clear()


def _invalid_credentials() -> Answer:
    error = {
        "message": "Invalid Credentials",
        "domain": "global",
        "reason": "authError",
        "location": "Authorization",
        "locationType": "header",
    }
    words = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other."
    body = {"error": {"code": 401, "message": words, "errors": [error], "status": "UNAUTHENTICATED"}}
    return as_json(
        body, 401, **{"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'}
    )


def insufficient_scopes() -> Refused:
    error = {"message": "Insufficient Permission", "domain": "global", "reason": "insufficientPermissions"}
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
    }
    words = "Request had insufficient authentication scopes."
    body = {"code": 403, "message": words, "errors": [error], "status": "PERMISSION_DENIED", "details": [detail]}
    return Refused(as_json({"error": body}, 403))
