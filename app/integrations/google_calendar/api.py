"""The few calls of Google's Calendar API (v3) that we make, over one kept connection."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import requests

from app.integrations.google_calendar import Channel, Listed, Page
from app.integrations.google_calendar.answers import content, listed, refusal, required, understood
from app.integrations.google_calendar.errors import NotThere, Revoked, SyncTokenGone
from app.integrations.google_calendar.patience import within
from app.integrations.google_calendar.transport import (
    ANSWER_SECONDS,
    CONNECT_SECONDS,
    Bearer,
    limited,
    reaching_google,
)
from app.scheduling.spans import Span

AT_ONCE = 2500  # entries of a page: the most that Google gives
LISTED_FIELDS = "nextPageToken,items(id,summary,summaryOverride,timeZone,primary,accessRole,deleted)"
# What closes time, and by what we know our own: neither words, places nor people are fetched.
ENTRY_FIELDS = (
    "nextPageToken,nextSyncToken,timeZone,items(id,iCalUID,etag,status,updated,eventType,transparency,start,end,"
    "originalStartTime,recurringEventId,attendees(self,responseStatus),extendedProperties/private)"
)


class CalendarAPI:
    def __init__(self, config: Mapping[str, Any], access_token: str, renew: Callable[[], str] | None = None) -> None:
        self._base = f"{config['GOOGLE_API_URL']}/calendar/v3"
        self._renew = renew
        self._bearer = Bearer(access_token)
        self._session = requests.Session()
        limited(self._session)

    def __enter__(self) -> "CalendarAPI":
        return self

    def __exit__(self, *_error: object) -> None:
        self._session.close()

    def calendars(self) -> list[Listed]:
        found: list[Listed] = []
        page: str | None = None
        while True:
            asked = {"maxResults": 250, "fields": LISTED_FIELDS, "pageToken": page}
            answer = content(self._ask("GET", "/users/me/calendarList", params=asked))
            with understood():
                found += [_listed(one) for one in listed(answer) if not one.get("deleted")]
            page = answer.get("nextPageToken")
            if not page:
                return sorted(found, key=lambda one: (not one.is_primary, not one.can_write, one.name.casefold()))

    def page(
        self,
        calendar_id: str,
        *,
        since: str | None = None,
        window: Span | None = None,
        page: str | None = None,
        updated_after: datetime | None = None,
    ) -> Page:
        asked = _question(since, window, page, updated_after)
        response = self._ask("GET", _entries(calendar_id), params=asked)
        # Google says 410 for what is too old to be told, and 400 for a token that it does not know at all.
        if response.status_code == 410 or (response.status_code == 400 and since and not page):
            raise SyncTokenGone
        # Of what was changed after a moment Google cannot tell what changes after that.
        return _page(content(response), goes_on=updated_after is None)

    def entries_between(self, calendar_id: str, span: Span, *, seconds: float) -> Page:
        return within(seconds, lambda: self._all_between(calendar_id, span))

    def watch(self, calendar_id: str, *, channel_id: str, token: str, address: str, seconds: int) -> Channel:
        asked = {
            "id": channel_id,
            "type": "web_hook",
            "token": token,
            "address": address,
            "params": {"ttl": str(seconds)},
        }
        answer = content(self._ask("POST", f"{_entries(calendar_id)}/watch", json=asked))
        with understood():
            expires_at = datetime.fromtimestamp(int(answer["expiration"]) / 1000, UTC)
            return Channel(channel_id, str(answer["resourceId"]), expires_at)

    def stop(self, channel_id: str, resource_id: str) -> None:
        self._end("POST", "/channels/stop", json={"id": channel_id, "resourceId": resource_id})

    def insert(self, calendar_id: str, entry: dict[str, Any]) -> dict[str, Any]:
        return _entry(content(self._ask("POST", _entries(calendar_id), params={"sendUpdates": "none"}, json=entry)))

    def get(self, calendar_id: str, entry_id: str) -> dict[str, Any]:
        return _entry(content(self._ask("GET", _entries(calendar_id, entry_id))))

    def change(self, calendar_id: str, entry_id: str, entry: dict[str, Any], etag: str) -> dict[str, Any]:
        path, if_same = _entries(calendar_id, entry_id), {"If-Match": etag}
        return _entry(content(self._ask("PATCH", path, params={"sendUpdates": "none"}, json=entry, headers=if_same)))

    def remove(self, calendar_id: str, entry_id: str, etag: str | None) -> None:
        if_same = {"If-Match": etag} if etag else None
        self._end("DELETE", _entries(calendar_id, entry_id), params={"sendUpdates": "none"}, headers=if_same)

    def _all_between(self, calendar_id: str, span: Span) -> Page:
        found: list[dict[str, Any]] = []
        page: str | None = None
        while True:
            # What changes afterwards is not asked for, so nothing is demanded by which it could be.
            asked = _question(None, span, page, None)
            some = _page(content(self._ask("GET", _entries(calendar_id), params=asked)), goes_on=False)
            found += some.entries
            page = some.next_page
            if not page:
                return Page(found, some.zone, None, None)

    def _end(self, method: str, path: str, **options: Any) -> None:
        """Have something not be there any more."""
        response = self._ask(method, path, **options)
        if not response.ok and not isinstance(refused := refusal(response), NotThere):
            raise refused

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        response = self._send(method, path, **options)
        if self._renew and response.status_code == 401 and isinstance(refusal(response), Revoked):
            self._bearer.token = self._renew()
            response = self._send(method, path, **options)
        return response

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        with reaching_google():
            return self._session.request(
                method,
                self._base + path,
                auth=self._bearer,
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
                **options,
            )


def _question(
    since: str | None, window: Span | None, page: str | None, updated_after: datetime | None
) -> dict[str, Any]:
    asked: dict[str, Any] = {"singleEvents": "true", "maxResults": AT_ONCE, "fields": ENTRY_FIELDS}
    if window:
        asked |= {"timeMin": _written(window[0]), "timeMax": _written(window[1])}
    if updated_after:
        asked |= {"updatedMin": _written(updated_after), "showDeleted": "true"}
    if since:
        # Beside it all must be as it was when the token was made; what was deleted comes with it in any case.
        asked |= {"syncToken": since}
    return asked | ({"pageToken": page} if page else {})


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _entries(calendar_id: str, entry_id: str | None = None) -> str:
    path = f"/calendars/{quote(calendar_id, safe='')}/events"
    return path if entry_id is None else f"{path}/{quote(entry_id, safe='')}"


def _listed(one: dict[str, Any]) -> Listed:
    return Listed(
        calendar_id=str(one["id"]),
        name=str(one.get("summaryOverride") or one.get("summary") or one["id"]),
        zone=str(one.get("timeZone") or "UTC"),
        is_primary=bool(one.get("primary")),
        can_write=one.get("accessRole") == "owner",
    )


def _entry(answer: dict[str, Any]) -> dict[str, Any]:
    required(answer, "id")
    return answer


def _page(answer: dict[str, Any], *, goes_on: bool) -> Page:
    """What lacks anything that a page always has must never be taken for a free day. `goes_on`: what has changed is
    asked for later."""
    required(answer, "timeZone")
    if goes_on:
        required(answer, "nextPageToken", "nextSyncToken")
    return Page(
        # Asked for single fields, Google leaves out what is empty; what else a page says shows that it is one.
        entries=listed(answer) if "items" in answer else [],
        zone=str(answer.get("timeZone") or "UTC"),
        next_page=answer.get("nextPageToken"),
        next_sync_token=answer.get("nextSyncToken"),
    )
