"""The methods of Calendar v3 that a program of ours needs."""

import json
from typing import TYPE_CHECKING, Any

from tests.google.accounts import Account, Grant, insufficient_scopes
from tests.google.answers import Answer, Request, as_json, not_found, refuse
from tests.google.calendars import Calendar
from tests.google.discovery import Method, without_nulls
from tests.google.entries import Entry, Resource
from tests.google.listing import answer_list

if TYPE_CHECKING:
    from tests.google.service import Google

WRITES = ("events.insert", "events.update", "events.patch", "events.delete")
OWNED = ("calendar.events.owned", "calendar.events.owned.readonly")


class Events:
    def __init__(self, google: "Google") -> None:
        self.google = google

    def answer(self, method: Method, path: dict[str, str], request: Request, grant: Grant) -> Answer:
        if method.name == "calendarList.list":
            return self._calendars(grant.account, request)
        if method.name == "channels.stop":
            return self.google.notices.stop(json.loads(request.body), grant.account)
        calendar, role = self._calendar(method, path["calendarId"], grant)
        if method.name == "events.list":
            return answer_list(self.google, calendar, role, request)
        if method.name == "events.watch":
            return self.google.notices.watch(json.loads(request.body), calendar, grant.account)
        if method.name == "events.get":
            return self._written(calendar.store.get(path["eventId"]), role)
        return self._write(method, path, request, calendar)

    def _calendar(self, method: Method, calendar_id: str, grant: Grant) -> tuple[Calendar, str]:
        """The calendar and what they may do there; or it refuses."""
        calendar = grant.account.find(calendar_id)
        if calendar is None:
            raise not_found()
        role = calendar.roles[grant.account.email]
        if role != "owner" and not _beyond_owned(method, grant):
            raise insufficient_scopes()
        if method.name in WRITES and role not in ("writer", "owner"):
            message = "You need to have writer access to this calendar."
            raise refuse(403, "requiredAccessLevel", message, "calendar")
        return calendar, role

    def _calendars(self, account: Account, request: Request) -> Answer:
        start = int(request.asked("pageToken") or 0)
        size = min(int(request.asked("maxResults") or 100), 250, self.google.page_size or 250)
        more = start + size < len(account.calendars)
        ends = {"nextPageToken": str(start + size)} if more else {"nextSyncToken": f"calendars{start}"}
        items = [_listed(calendar, account) for calendar in account.calendars[start : start + size]]
        return as_json({"kind": "calendar#calendarList", "etag": '"p1"', "items": items} | ends)

    def _write(self, method: Method, path: dict[str, str], request: Request, calendar: Calendar) -> Answer:
        store = calendar.store
        fields: Resource = json.loads(request.body) if request.body else {}
        if method.name == "events.insert":
            entry = store.insert(fields)
        else:
            entry = store.get(path["eventId"])
            if method.name == "events.delete" and entry.cancelled:
                raise refuse(410, "deleted", "Resource has been deleted")
            _hold_against(entry, request.headers.get("if-match", "*"))
            if method.name == "events.delete":
                entry = store.remove(entry)
            else:
                whole = _merged(entry.resource, fields) if method.name == "events.patch" else fields
                entry = store.replace(entry, whole)
        self.google.notices.changed(calendar)
        return Answer(204) if method.name == "events.delete" else self._written(entry, "owner")

    def _written(self, entry: Entry, role: str) -> Answer:
        """A single one that is gone is told of whole, as Google does where it was made."""
        seen = entry.resource if entry.cancelled else entry.seen_by(role)
        return as_json(seen, ETag=seen["etag"])


def _beyond_owned(method: Method, grant: Grant) -> bool:
    held = {scope.rpartition("/")[2] for scope in grant.scopes}
    return bool(method.scopes & held - set(OWNED))


def _hold_against(entry: Entry, etag: str) -> None:
    if etag not in ("*", entry.resource["etag"]):
        raise refuse(412, "conditionNotMet", "Precondition Failed")


def _merged(stands: Any, given: Any) -> Any:
    """As a patch does: objects are merged, lists are replaced, null takes away."""
    if not isinstance(stands, dict) or not isinstance(given, dict):
        return given
    return without_nulls(stands | {name: _merged(stands.get(name, {}), value) for name, value in given.items()})


def _listed(calendar: Calendar, account: Account) -> dict[str, Any]:
    primary = {"primary": True} if calendar.id == account.email else {}
    return {
        "kind": "calendar#calendarListEntry",
        "etag": f'"{calendar.store.generation}"',
        "id": calendar.id,
        "summary": calendar.name,
        "timeZone": calendar.zone,
        "colorId": "14",
        "backgroundColor": "#9fe1e7",
        "foregroundColor": "#000000",
        "selected": True,
        "accessRole": calendar.roles[account.email],
        "defaultReminders": [],
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    } | primary
