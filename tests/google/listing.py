"""events.list, page by page."""

import json
import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.google import sync_tokens
from tests.google.answers import Answer, Request, bad_request
from tests.google.choosing import changed, everything
from tests.google.discovery import problems_of_item
from tests.google.entries import Entry, View, stamp
from tests.google.selection import chosen, tree

if TYPE_CHECKING:
    from tests.google.calendars import Calendar
    from tests.google.service import Google

NOT_BUILT = {"q", "sharedExtendedProperty", "timeZone"}
SNAPSHOTS = 500
MOST = 2500


@dataclass
class Snapshot:
    """A list that is handed out page by page."""

    items: list[bytes]
    sync_token: str
    asked: dict[str, list[str]]


@dataclass
class Snapshots:
    by_token: OrderedDict[str, tuple[Snapshot, int]] = field(default_factory=OrderedDict)

    def keep(self, snapshot: Snapshot, start: int) -> str:
        token = secrets.token_urlsafe(18)
        self.by_token[token] = snapshot, start
        if len(self.by_token) > SNAPSHOTS:
            self.by_token.popitem(last=False)
        return token


def answer_list(google: "Google", calendar: "Calendar", role: str, request: Request) -> Answer:
    """One page."""
    asked = {name: values for name, values in request.query.items() if name != "pageToken"}
    token = request.asked("pageToken")
    if token:
        snapshot, start = google.snapshots.by_token.get(token) or (None, 0)
        if snapshot is None or snapshot.asked != asked:
            raise bad_request("Invalid page token value.")
    else:
        snapshot, start = _snapshot(google, calendar, role, request, asked), 0
    size = min(int(request.asked("maxResults") or 250), MOST, google.page_size or MOST)
    more = start + size < len(snapshot.items)
    last = {"nextSyncToken": snapshot.sync_token} if snapshot.sync_token else {}
    ends = {"nextPageToken": google.snapshots.keep(snapshot, start + size)} if more else last
    envelope = _envelope(calendar, role) | ends
    google.problems += problems_of_item("Events", envelope)
    wanted = tree(request.asked("fields")) if "fields" in request.query else {}
    return Answer(body=_body(chosen(wanted, envelope), snapshot.items[start : start + size]))


def _envelope(calendar: "Calendar", role: str) -> dict[str, object]:
    return {
        "kind": "calendar#events",
        "etag": f'"p{calendar.store.generation}{calendar.store.revision}"',
        "summary": calendar.name,
        "updated": stamp(calendar.store.updated),
        "timeZone": calendar.zone,
        "accessRole": role,
        "defaultReminders": [],
    }


def _body(envelope: dict[str, object], items: list[bytes]) -> bytes:
    """The items were held against the discovery document when they were written."""
    said = json.dumps(envelope)[1:-1].encode()
    return b"{" + said + (b", " if said else b"") + b'"items": [' + b",".join(items) + b"]}"


def _wants_items(view: View) -> bool:
    return not view.fields or "items" in tree(view.fields) or "*" in tree(view.fields)


def _snapshot(
    google: "Google", calendar: "Calendar", role: str, request: Request, asked: dict[str, list[str]]
) -> Snapshot:
    store, single = calendar.store, request.asked("singleEvents") == "true"
    if NOT_BUILT & request.query.keys():
        google.problems.append(f"not built here: events.list with {sorted(request.query)}")
    found: Iterable[Entry] = (
        changed(store, single, sync_tokens.since(google, store, request))
        if "syncToken" in request.query
        else everything(store, single, request)
    )
    view = View(role, request.asked("fields"), int(request.asked("maxAttendees", "0")))
    items = [entry.written(view, google.problems.append) for entry in found] if _wants_items(view) else []
    no_token = sync_tokens.GIVE_NO_TOKEN & request.query.keys()
    return Snapshot(items, "" if no_token else sync_tokens.token(google, store, request), asked)
