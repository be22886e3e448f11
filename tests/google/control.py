"""The same from outside the process: POST /_test/<what> with JSON says what a test would say in Python.

account  {email, name?, zone?}                             the id of its primary calendar
calendar {account, name, zone?}                            its id
add      {calendar, summary, start, end, ...}              its id; ISO moments, or days
change   {calendar, id, ...}     cancel {calendar, id}
fill     {calendar, count, start, every, lasting}          ids; every and lasting in seconds
crowd    {count, entries, start}                           so many accounts with entries and a grant each
grant    {account, scopes?}      revoke {account}          forget {calendar}
fault    {how: next | always | chance, fault, kind?, account?, calendar?, times?, share?}
clear    {}                      release {}                seed {seed}
set      {page_size?, horizon_years?, deleted_series?}     notices {on?, repeat?}
register {public_url}            state {}                  entries {calendar}
"""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.google.accounts import READING, Granted
from tests.google.answers import Answer, Request, as_json
from tests.google.faults import NAMED

if TYPE_CHECKING:
    from tests.google.calendars import Calendar
    from tests.google.service import Google

BASE = "/_test/"
Said = dict[str, Any]


def answer(google: "Google", request: Request) -> Answer:
    told = COMMANDS.get(request.path.removeprefix(BASE))
    if told is None:
        return as_json({"error": f"unknown: {request.path}"}, 404)
    return as_json(told(google, json.loads(request.body or b"{}")))


def _account(google: "Google", said: Said) -> str:
    return google.account(**said).primary.id


def _calendar(google: "Google", said: Said) -> str:
    return google.accounts[said.pop("account")].calendar(**said).id


def _add(google: "Google", said: Said) -> str:
    calendar = _of(google, said)
    return calendar.add(said.pop("summary"), _moment(said.pop("start")), _moment(said.pop("end")), **said)


def _change(google: "Google", said: Said) -> Said:
    calendar, entry_id = _of(google, said), said.pop("id")
    edges = {name: _moment(said[name]) for name in ("start", "end") if isinstance(said.get(name), str)}
    return calendar.change(entry_id, **(said | edges))


def _cancel(google: "Google", said: Said) -> None:
    _of(google, said).cancel(said["id"])


def _fill(google: "Google", said: Said) -> list[str]:
    every, lasting = timedelta(seconds=said["every"]), timedelta(seconds=said["lasting"])
    return _of(google, said).fill(said["count"], datetime.fromisoformat(said["start"]), every, lasting)


def _crowd(google: "Google", said: Said) -> list[Said]:
    return [_one_of_many(google, number, said) for number in range(said["count"])]


def _one_of_many(google: "Google", number: int, said: Said) -> Said:
    account = google.account(f"person{number}@gmail.example")
    account.primary.fill(said["entries"], datetime.fromisoformat(said["start"]), timedelta(hours=3), timedelta(hours=1))
    return {"account": account.email, "calendar": account.primary.id} | _written(google.grant(account))


def _grant(google: "Google", said: Said) -> Said:
    return _written(google.grant(google.accounts[said["account"]], frozenset(said.get("scopes") or READING)))


def _written(granted: Granted) -> Said:
    return granted.__dict__ | {"expires_at": granted.expires_at.isoformat(), "scopes": sorted(granted.scopes)}


def _revoke(google: "Google", said: Said) -> None:
    google.revoke(google.accounts[said["account"]])


def _forget(google: "Google", said: Said) -> None:
    _of(google, said).forget_sync_tokens()


def _fault(google: "Google", said: Said) -> None:
    fault, how = NAMED[said.pop("fault")], getattr(google.faults, said.pop("how"))
    if "calendar" in said:
        said["calendar"] = google.calendars[said["calendar"]]
    if "account" in said:
        said["account"] = google.accounts[said["account"]]
    how(fault, **said)


def _set(google: "Google", said: Said) -> None:
    for name, value in said.items():
        assert hasattr(google, name), name
        setattr(google, name, value)


def _notices(google: "Google", said: Said) -> None:
    for name, value in said.items():
        assert name in ("on", "repeat"), name
        setattr(google.notices, name, value)


def _state(google: "Google", _said: Said) -> Said:
    return {
        "problems": google.problems,
        "asked": Counter(one.kind for one in list(google.asked)),
        "statuses": Counter(one.status for one in list(google.asked)),
        "faults": Counter(name for name, _call in list(google.faults.happened)),
        "notices": len(google.notices.made),
        "channels": len(google.notices.open()),
        "hanging": google.faults.hanging,
    }


def _entries(google: "Google", said: Said) -> list[Said]:
    return _of(google, said).live()


def _of(google: "Google", said: Said) -> "Calendar":
    return google.calendars[said.pop("calendar")]


def _moment(written: str) -> datetime | date:
    return datetime.fromisoformat(written) if "T" in written else date.fromisoformat(written)


COMMANDS: dict[str, Callable[["Google", Said], Any]] = {
    "account": _account,
    "calendar": _calendar,
    "add": _add,
    "change": _change,
    "cancel": _cancel,
    "fill": _fill,
    "crowd": _crowd,
    "grant": _grant,
    "revoke": _revoke,
    "forget": _forget,
    "fault": _fault,
    "clear": lambda google, _said: google.faults.clear(),
    "release": lambda google, _said: google.release(),
    "seed": lambda google, said: google.faults.seed(said["seed"]),
    "set": _set,
    "notices": _notices,
    "register": lambda google, said: google.register(said["public_url"]),
    "state": _state,
    "entries": _entries,
}
