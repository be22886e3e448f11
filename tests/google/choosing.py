"""Which entries a list has: all of a window, or what changed since a revision."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from tests.google import recurring
from tests.google.answers import Request, bad_request
from tests.google.entries import Entry
from tests.google.store import Store


def changed(store: Store, single: bool, since: int) -> Iterator[Entry]:
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


def everything(store: Store, single: bool, request: Request) -> list[Entry]:
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
