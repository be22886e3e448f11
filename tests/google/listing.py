"""events.list: whole, by window, page by page, and what changed since a sync token."""

import base64
import json
import secrets
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.google import recurring
from tests.google.answers import Answer, Refused, Request, bad_request, refuse
from tests.google.discovery import problems_of_item
from tests.google.entries import Entry, View, stamp
from tests.google.selection import chosen, tree
from tests.google.store import Store

if TYPE_CHECKING:
    from tests.google.calendars import Calendar
    from tests.google.service import Google

# What Google does not take beside a sync token, and what gives no sync token in the end.
NOT_BESIDE_TOKEN = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
)
GIVE_NO_TOKEN = frozenset(
    {"iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "updatedMin"}
)
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
    found = (
        _changed(store, single, _since(google, store, request, single))
        if "syncToken" in request.query
        else _all(store, single, request)
    )
    view = View(role, request.asked("fields"), int(request.asked("maxAttendees", "0")))
    items = [entry.written(view, google.problems.append) for entry in found] if _wants_items(view) else []
    token = "" if GIVE_NO_TOKEN & request.query.keys() else _token(google, store, single)
    return Snapshot(items, token, asked)


def _token(google: "Google", store: Store, single: bool) -> str:
    said = {
        "calendar": store.id,
        "generation": store.generation,
        "revision": store.revision,
        "single": single,
        "at": google.now().timestamp(),
    }
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode()


def _since(google: "Google", store: Store, request: Request, single: bool) -> int:
    """The revision that a sync token stands for."""
    beside = [name for name in NOT_BESIDE_TOKEN if name in request.query]
    if beside or "updatedMin" in request.query or request.asked("showDeleted") == "false":
        raise bad_request("Sync token cannot be used with: " + ", ".join(beside or ["updatedMin or showDeleted=false"]))
    try:
        said = json.loads(base64.urlsafe_b64decode(request.asked("syncToken")))
        same = said["calendar"] == store.id and said["generation"] == store.generation
        old = google.now().timestamp() - said["at"] > google.sync_token_lifetime.total_seconds()
    except (ValueError, KeyError, TypeError):
        raise sync_token_gone() from None
    if not same or old or said["revision"] < store.tokens_since:
        raise sync_token_gone()
    if said["single"] != single:
        google.problems.append("events.list: singleEvents is another than when the sync token was given")
        raise bad_request("singleEvents is another than when the sync token was given.")
    return int(said["revision"])


def sync_token_gone() -> Refused:
    return refuse(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.", "calendar")


def _changed(store: Store, single: bool, since: int) -> Iterator[Entry]:
    """No window holds here: a series that was touched comes with all its instances."""
    for entry in store.changed_since(since):
        if not single:
            if not entry.vanished:
                yield entry
        elif entry.is_series:
            if not entry.cancelled:
                yield from _undisturbed(store, entry, store.horizon)
            elif store.google.deleted_series == "master":
                yield entry
        elif not (entry.vanished and _told_by_its_series(store, entry)):
            yield entry


def _told_by_its_series(store: Store, instance: Entry) -> bool:
    return store.google.deleted_series == "master" and store.entries[instance.series].cancelled


def _all(store: Store, single: bool, request: Request) -> list[Entry]:
    since = request.asked("updatedMin")
    earliest, latest = _moment(request, "timeMin"), _moment(request, "timeMax")
    if earliest and latest and latest <= earliest:
        raise bad_request("The specified time range is empty.", "timeRangeEmpty")
    deleted = request.asked("showDeleted") == "true" or bool(since)
    found: Iterable[Entry] = _live(store, latest or store.horizon) if single else _masters(store)
    if deleted:
        found = [*found, *(one for one in store.entries.values() if one.cancelled and not (single and one.is_series))]
    chosen = [one for one in found if _in(one, earliest, latest) and _updated(one, since) and _meets(one, request)]
    return _ordered(chosen, request, single)


def _live(store: Store, until: datetime) -> Iterator[Entry]:
    for entry in list(store.entries.values()):
        if entry.cancelled:
            continue
        if entry.is_series:
            yield from _undisturbed(store, entry, until)
        else:
            yield entry


def _masters(store: Store) -> list[Entry]:
    """Cancelled instances of series that live come along."""
    return [one for one in store.entries.values() if not one.cancelled or (one.series and not one.vanished)]


def _undisturbed(store: Store, series: Entry, until: datetime) -> Iterator[Entry]:
    """The instances that are as their series says."""
    return (one for one in recurring.instances(series, until) if one.id not in store.entries)


def live_between(store: Store, start: datetime, end: datetime) -> list[Entry]:
    return [one for one in _live(store, end) if one.starts < end and one.ends > start]


def _moment(request: Request, name: str) -> datetime | None:
    written = request.asked(name)
    return datetime.fromisoformat(written) if written else None


def _in(entry: Entry, earliest: datetime | None, latest: datetime | None) -> bool:
    return (earliest is None or entry.ends > earliest) and (latest is None or entry.starts < latest)


def _updated(entry: Entry, since: str) -> bool:
    return not since or datetime.fromisoformat(entry.resource["updated"]) >= datetime.fromisoformat(since)


def _meets(entry: Entry, request: Request) -> bool:
    wanted = request.query.get("privateExtendedProperty", [])
    private = entry.resource.get("extendedProperties", {}).get("private", {})
    if any(private.get(name) != value for name, _, value in (one.partition("=") for one in wanted)):
        return False
    kinds = request.query.get("eventTypes")
    uid = request.asked("iCalUID")
    return (not kinds or entry.resource["eventType"] in kinds) and uid in ("", entry.resource["iCalUID"])


def _ordered(found: list[Entry], request: Request, single: bool) -> list[Entry]:
    order = request.asked("orderBy")
    if order == "startTime":
        if not single:
            raise bad_request("The requested ordering is not available for the particular query.")
        return sorted(found, key=lambda entry: entry.starts)
    if order == "updated":
        return sorted(found, key=lambda entry: entry.revision)
    return sorted(found, key=lambda entry: entry.number)
