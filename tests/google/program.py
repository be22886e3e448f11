"""A program that asks Google, as plainly as can be, for the tests of the Google itself."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import requests

from tests.google.accounts import READING, WRITING, Account
from tests.google.calendars import Calendar
from tests.google.service import Google

NINE = datetime(2027, 3, 1, 9, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Program:
    def __init__(self, google: Google, account: Account, scopes: frozenset[str] = READING | WRITING) -> None:
        self.google = google
        self.granted = google.grant(account, scopes)
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {self.granted.access}"

    def ask(self, verb: str, path: str, body: Any = None, etag: str = "", **query: Any) -> requests.Response:
        headers = {"If-Match": etag} if etag else {}
        address = f"{self.google.url}/calendar/v3/{path}"
        return self.http.request(verb, address, json=body, params=query, headers=headers, timeout=30)

    def entries(self, calendar: Calendar, **query: Any) -> dict[str, Any]:
        """One page of a calendar."""
        answer = self.ask("GET", _path(calendar), **({"singleEvents": "true"} | query))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def all_entries(self, calendar: Calendar, **query: Any) -> list[dict[str, Any]]:
        """All pages."""
        found, page = [], self.entries(calendar, **query)
        while True:
            found += page["items"]
            if "nextPageToken" not in page:
                return found
            page = self.entries(calendar, **query, pageToken=page["nextPageToken"])

    def token(self, calendar: Calendar, **query: Any) -> str:
        page = self.entries(calendar, **query)
        while "nextPageToken" in page:
            page = self.entries(calendar, **query, pageToken=page["nextPageToken"])
        return str(page["nextSyncToken"])

    def changes(self, calendar: Calendar, token: str, **query: Any) -> list[dict[str, Any]]:
        return self.all_entries(calendar, syncToken=token, **query)

    def insert(self, calendar: Calendar, **fields: Any) -> requests.Response:
        return self.ask("POST", _path(calendar), _entry() | fields)

    def get(self, calendar: Calendar, entry_id: str) -> requests.Response:
        return self.ask("GET", f"{_path(calendar)}/{entry_id}")

    def put(self, calendar: Calendar, entry_id: str, etag: str = "", **fields: Any) -> requests.Response:
        return self.ask("PUT", f"{_path(calendar)}/{entry_id}", _entry() | fields, etag)

    def patch(self, calendar: Calendar, entry_id: str, etag: str = "", **fields: Any) -> requests.Response:
        return self.ask("PATCH", f"{_path(calendar)}/{entry_id}", fields, etag)

    def delete(self, calendar: Calendar, entry_id: str, etag: str = "") -> requests.Response:
        return self.ask("DELETE", f"{_path(calendar)}/{entry_id}", etag=etag)

    def watch(self, calendar: Calendar, address: str, **more: Any) -> requests.Response:
        channel = {"id": "channel-1", "type": "web_hook", "address": address, "token": "secret"}
        return self.ask("POST", f"{_path(calendar)}/watch", channel | more)


def reason(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, json.loads(answer.text)["error"]["errors"][0]["reason"]


def at(when: datetime) -> dict[str, str]:
    return {"dateTime": when.isoformat()}


def _entry() -> dict[str, Any]:
    return {"summary": "I. K.", "start": at(NINE), "end": at(TEN)}


def _path(calendar: Calendar) -> str:
    return f"calendars/{quote(calendar.id, safe='')}/events"
