"""A Google that runs here: consent, tokens and Calendar v3 over a real socket, as strict and as moody as the real one.

    def test_a_new_entry_closes_the_time(google):               # from tests/google/fixtures.py
        mara = google.account("mara@gmail.example")             # with a primary calendar
        private = mara.calendar("Private", zone="Europe/London")
        entry_id = private.add("Dentist", start, end)           # aware datetimes; dates for whole days
        private.change(entry_id, summary="Dentist, late")       # any field of Google's Event resource
        private.cancel(entry_id)

Settings of the program under test: `google.settings("http://127.0.0.1:5000")` (it registers the redirect address too).
Tokens without the consent page: `google.grant(mara, READING)` or `google.grant(mara, READING | WRITING)`.

Every request and every answer of Calendar v3 is held against Google's own discovery document. What does not fit is
answered with 400 and stands in `google.problems`; the fixture fails the test at its end. So does a sync token beside
other parameters than those of the request that made it.

Moods: `google.faults.next(TOO_MANY, "events.list")`, `google.faults.always(FORBIDDEN, calendar=private)`,
`google.faults.chance(LOST, 0.02)`, `google.faults.quota(600, seconds=60)`, `google.faults.clear()`; with HANG,
`google.release()` lets those go on that hang. `private.forget_sync_tokens()`: 410 for all tokens so far.
`google.revoke(mara)`: the grant is gone. `google.page_size = 3`: pages are smaller than asked for. What Google may do
one way or the other: `google.deleted_series = "master"`.
Notices to watch channels: `google.notices.on = False`, `google.notices.repeat = 100`, `google.notices.made`.
What was asked: `google.count("events.list", account=mara, calendar=private)`, `google.asked`.
What stands there: `private.live()`, `private.live(between=(start, end))` with series as instances, `google.snapshot()`.

As a process of its own: `python -m tests.google PORT`, or `with Elsewhere() as google:` (tests/google/elsewhere.py);
told what to do by POST /_test/... (tests/google/control.py).
"""

from tests.google.accounts import READING, WRITING, Account, Granted
from tests.google.calendars import Calendar
from tests.google.faults import (
    BACKEND_ERROR,
    CUT,
    EMPTY,
    FORBIDDEN,
    GONE,
    HANG,
    INVALID_GRANT,
    LOST,
    NOT_FOUND,
    NOT_JSON,
    NOTHING_SAID,
    RATE_LIMIT,
    TOO_MANY,
    UNAUTHORIZED,
    UNAVAILABLE,
    USER_RATE_LIMIT,
    Fault,
    too_many,
)
from tests.google.service import Google

__all__ = [
    "BACKEND_ERROR",
    "CUT",
    "EMPTY",
    "FORBIDDEN",
    "GONE",
    "HANG",
    "INVALID_GRANT",
    "LOST",
    "NOTHING_SAID",
    "NOT_FOUND",
    "NOT_JSON",
    "RATE_LIMIT",
    "READING",
    "TOO_MANY",
    "UNAUTHORIZED",
    "UNAVAILABLE",
    "USER_RATE_LIMIT",
    "WRITING",
    "Account",
    "Calendar",
    "Fault",
    "Google",
    "Granted",
    "too_many",
]
