"""Google as a whole: its state, its door, and what tests ask of it."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.google.accounts import READING, Account, Granted, Grants
from tests.google.calendars import Calendar
from tests.google.discovery import methods
from tests.google.door import Asked, Door
from tests.google.entries import Resource
from tests.google.faults import Faults
from tests.google.listing import Snapshots
from tests.google.notifications import Notices
from tests.google.server import Server

CALLBACK = "/settings/calendars/google/callback"


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
        self._server = Server(port, Door(self).answer)
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
        """Those that hang go on, and nobody hangs until that is said again."""
        self.faults.released.set()

    def count(self, kind: str = "", account: Account | None = None, calendar: Calendar | None = None) -> int:
        """Return how many such requests came."""
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


def settings_for(url: str) -> dict[str, str]:
    return {
        "GOOGLE_CLIENT_ID": Google.client_id,
        "GOOGLE_CLIENT_SECRET": Google.client_secret,
        "GOOGLE_API_URL": url,
        "GOOGLE_OAUTH_URL": url,
    }
